/** A contract's types as JSON sees them: references followed, inherited fields first. */
import { assert } from "#base/assert.ts";
import type { Contract } from "#contract/contract.ts";
import type {
  Field,
  IntType,
  RecordType,
  RefType,
  Type,
  TypeName,
  UnionType,
} from "#contract/types.ts";

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

function baseOf(contract: Contract, record: RecordType): RecordType | undefined {
  if (record.extends === undefined) return undefined;
  const base = resolve(contract, { kind: "ref", name: record.extends });
  return base.kind === "record" ? base : undefined;
}

/** Whether a record or one that it extends is open. */
export function isOpen(contract: Contract, record: RecordType): boolean {
  let line: RecordType | undefined = record;
  for (let steps = 0; line !== undefined && steps < 1_000; steps++) {
    if (line.open === true) return true;
    line = baseOf(contract, line);
  }
  return false;
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

export interface SpelledField {
  readonly field: Field;
  /** Its member in JSON; of a flat choice nothing is called so. */
  readonly name: string;
  /** A choice whose variants stand as members right in the enclosing object. */
  readonly flat: UnionType | undefined;
}

/** The fields of a record as members. A choice whose variants' names are taken is not flat. */
export function spelledFields(contract: Contract, record: RecordType): readonly SpelledField[] {
  const fields = fieldsOf(contract, record);
  const counts = new Map<string, number>();
  const spelled = fields.map((field): SpelledField => {
    const flat = inlineChoice(contract, field);
    const name = field.jsonName ?? field.name;
    for (const one of flat?.variants ?? [{ name }]) {
      counts.set(one.name, (counts.get(one.name) ?? 0) + 1);
    }
    return { field, name, flat };
  });
  return spelled.map(({ field, name, flat }) => {
    const isFree = flat?.variants.every((one) => counts.get(one.name) === 1) === true;
    return { field, name, flat: isFree ? flat : undefined };
  });
}

function inlineChoice(contract: Contract, field: Field): UnionType | undefined {
  if (field.xml?.node !== "inline" || field.jsonName !== undefined) return undefined;
  const type = resolve(contract, field.type);
  if (type.kind !== "union" || type.plain === true) return undefined;
  return type.discriminator === undefined ? type : undefined;
}

/** Whether its values are digits in a string at run time. */
export function isExact({ bits }: IntType): boolean {
  return bits === 64 || bits === "big";
}
