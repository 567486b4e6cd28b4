/** Values as text in parameters, forms and headers: scalars lexically, all else as JSON. */
import type { Contract } from "#contract/contract.ts";
import { compileScalarText } from "#contract/check-scalar.ts";
import type { EnumType, ListType, MapType, RecordType, RefType } from "#contract/types.ts";
import type { ScalarType, Type } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import { compileJsonReader } from "#formats/json/compile-reader.ts";
import { compileJsonWriter } from "#formats/json/compile-writer.ts";
import { fieldsOf, resolve } from "#formats/json/resolve.ts";

export interface TextCodec {
  /** Undefined: no value of the type. */
  readonly read: (text: string) => Value | undefined;
  /** Undefined: has no text. */
  readonly write: (value: Value) => string | undefined;
  readonly expected: string;
}

/** What a style has to spell. */
export type Shape =
  | { readonly kind: "single"; readonly text: TextCodec }
  | { readonly kind: "list"; readonly item: TextCodec; readonly min: number; readonly max: number }
  | { readonly kind: "record"; readonly members: readonly ShapeMember[] }
  | { readonly kind: "map"; readonly key: TextCodec; readonly value: TextCodec };

export interface ShapeMember {
  readonly name: string;
  readonly key: string;
  readonly text: TextCodec;
  readonly required: boolean;
}

export function compileShape(contract: Contract, type: Type): Shape {
  const resolved = resolve(contract, type);
  switch (resolved.kind) {
    case "list":
      return listShape(contract, resolved);
    case "record":
      return recordShape(contract, resolved);
    case "map":
      return mapShape(contract, resolved);
    default:
      return { kind: "single", text: compileTextCodec(contract, type) };
  }
}

function listShape(contract: Contract, { item, min, max = Infinity }: ListType): Shape {
  return { kind: "list", item: compileTextCodec(contract, item), min, max };
}

function recordShape(contract: Contract, record: RecordType): Shape {
  const members = fieldsOf(contract, record).map((field): ShapeMember => {
    const name = field.jsonName ?? field.name;
    const text = compileTextCodec(contract, field.type);
    return { name, key: field.name, text, required: field.presence === "required" };
  });
  return { kind: "record", members };
}

function mapShape(contract: Contract, { key, value }: MapType): Shape {
  return { kind: "map", key: compileScalarText(key), value: compileTextCodec(contract, value) };
}

export function compileTextCodec(contract: Contract, type: Type): TextCodec {
  const resolved = resolve(contract, type);
  return isScalar(resolved) ? compileScalarText(resolved) : jsonText(contract, type);
}

export function jsonText(contract: Contract, type: Type): TextCodec {
  const read = compileJsonReader(contract, type, { unknownMembers: "reject" });
  const write = compileJsonWriter(contract, type, {});
  return {
    expected: "JSON as the contract has it",
    read(text) {
      const outcome = read(Buffer.from(text));
      return outcome.kind === "value" ? outcome.value : undefined;
    },
    write,
  };
}

export function isScalar(type: Exclude<Type, RefType>): type is ScalarType | EnumType {
  return !["record", "union", "list", "map", "opaque"].includes(type.kind);
}
