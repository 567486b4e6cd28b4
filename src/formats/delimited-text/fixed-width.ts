/** Lines whose fields stand at fixed places. What does not fit is refused, never cut. */
import type { Column } from "#contract/text-layout.ts";
import { fail } from "./column.ts";

export function lengthOf(columns: readonly Column[]): number {
  return columns.reduce((end, { start, length }) => Math.max(end, start + length), 0);
}

/** Texts of the columns without padding. The line has the record's length. */
export function splitFixed(line: string, columns: readonly Column[]): string[] {
  return columns.map((column) => {
    const text = line.slice(column.start, column.start + column.length);
    return column.constant === undefined ? unpad(text, column) : unpadConstant(text, column);
  });
}

/** A constant is compared as it would be written. */
function unpadConstant(text: string, column: Column): string {
  const { constant = "" } = column;
  return text === pad(constant, column) ? constant : text;
}

/** A field of blanks says nothing; one of nothing but zeros says zero. */
function unpad(text: string, { pad: filler, align, sign }: Column): string {
  if (/^ *$/.test(text)) return "";
  if (filler !== " " && isFilled(text, filler)) return filler === "0" ? "0" : "";
  let from = 0;
  let to = text.length;
  if (align === "left") while (text[to - 1] === filler) to--;
  else {
    const hasSign = filler === "0" && sign === "leading" && /^[+-]/.test(text);
    from = hasSign ? 1 : 0;
    // Of nothing but zeros and a sign behind them, one zero stays.
    const last = sign === "trailing" && /\d[+\- ]$/.test(text) ? to - 2 : to - 1;
    while (from < last && text[from] === filler) from++;
    if (hasSign) return `${text[0]}${text.slice(from)}`;
  }
  return text.slice(from, to);
}

function isFilled(text: string, filler: string): boolean {
  for (let at = 0; at < text.length; at++) if (text[at] !== filler) return false;
  return true;
}

/** @param texts of the columns, without padding. */
export function joinFixed(
  texts: readonly string[],
  columns: readonly Column[],
  place: string,
): string {
  const cells = columns.map((column, index) => ({
    column,
    text: padded(texts[index] as string, column, place),
  }));
  cells.sort((a, b) => a.column.start - b.column.start);
  let line = "";
  for (const { column, text } of cells) line = line.padEnd(column.start) + text;
  return line;
}

function padded(text: string, column: Column, place: string): string {
  const { length, field, name } = column;
  const where = field === undefined ? place : `${place}/${field.replaceAll(".", "/")}`;
  if (text.length > length) {
    fail(
      "too-long",
      `${JSON.stringify(text.slice(0, 100))} has ${text.length} characters; ` +
        `${name} holds ${length}`,
      where,
    );
  }
  if (/[\r\n]/.test(text)) fail("invalid-text", "a line end cannot stand in a field", where);
  const whole = text === "" ? " ".repeat(length) : pad(text, column);
  if (column.constant === undefined && unpad(whole, column) !== text) {
    fail("invalid-text", `its own padding would be lost of ${JSON.stringify(text)}`, where);
  }
  return whole;
}

function pad(text: string, { length, align, pad: filler, sign }: Column): string {
  if (align === "left") return text.padEnd(length, filler);
  if (filler === "0" && sign === "leading" && /^[+-]/.test(text)) {
    return `${text[0]}${text.slice(1).padStart(length - 1, filler)}`;
  }
  return text.padStart(length, filler);
}
