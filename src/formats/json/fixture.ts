/** Short ways to write types and contracts in the tests of this folder. */
import type { Contract } from "#contract/contract.ts";
import type { Field, RecordType, StringType, Type } from "#contract/types.ts";
import { compileJsonReader } from "./compile-reader.ts";
import { compileJsonWriter } from "./compile-writer.ts";
import type { JsonRead, JsonReadOptions, JsonWriteOptions } from "./options.ts";

export const text: StringType = { kind: "string", whitespace: "preserve" };
export const int32: Type = { kind: "int", bits: 32, signed: true };
export const int64: Type = { kind: "int", bits: 64, signed: true };
export const decimal: Type = { kind: "decimal" };

export function field(name: string, type: Type, more: Partial<Field> = {}): Field {
  return { name, type, presence: "required", nullable: false, ...more };
}

export function record(fields: readonly Field[], more: Partial<RecordType> = {}): RecordType {
  return { kind: "record", fields, ...more };
}

export function contractOf(types: Readonly<Record<string, Type>> = {}): Contract {
  return {
    name: "test",
    version: "1",
    dialect: "rest",
    namespace: "urn:test",
    types: new Map(Object.entries(types).map(([name, type]) => [name, { name, type }])),
    operations: [],
  };
}

export function readAs(
  type: Type,
  document: string | Buffer,
  more: { types?: Record<string, Type>; options?: Partial<JsonReadOptions> } = {},
): JsonRead {
  const options = { unknownMembers: "reject", ...more.options } as const;
  const read = compileJsonReader(contractOf(more.types), type, options);
  return read(typeof document === "string" ? Buffer.from(document) : document);
}

/** The value as JSON sees it, or the message with its place. */
export function shown(outcome: JsonRead): unknown {
  if (outcome.kind === "fault") return `${outcome.place}: ${outcome.message}`;
  return JSON.parse(JSON.stringify(outcome.value)) as unknown;
}

export function writeAs(
  type: Type,
  value: Parameters<ReturnType<typeof compileJsonWriter>>[0],
  more: { types?: Record<string, Type>; options?: JsonWriteOptions } = {},
): string {
  return compileJsonWriter(contractOf(more.types), type, more.options ?? {})(value);
}
