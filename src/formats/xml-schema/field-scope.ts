/** The fields of one record under construction: their names unique, also among inherited ones. */
import type { Field, Type } from "#contract/types.ts";
import { createNumbering, safeName } from "#contract/numbering.ts";

export interface FieldScope {
  /** Under its name, or numbered when that is taken. */
  readonly add: (field: Field) => void;
  /** JSON flattens a choice into its record; where names would clash it is nested instead. */
  readonly finish: () => Field[];
}

export function createFieldScope(inherited: readonly Field[]): FieldScope {
  const taken = new Set<string>();
  for (const field of inherited) {
    taken.add(field.name);
    for (const name of flattenedNames(field)) taken.add(name);
  }
  const claim = createNumbering(taken);
  const fields: Field[] = [];
  return {
    add: (field) => fields.push({ ...field, name: claim(safeName(field.name)) }),
    finish() {
      const names = new Set(taken);
      for (const { name } of fields) names.add(name);
      return fields.map((field) => {
        const flattened = flattenedNames(field);
        if (flattened.length === 0) return field;
        if (flattened.some((name) => names.has(name) && name !== field.name)) {
          return { ...field, jsonName: field.name };
        }
        for (const name of flattened) names.add(name);
        return field;
      });
    },
  };
}

/** Keys that a choice adds to the JSON of its record. */
function flattenedNames(field: Field): string[] {
  const { type, xml, jsonName } = field;
  if (xml?.node !== "inline" || jsonName !== undefined || type.kind !== "union") return [];
  return type.variants.map(({ name }) => name);
}

/** Of these items, at least and at most so many. */
export function listOf(item: Type, min: number, max: number, itemNullable = false): Type {
  const most = max === Infinity ? {} : { max };
  return { kind: "list", item, itemNullable, min, ...most };
}
