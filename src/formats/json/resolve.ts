/** A contract's types as JSON sees them: its members, flat choices, exact numbers. */
import type { Contract } from "#contract/contract.ts";
import { baseOf, fieldsOf, resolve } from "#contract/resolve.ts";
import type { Field, IntType, RecordType, UnionType } from "#contract/types.ts";

export { derivedTypes, fieldsOf, recordName, resolve } from "#contract/resolve.ts";

/** Whether a record or one that it extends is open. */
export function isOpen(contract: Contract, record: RecordType): boolean {
  let line: RecordType | undefined = record;
  for (let steps = 0; line !== undefined && steps < 1_000; steps++) {
    if (line.open === true) return true;
    line = baseOf(contract, line);
  }
  return false;
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
