/** Reads lines: which kind each is, and what its columns say. */
import type { LinesLayout } from "#contract/text-layout.ts";
import { createRecord, type ValueRecord } from "#contract/value.ts";
import { fail, shown } from "./column.ts";
import { splitRows } from "./delimited.ts";
import { putAt, valueAt } from "./field-path.ts";
import { splitFixed } from "./fixed-width.ts";
import { countIn, type CompiledRecord } from "./line-record.ts";

/** A line that is not read yet: its text, or its cells. */
export type Line = string | string[];

export function splitLines(
  text: string,
  { split, lineEnd }: LinesLayout,
  records: readonly CompiledRecord[],
  valuesMax: number,
): Line[] {
  if (split.kind === "delimited") {
    return splitRows(text, split.delimiter, split.quote, valuesMax);
  }
  if (lineEnd === "") return cutRecords(text, records);
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === "") lines.pop();
  const widest = Math.max(1, ...records.map(({ columns }) => columns.length));
  if (lines.length * widest > valuesMax) {
    fail("limit-exceeded", `it has more than ${valuesMax} values`, "");
  }
  return lines;
}

/** Records follow each other without line ends: each is as long as its kind is. */
function cutRecords(text: string, records: readonly CompiledRecord[]): string[] {
  const lines: string[] = [];
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at, at + Math.max(...records.map(({ length }) => length)));
    const record = records.find((one) => matches(one, rest.slice(0, one.length))) ?? records[0];
    const length = Math.max(1, (record as CompiledRecord).length);
    lines.push(text.slice(at, at + length));
    at += length;
  }
  return lines;
}

/** Whether what always stands in such a record stands there. */
function matches({ columns, length }: CompiledRecord, line: Line): boolean {
  const cells =
    typeof line === "string"
      ? splitFixed(
          line.slice(0, length),
          columns.map(({ column }) => column),
        )
      : line;
  return columns.every(
    ({ column: { constant } }, index) => constant === undefined || cells[index] === constant,
  );
}

/** The first line names the columns, in any order. */
export function underHeader(rows: string[][], records: readonly CompiledRecord[]): string[][] {
  const [header, ...rest] = rows;
  const names = (records[0] as CompiledRecord).columns.map(({ column }) => column.name);
  if (header === undefined) fail("missing-line", "the line that names the columns is missing", "");
  const unknown = header.find((name, at) => !names.includes(name) || header.indexOf(name) !== at);
  const missing = names.find((name) => !header.includes(name));
  if (unknown !== undefined || missing !== undefined) {
    const what = missing === undefined ? `has ${shown(unknown ?? "")}` : `lacks ${shown(missing)}`;
    fail("unexpected-header", `the first line ${what}; expected ${names.join(", ")}`, "/line 1");
  }
  const order = names.map((name) => header.indexOf(name));
  return rest.map((row, index) => {
    checkCount(row, header.length, `/line ${index + 2}`);
    return order.map((at) => row[at] as string);
  });
}

function checkCount(row: readonly string[], expected: number, place: string): void {
  if (row.length === expected) return;
  fail("malformed-line", `the line has ${row.length} values; expected ${expected}`, place);
}

export function readRecords(
  lines: readonly Line[],
  records: readonly CompiledRecord[],
  { header }: LinesLayout,
): ValueRecord {
  const message = createRecord();
  const firstLine = header ? 2 : 1;
  let at = 0;
  for (const [index, record] of records.entries()) {
    const { spec, path } = record;
    // Lines that those behind this one must have.
    const kept = records.slice(index + 1).filter(({ spec: { occurs } }) => occurs === "once");
    const items: ValueRecord[] = [];
    while (at < lines.length) {
      const line = lines[at] as Line;
      if (spec.occurs !== "once") {
        if (lines.length - at <= kept.length || !matches(record, line)) break;
      }
      const own = path === undefined ? message : createRecord();
      readLine(line, record, own, `/line ${at + firstLine}`);
      items.push(own);
      at++;
      if (spec.occurs !== "many") break;
    }
    if (spec.occurs === "once" && items.length === 0) {
      const what = spec.field === undefined ? "the message is empty" : `${spec.field} is missing`;
      fail("missing-line", `${what}: the lines end before it`, `/line ${at + firstLine}`);
    }
    if (path === undefined) continue;
    if (spec.occurs === "many") putAt(message, path, items);
    else if (items[0] !== undefined) putAt(message, path, items[0]);
  }
  if (at < lines.length) {
    const line = lines[at] as Line;
    const found = shown(typeof line === "string" ? line : line.join(" "));
    fail(
      "unexpected-line",
      `${found} is no record that may stand there`,
      `/line ${at + firstLine}`,
    );
  }
  checkCounts(message, records);
  return message;
}

function readLine(line: Line, record: CompiledRecord, own: ValueRecord, place: string): void {
  const { columns, length } = record;
  let cells: readonly string[];
  if (typeof line === "string") {
    // What always stands there is looked at first: it tells messages apart.
    if (!matches(record, line)) failConstant(record, line, place);
    if (line.length !== length) {
      fail("malformed-line", `the line has ${line.length} characters; expected ${length}`, place);
    }
    cells = splitFixed(
      line,
      columns.map(({ column }) => column),
    );
  } else {
    if (!matches(record, line)) failConstant(record, line, place);
    checkCount(line, columns.length, place);
    cells = line;
  }
  for (const [index, codec] of columns.entries()) {
    if (codec.column.countOf === undefined) codec.read(cells[index] as string, own, place);
    else counts.set(own, Number(cells[index]));
  }
}

/** What the lines that count others said, until it can be compared. */
const counts = new WeakMap<ValueRecord, number>();

function checkCounts(message: ValueRecord, records: readonly CompiledRecord[]): void {
  for (const { columns, path } of records) {
    const counting = columns.find(({ column }) => column.countOf !== undefined);
    if (counting === undefined) continue;
    const { countOf = "", name } = counting.column;
    const own = (path === undefined ? message : valueAt(message, path)) as ValueRecord | undefined;
    if (own === undefined) continue;
    const said = counts.get(own);
    const there = countIn(message, countOf);
    if (said === there) continue;
    fail(
      "wrong-count",
      `${name} says ${said}, and there are ${there} of ${countOf}`,
      `/${countOf}`,
    );
  }
}

function failConstant({ columns }: CompiledRecord, line: Line, place: string): never {
  const wanted = columns.flatMap(({ column: { constant } }) => constant ?? []);
  const found = shown(typeof line === "string" ? line : line.join(" "));
  return fail("unexpected-constant", `expected ${wanted.join(" ")}, found ${found}`, place);
}
