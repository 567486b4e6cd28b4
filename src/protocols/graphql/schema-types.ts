/** What the output types and the input types of one contract's schema have in common. */
import { GraphQLEnumType } from "graphql";
import type { Contract } from "#contract/contract.ts";
import { createNumbering } from "#contract/numbering.ts";
import { derivedTypes, fieldsOf } from "#contract/resolve.ts";
import type { EnumType, Field, RecordType, TypeName } from "#contract/types.ts";
import { enumValueNames, identifier, type TypeNames } from "./schema-names.ts";

export interface TypeScope {
  readonly contract: Contract;
  readonly names: TypeNames;
  readonly derived: ReadonlyMap<TypeName, readonly TypeName[]>;
  readonly documentation: (type: object) => string | undefined;
  readonly enumOf: (type: EnumType, hint: string) => GraphQLEnumType;
}

export function createTypeScope(contract: Contract, names: TypeNames): TypeScope {
  const documents = new Map<object, string>();
  for (const { type, documentation } of contract.types.values()) {
    if (documentation !== undefined && !documents.has(type)) documents.set(type, documentation);
  }
  const enums = new Map<EnumType, GraphQLEnumType>();
  const scope: TypeScope = {
    ...{ contract, names, derived: derivedTypes(contract) },
    documentation: (type) => documents.get(type),
    enumOf(type, hint) {
      const known = enums.get(type);
      if (known !== undefined) return known;
      const values = enumValueNames(type).map(([name, value]) => [name, { value }] as const);
      const made = new GraphQLEnumType({
        name: names.output(type, hint),
        description: documents.get(type),
        values: Object.fromEntries(values),
      });
      enums.set(type, made);
      return made;
    },
  };
  return scope;
}

export interface NamedField {
  /** In GraphQL. */
  readonly name: string;
  readonly field: Field;
}

/** Members that the contract does not name, of a record that may have some. */
export const othersName = "_others";

/** In the order of the contract. */
export function namedFields(contract: Contract, record: RecordType): readonly NamedField[] {
  const take = createNumbering([othersName]);
  return fieldsOf(contract, record).map((field) => ({
    name: take(identifier(field.jsonName ?? field.name)),
    field,
  }));
}

/** How a record stands in a schema. */
export function shapeOf(contract: Contract, record: RecordType): "fields" | "json" | "nothing" {
  if (fieldsOf(contract, record).length > 0) return "fields";
  return record.open === true ? "json" : "nothing";
}
