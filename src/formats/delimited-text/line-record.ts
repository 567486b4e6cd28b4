/** A kind of lines, compiled: its columns, and how it is told from other kinds. */
import { assert } from "#base/assert.ts";
import { resolve } from "#contract/resolve.ts";
import type { LineRecord } from "#contract/text-layout.ts";
import type { Type } from "#contract/types.ts";
import type { Value, ValueRecord } from "#contract/value.ts";
import { compileColumn, type ColumnCodec, type TextScope } from "./column.ts";
import { findField, valueAt } from "./field-path.ts";
import { lengthOf } from "./fixed-width.ts";

export interface CompiledRecord {
  readonly spec: LineRecord;
  readonly path: readonly string[] | undefined;
  readonly columns: readonly ColumnCodec[];
  /** Fixed width: of the line. */
  readonly length: number;
  /** Lines behind it that belong to it. */
  readonly records: readonly CompiledRecord[];
}

export function compileRecord(scope: TextScope, type: Type, spec: LineRecord): CompiledRecord {
  const path = spec.field?.split(".");
  const length = lengthOf(spec.columns);
  const columnsOf = (own: Type): ColumnCodec[] =>
    spec.columns.map((column) => compileColumn(scope, own, column));
  if (path === undefined) return { spec, path, columns: columnsOf(type), length, records: [] };
  const found = findField(scope.contract, type, path);
  assert(found !== undefined, `there is no field ${spec.field}`);
  const own = resolve(scope.contract, found.field.type);
  const inside = own.kind === "list" ? own.item : own;
  const records = (spec.records ?? []).map((one) => compileRecord(scope, inside, one));
  return { spec, path, columns: columnsOf(inside), length, records };
}

/** With those within them. */
export function allRecords(records: readonly CompiledRecord[]): readonly CompiledRecord[] {
  return records.flatMap((record) => [record, ...allRecords(record.records)]);
}

/** Number of items of a list, which another line tells. */
export function countIn(message: ValueRecord, field: string): number {
  return ((valueAt(message, field.split(".")) ?? []) as readonly Value[]).length;
}
