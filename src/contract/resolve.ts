/** Walks a contract's types: references followed, inherited fields first, derived records found. */
import { assert } from "#base/assert.ts";
import type { Contract } from "./contract.ts";
import type { Field, RecordType, RefType, Type, TypeName } from "./types.ts";

/** A reference that leads nowhere or round is a fault of the importer. */
export function resolve(contract: Contract, type: Type): Exclude<Type, RefType> {
  let found = type;
  for (let steps = 0; found.kind === "ref"; steps++) {
    const named = contract.types.get(found.name);
    assert(named !== undefined && steps < 1_000, `type ${found.name} resolves to nothing`);
    found = named.type;
  }
  return found;
}

/** The name of the record that a type stands for, at the end of its references. */
export function recordName(contract: Contract, type: Type): TypeName | undefined {
  let name: TypeName | undefined;
  let found = type;
  while (found.kind === "ref") {
    name = found.name;
    const named = contract.types.get(name);
    if (named === undefined) return undefined;
    found = named.type;
  }
  return name;
}

export function fieldsOf(contract: Contract, record: RecordType): readonly Field[] {
  const lines: (readonly Field[])[] = [];
  let line: RecordType | undefined = record;
  while (line !== undefined && lines.length < 1_000) {
    lines.unshift(line.fields);
    line = baseOf(contract, line);
  }
  return lines.flat();
}

export function baseOf(contract: Contract, record: RecordType): RecordType | undefined {
  if (record.extends === undefined) return undefined;
  const base = resolve(contract, { kind: "ref", name: record.extends });
  return base.kind === "record" ? base : undefined;
}

/** By the name of a base: all records that extend or restrict it, directly or not. */
export function derivedTypes(contract: Contract): ReadonlyMap<TypeName, readonly TypeName[]> {
  const derived = new Map<TypeName, TypeName[]>();
  for (const { name, type } of contract.types.values()) {
    let line: Type | undefined = type;
    for (let steps = 0; line?.kind === "record" && steps < 1_000; steps++) {
      const parent: TypeName | undefined = line.extends ?? line.restricts;
      if (parent === undefined) break;
      const base: TypeName = recordName(contract, { kind: "ref", name: parent }) ?? parent;
      if (base === name) break;
      const known = derived.get(base) ?? [];
      if (!known.includes(name)) derived.set(base, [...known, name]);
      line = contract.types.get(base)?.type;
    }
  }
  return derived;
}
