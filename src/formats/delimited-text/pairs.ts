/** `key=value` lines, and forms (application/x-www-form-urlencoded, WHATWG URL §5). */
import type { PairsLayout } from "#contract/text-layout.ts";
import type { Type } from "#contract/types.ts";
import { createRecord } from "#contract/value.ts";
import type { TextCharset } from "./charset.ts";
import { compileColumn, fail, shown, type TextScope } from "./column.ts";
import type { TextCodec } from "./lines.ts";

type Pair = readonly [key: string, value: string];

export function compilePairs(scope: TextScope, type: Type, layout: PairsLayout): TextCodec {
  const columns = layout.columns.map((column) => compileColumn(scope, type, column));
  const byName = new Map(columns.map((codec) => [codec.column.name, codec]));
  const { charset, valuesMax } = scope;
  return {
    read(text) {
      const pairs = splitPairs(text, layout, charset);
      if (pairs.length > valuesMax) {
        fail("limit-exceeded", `it has more than ${valuesMax} values`, "");
      }
      const record = createRecord();
      const seen = new Set<string>();
      for (const [key, value] of pairs) {
        const codec = byName.get(key);
        if (codec === undefined) {
          fail("unexpected-key", `there is no key ${shown(key)}; known are ${known(byName)}`, "");
        }
        if (seen.has(key) && !codec.repeats) fail("repeated-key", "it stands twice", `/${key}`);
        seen.add(key);
        codec.read(value, record, "");
      }
      for (const { column, repeats } of columns) {
        if (seen.has(column.name) || repeats) continue;
        if (column.constant !== undefined) {
          fail("unexpected-constant", `${column.name} is missing`, `/${column.name}`);
        }
        if (column.blank === "refused" || column.blank === "empty") {
          fail("missing-key", `the key ${column.name} is missing`, `/${column.name}`);
        }
      }
      return record;
    },
    write(record) {
      const pairs = columns.flatMap((codec) => {
        const values = codec.writeAll(record, "");
        const { name, blank, constant } = codec.column;
        // What is absent is not written at all.
        const isAbsent = values[0] === "" && blank === "absent" && constant === undefined;
        return isAbsent ? [] : values.map((value): Pair => [name, value]);
      });
      return joinPairs(pairs, layout, charset);
    },
  };
}

/** Throws DocumentFailure. */
export function splitPairs(
  text: string,
  layout: Omit<PairsLayout, "columns">,
  charset: TextCharset,
): readonly Pair[] {
  return layout.style === "form" ? splitForm(text, charset) : splitLines(text, layout);
}

/** Throws DocumentFailure. */
export function joinPairs(
  pairs: readonly Pair[],
  layout: Omit<PairsLayout, "columns">,
  charset: TextCharset,
): string {
  return layout.style === "form" ? joinForm(pairs, charset) : joinLines(pairs, layout);
}

function known(columns: ReadonlyMap<string, unknown>): string {
  return [...columns.keys()].slice(0, 20).join(", ");
}

function splitLines(text: string, { separator }: Pick<PairsLayout, "separator">): Pair[] {
  return text.split(/\r\n|\n|\r/).flatMap((line, index): Pair[] => {
    if (line === "") return [];
    const at = line.indexOf(separator);
    if (at >= 0) return [[line.slice(0, at), line.slice(at + separator.length)]];
    const message = `${shown(line)} has no ${JSON.stringify(separator)}`;
    return fail("malformed-line", message, `/line ${index + 1}`);
  });
}

function joinLines(
  pairs: readonly Pair[],
  { separator, lineEnd, endsLast }: Omit<PairsLayout, "columns">,
): string {
  const lines = pairs.map(([key, value]) => {
    if (/[\r\n]/.test(value)) {
      fail("invalid-text", "a line end cannot stand in a value", `/${key}`);
    }
    return `${key}${separator}${value}`;
  });
  return lines.join(lineEnd) + (endsLast && lines.length > 0 ? lineEnd : "");
}

function splitForm(text: string, charset: TextCharset): Pair[] {
  return text
    .split("&")
    .filter((part) => part !== "")
    .map((part): Pair => {
      const at = part.indexOf("=");
      if (at < 0) return [decodePart(part, charset), ""];
      return [decodePart(part.slice(0, at), charset), decodePart(part.slice(at + 1), charset)];
    });
}

function decodePart(text: string, charset: TextCharset): string {
  if (!/[%+]/.test(text)) return text;
  const plain = text.replaceAll("+", " ");
  if (!plain.includes("%")) return plain;
  if (/%(?![0-9A-Fa-f]{2})/.test(plain)) {
    fail("invalid-text", `${shown(text)} has a percent sign without two digits`, "");
  }
  const parts = plain.split(/((?:%[0-9A-Fa-f]{2})+)/);
  return parts
    .map((part, index) =>
      index % 2 === 0 ? part : charset.decode(Buffer.from(part.replaceAll("%", ""), "hex")),
    )
    .join("");
}

function joinForm(pairs: readonly Pair[], charset: TextCharset): string {
  return pairs
    .map(([key, value]) => `${encodePart(key, charset)}=${encodePart(value, charset)}`)
    .join("&");
}

function encodePart(text: string, charset: TextCharset): string {
  return text.replaceAll(/[^A-Za-z0-9*._-]+/g, (part) =>
    charset
      .encode(part)
      .toString("hex")
      .toUpperCase()
      .replaceAll(/../g, (digits) => (digits === "20" ? "+" : `%${digits}`)),
  );
}
