/** Rows of cells: CSV (RFC 4180) where there is a quote, plain splitting where there is none. */
import { fail } from "./column.ts";

/** Every row, however it ends; an end behind the last one begins no further row. */
export function splitRows(
  text: string,
  delimiter: string,
  quote: string | undefined,
  valuesMax: number,
): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let values = 0;
  let at = 0;
  const { length } = text;
  while (at < length || row.length > 0) {
    if (++values > valuesMax) fail("limit-exceeded", `it has more than ${valuesMax} values`, "");
    let cell: string;
    if (quote !== undefined && text.startsWith(quote, at)) {
      [cell, at] = readQuoted(text, at + quote.length, quote, rows.length);
    } else {
      const end = endOfCell(text, at, delimiter);
      cell = text.slice(at, end);
      at = end;
      if (quote !== undefined && cell.includes(quote)) {
        fail("malformed-line", "a quote stands within a value that is not quoted", place(rows));
      }
    }
    row.push(cell);
    if (text.startsWith(delimiter, at)) {
      at += delimiter.length;
      continue;
    }
    if (at < length) {
      const ends = text.startsWith("\r\n", at) ? 2 : text[at] === "\n" || text[at] === "\r" ? 1 : 0;
      if (ends === 0) fail("malformed-line", "something follows a quoted value", place(rows));
      at += ends;
    }
    rows.push(row);
    row = [];
  }
  return rows;
}

function place(rows: readonly unknown[]): string {
  return `/line ${rows.length + 1}`;
}

function endOfCell(text: string, from: number, delimiter: string): number {
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x0a || unit === 0x0d) return at;
    if (unit === delimiter.charCodeAt(0) && text.startsWith(delimiter, at)) return at;
  }
  return text.length;
}

/** A doubled quote is one. @returns the value, and where the closing quote has passed. */
function readQuoted(text: string, from: number, quote: string, row: number): [string, number] {
  let value = "";
  let at = from;
  for (;;) {
    const end = text.indexOf(quote, at);
    if (end < 0) fail("malformed-line", "a quoted value has no end", `/line ${row + 1}`);
    value += text.slice(at, end);
    at = end + quote.length;
    if (!text.startsWith(quote, at)) return [value, at];
    value += quote;
    at += quote.length;
  }
}

export function joinCells(
  cells: readonly string[],
  delimiter: string,
  quote: string | undefined,
  placeOf: (index: number) => string,
): string {
  const written = cells.map((cell, index) => {
    // Its end and the delimiter behind it may make one that comes earlier.
    const isLast = index === cells.length - 1;
    const read = isLast ? cell.indexOf(delimiter) : (cell + delimiter).indexOf(delimiter);
    const isPlain = read === (isLast ? -1 : cell.length) && !/[\r\n]/.test(cell);
    if (quote === undefined) {
      if (isPlain) return cell;
      return fail(
        "invalid-text",
        "a delimiter or line end cannot stand in a value",
        placeOf(index),
      );
    }
    if (isPlain && !cell.includes(quote)) return cell;
    return `${quote}${cell.replaceAll(quote, quote + quote)}${quote}`;
  });
  // A line without anything would be no line; RFC 4180 tells none apart.
  if (written.length === 1 && written[0] === "" && quote !== undefined) return quote + quote;
  return written.join(delimiter);
}
