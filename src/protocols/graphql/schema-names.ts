/** Names of a contract as GraphQL can have them: cleaned, clashes numbered in a fixed order. */
import type { Contract } from "#contract/contract.ts";
import { createNumbering } from "#contract/numbering.ts";
import type { EnumType, Type } from "#contract/types.ts";
import { scalarNames } from "./scalars.ts";

export interface TypeNames {
  /** @param hint for types that have no name in the contract. */
  readonly output: (type: Type, hint: string) => string;
  readonly input: (type: Type, hint: string) => string;
  /** For what GraphQL needs beside the types of the contract. */
  readonly fresh: (wanted: string) => string;
}

export type TakeName = (wanted: string) => string;

/** Of all types of one schema. */
export function createTypeNumbering(): TakeName {
  return createNumbering(scalarNames);
}

/** @param prefix before every name, where several services have one schema. */
export function createTypeNames(contract: Contract, prefix: string, take: TakeName): TypeNames {
  const outputs = new Map<Type, string>();
  const inputs = new Map<Type, string>();
  const fresh: TakeName = (wanted) => {
    const own = identifier(wanted);
    return take(own.startsWith(prefix) ? own : prefix + upperFirst(own));
  };
  const hints = new Map<Type, string>();
  for (const { name, type } of contract.types.values()) {
    if (type.kind === "ref" || hints.has(type)) continue;
    const plain = upperFirst(identifier(lastPart(name)));
    hints.set(type, plain);
    if (!isNamed(type)) continue;
    outputs.set(type, fresh(plain));
    if (type.kind !== "enum") inputs.set(type, fresh(`${plain}Input`));
  }
  const named = (known: Map<Type, string>, suffix: string) => (type: Type, hint: string) => {
    const found = known.get(type);
    if (found !== undefined) return found;
    const made = fresh(`${hints.get(type) ?? hint}${suffix}`);
    known.set(type, made);
    return made;
  };
  return { output: named(outputs, ""), input: named(inputs, "Input"), fresh };
}

function isNamed({ kind }: Type): boolean {
  return kind === "record" || kind === "union" || kind === "enum";
}

/** `Invoice` of `acme.billing.Invoice`, `{urn:x}Invoice` and the like. */
export function lastPart(name: string): string {
  return name.split(/[./#}:]/).findLast((part) => part !== "") ?? name;
}

/** GraphQL §2.1.9; names that begin with two underscores are its own. */
export function identifier(name: string): string {
  const plain = name.normalize("NFKD").replaceAll(/[^A-Za-z0-9_]+/g, "_");
  const trimmed = plain === name ? plain : plain.replaceAll(/^_+|_+$/g, "");
  const own = trimmed.replace(/^__+/, "_");
  if (own === "") return "x";
  return /^[0-9]/.test(own) ? `_${own}` : own;
}

export function upperFirst(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Words that no enum may have as a value (GraphQL §3.9). */
const noEnumValues = ["true", "false", "null"];

export function enumValueNames({ values }: EnumType): readonly (readonly [string, string])[] {
  const take = createNumbering(noEnumValues);
  return values.map(({ value }) => [take(identifier(value)), value]);
}
