/** Reads lines: which kind each is, and what its columns say. */
import type { LinesLayout } from "#contract/text-layout.ts";
import { createRecord, type ValueRecord } from "#contract/value.ts";
import { fail, shown } from "./column.ts";
import { splitRows } from "./delimited.ts";
import { putAt, valueAt } from "./field-path.ts";
import { splitFixed } from "./fixed-width.ts";
import { allRecords, countIn, type CompiledRecord } from "./line-record.ts";

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
  const kinds = allRecords(records);
  const lines = lineEnd === "" ? cutRecords(text, kinds) : text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === "") lines.pop();
  const widest = Math.max(1, ...kinds.map(({ columns }) => columns.length));
  if (lines.length * widest > valuesMax) {
    fail("limit-exceeded", `it has more than ${valuesMax} values`, "");
  }
  return lines;
}

/** Records follow each other without line ends: each is as long as its kind is. */
function cutRecords(text: string, kinds: readonly CompiledRecord[]): string[] {
  const lines: string[] = [];
  const longest = Math.max(...kinds.map(({ length }) => length));
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at, at + longest);
    const record = kinds.find((one) => matches(one, rest)) ?? kinds[0];
    const length = Math.max(1, (record as CompiledRecord).length);
    lines.push(text.slice(at, at + length));
    at += length;
  }
  return lines;
}

/** Whether what always stands in such a record stands there. */
function matches({ columns, length }: CompiledRecord, line: Line): boolean {
  const isFixed = typeof line === "string";
  return columns.every(({ column }, index) => {
    const { constant } = column;
    if (constant === undefined) return true;
    const cell = isFixed ? splitFixed(line.slice(0, length), [column])[0] : line[index];
    return cell === constant;
  });
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

interface Cursor {
  readonly lines: readonly Line[];
  at: number;
  /** Number of the first of them. */
  readonly from: number;
}

export function readRecords(
  lines: readonly Line[],
  records: readonly CompiledRecord[],
  { header }: LinesLayout,
): ValueRecord {
  const cursor: Cursor = { lines, at: 0, from: header ? 2 : 1 };
  const message = createRecord();
  readGroup(cursor, records, message, true);
  const line = lines[cursor.at];
  if (line === undefined) return message;
  const found = shown(typeof line === "string" ? line : line.join(" "));
  return fail("unexpected-line", `${found} is no record that may stand there`, placeOf(cursor));
}

function placeOf({ at, from }: Cursor): string {
  return `/line ${at + from}`;
}

/** @param isWhole whether nothing follows the group. */
function readGroup(
  cursor: Cursor,
  records: readonly CompiledRecord[],
  into: ValueRecord,
  isWhole: boolean,
): void {
  for (const [index, record] of records.entries()) {
    const { spec, path } = record;
    // Lines that those behind this one must have.
    const following = isWhole ? records.slice(index + 1) : [];
    const kept = following.filter(({ spec: { occurs } }) => occurs === "once").length;
    const items: ValueRecord[] = [];
    while (cursor.at < cursor.lines.length) {
      const line = cursor.lines[cursor.at] as Line;
      if (spec.occurs !== "once") {
        if (cursor.lines.length - cursor.at <= kept || !matches(record, line)) break;
      }
      const own = path === undefined ? into : createRecord();
      readLine(line, record, own, placeOf(cursor));
      items.push(own);
      cursor.at++;
      if (record.records.length > 0) readGroup(cursor, record.records, own, false);
      if (spec.occurs !== "many") break;
    }
    if (spec.occurs === "once" && items.length === 0) {
      const what = spec.field === undefined ? "the message is empty" : `${spec.field} is missing`;
      fail("missing-line", `${what}: the lines end before it`, placeOf(cursor));
    }
    if (path === undefined) continue;
    if (spec.occurs === "many") putAt(into, path, items);
    else if (items[0] !== undefined) putAt(into, path, items[0]);
  }
  checkCounts(into, records);
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
    else counts.set(own, { said: Number(cells[index]), place });
  }
}

/** What the lines that count others said, and where, until it can be compared. */
const counts = new WeakMap<ValueRecord, { readonly said: number; readonly place: string }>();

function checkCounts(group: ValueRecord, records: readonly CompiledRecord[]): void {
  for (const { columns, path } of records) {
    const countOf = columns.find(({ column }) => column.countOf !== undefined)?.column.countOf;
    if (countOf === undefined || path === undefined) continue;
    const found = counts.get(valueAt(group, path) as ValueRecord);
    const there = countIn(group, countOf);
    if (found === undefined || found.said === there) continue;
    const message = `it counts ${found.said} of ${countOf}, and there are ${there}`;
    fail("wrong-count", message, found.place);
  }
}

function failConstant({ columns }: CompiledRecord, line: Line, place: string): never {
  const wanted = columns.flatMap(({ column: { constant } }) => constant ?? []);
  const found = shown(typeof line === "string" ? line : line.join(" "));
  return fail("unexpected-constant", `expected ${wanted.join(" ")}, found ${found}`, place);
}
