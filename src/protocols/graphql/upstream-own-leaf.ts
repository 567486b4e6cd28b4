/** Parts of an answer of ours, and the values that hold no others. */
import type { Contract } from "#contract/contract.ts";
import { DocumentFailure } from "#contract/document-fault.ts";
import type { EnumType, OpaqueType, ScalarType } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import { compileJsonReader } from "#formats/json/compile-reader.ts";
import { compileJsonWriter } from "#formats/json/compile-writer.ts";
import { readValueSpans } from "#formats/json/value-spans.ts";
import { enumValueNames } from "./schema-names.ts";

export type ReadText = (text: string, place: string) => Value;

type Leaf = ScalarType | EnumType | OpaqueType;

export function readLeaf(contract: Contract, type: Leaf): ReadText {
  if (type.kind === "enum") {
    const values = type.open ? undefined : new Map(enumValueNames(type));
    return (text, place) => {
      const name = textIn(text);
      const value = name === undefined || values === undefined ? name : values.get(name);
      return value ?? refuse(`expected one of its values, found ${text.slice(0, 100)}`, place);
    };
  }
  const read = compileJsonReader(contract, plain(type), { unknownMembers: "reject" });
  return (text, place) => {
    const found = read(Buffer.from(text));
    if (found.kind === "value") return found.value;
    throw new DocumentFailure({ ...found, place: place + found.place });
  };
}

export function writeLeaf(contract: Contract, type: Leaf): (value: Value) => string {
  if (type.kind === "enum") {
    const names = type.open
      ? undefined
      : new Map(enumValueNames(type).map(([name, value]) => [value, name]));
    return (value) => JSON.stringify(names?.get(value as string) ?? value);
  }
  return compileJsonWriter(contract, plain(type), {});
}

/** How JSON spells numbers elsewhere is nothing to GraphQL's scalars. */
function plain(type: ScalarType | OpaqueType): ScalarType | OpaqueType {
  if (!("spelling" in type)) return type;
  const { spelling: _, ...rest } = type;
  return rest;
}

export function membersOf(text: string, place: string): ReadonlyMap<string, string> {
  const spans = readValueSpans(text);
  return spans.kind === "object" ? spans.members : refuse("expected an object", place);
}

export function itemsOf(text: string, place: string): readonly string[] {
  const spans = readValueSpans(text);
  return spans.kind === "array" ? spans.items : refuse("expected a list", place);
}

export function textIn(text: string | undefined): string | undefined {
  return text?.startsWith('"') === true ? (JSON.parse(text) as string) : undefined;
}

export function refuse(message: string, place: string): never {
  throw new DocumentFailure({ kind: "fault", code: "invalid-value", message, place });
}
