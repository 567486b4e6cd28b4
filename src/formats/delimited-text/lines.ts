/** Messages a line a record: header, details and trailer told apart by what always stands there. */
import type { LinesLayout } from "#contract/text-layout.ts";
import type { Type } from "#contract/types.ts";
import type { Value, ValueRecord } from "#contract/value.ts";
import { fail, type TextScope } from "./column.ts";
import { joinCells } from "./delimited.ts";
import { valueAt } from "./field-path.ts";
import { joinFixed } from "./fixed-width.ts";
import { compileRecord, countIn, type CompiledRecord } from "./line-record.ts";
import { readRecords, splitLines, underHeader, type Line } from "./read-lines.ts";

export interface TextCodec {
  /** Throws DocumentFailure. */
  readonly read: (text: string) => ValueRecord;
  /** Throws DocumentFailure. */
  readonly write: (record: ValueRecord) => string;
}

export function compileLines(scope: TextScope, type: Type, layout: LinesLayout): TextCodec {
  const records = layout.records.map((spec) => compileRecord(scope, type, spec));
  return {
    read(text) {
      const lines = splitLines(text, layout, records, scope.valuesMax);
      const rows: readonly Line[] = layout.header
        ? underHeader(lines as string[][], records)
        : lines;
      return readRecords(rows, records, layout);
    },
    write: (message) => writeRecords(message, records, layout),
  };
}

function writeRecords(
  message: ValueRecord,
  records: readonly CompiledRecord[],
  layout: LinesLayout,
): string {
  const lines: string[] = [];
  const { split, lineEnd, endsLast, header } = layout;
  const columns = records[0]?.columns ?? [];
  if (header && split.kind === "delimited") {
    const names = columns.map(({ column }) => column.name);
    lines.push(joinCells(names, split.delimiter, split.quote, () => ""));
  }
  writeGroup(lines, records, message, layout, "");
  const text = lines.join(lineEnd);
  return endsLast && lines.length > 0 ? text + lineEnd : text;
}

/** @param place of the record that the group is of. */
function writeGroup(
  lines: string[],
  records: readonly CompiledRecord[],
  from: ValueRecord,
  layout: LinesLayout,
  place: string,
): void {
  for (const record of records) {
    const { path, spec } = record;
    const value = path === undefined ? from : valueAt(from, path);
    const items = spec.occurs === "many" ? ((value ?? []) as readonly Value[]) : [value ?? null];
    for (const [index, item] of items.entries()) {
      if (item === null && spec.occurs === "optional") continue;
      const own = path === undefined ? place : `${place}/${path.join("/")}`;
      const here = spec.occurs === "many" ? `${own}/${index}` : own;
      if (item === null) fail("missing-value", `${spec.field} is missing`, here);
      lines.push(writeLine(record, item as ValueRecord, from, layout, here));
      writeGroup(lines, record.records, item as ValueRecord, layout, here);
    }
  }
}

function writeLine(
  { columns }: CompiledRecord,
  record: ValueRecord,
  group: ValueRecord,
  { split }: LinesLayout,
  place: string,
): string {
  const cells = columns.map((codec) => {
    const { countOf } = codec.column;
    return countOf === undefined ? codec.write(record, place) : `${countIn(group, countOf)}`;
  });
  if (split.kind === "fixed") {
    return joinFixed(
      cells,
      columns.map(({ column }) => column),
      place,
    );
  }
  return joinCells(cells, split.delimiter, split.quote, (index) => {
    const field = columns[index]?.column.field ?? "";
    return `${place}/${field.replaceAll(".", "/")}`;
  });
}
