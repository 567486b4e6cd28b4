/** Inputs as variables of a gateway of ours, in the types that its schema has (schema-input.ts). */
import {
  getNamedType,
  getNullableType,
  isListType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
} from "graphql";
import { assert } from "#base/assert.ts";
import { compileScalarText } from "#contract/check-scalar.ts";
import type { Contract } from "#contract/contract.ts";
import { derivedTypes, fieldsOf, resolve } from "#contract/resolve.ts";
import type { RecordType, Type, UnionType } from "#contract/types.ts";
import { typeKey, type Value, type ValueRecord } from "#contract/value.ts";
import { namedFields, othersName, shapeOf } from "./schema-types.ts";
import { writeLeaf } from "./upstream-own-leaf.ts";

export type WriteText = (value: Value) => string;

export type OwnInputOf = (type: Type, inputType: GraphQLInputType) => WriteText;

export function createOwnInputs(contract: Contract): OwnInputOf {
  const derived = derivedTypes(contract);
  const known = new Map<Type, WriteText>();

  const inputOf: OwnInputOf = (given, inputType) => {
    const type = resolve(contract, given);
    const shown = getNullableType(inputType);
    switch (type.kind) {
      case "list": {
        assert(isListType(shown), "a list is a list");
        const write = inputOf(type.item, shown.ofType);
        return (value) => `[${(value as readonly Value[]).map(orNull(write)).join(",")}]`;
      }
      case "map": {
        const fields = (getNamedType(inputType) as GraphQLInputObjectType).getFields();
        const key = inputOf(type.key, fields["key"]?.type as GraphQLInputType);
        const one = inputOf(type.value, fields["value"]?.type as GraphQLInputType);
        const text = compileScalarText(type.key);
        return (value) => {
          const entries = Object.entries(value as ValueRecord).map(([name, own]) => {
            const read = text.read(name) ?? name;
            return `{"key":${key(read)},"value":${orNull(one)(own)}}`;
          });
          return `[${entries.join(",")}]`;
        };
      }
      case "union":
      case "record": {
        const found = known.get(type);
        if (found !== undefined) return found;
        // Compiled when it is first written: types may hold themselves.
        let write: WriteText | undefined;
        const late: WriteText = (value) => {
          write ??=
            type.kind === "union"
              ? writeUnion(type, shown as GraphQLInputObjectType)
              : writeRecord(type, shown);
          return write(value);
        };
        known.set(type, late);
        return late;
      }
      default:
        return writeLeaf(contract, type);
    }
  };

  const writeUnion = (union: UnionType, shown: GraphQLInputObjectType): WriteText => {
    const fields = Object.values(shown.getFields());
    const variants = new Map(
      union.variants.map(({ name, type }, index) => {
        const field = fields[index];
        assert(field !== undefined, `${shown.name} has no field for ${name}`);
        return [name, { key: field.name, write: inputOf(type, field.type) }];
      }),
    );
    return (value) => {
      const [name = ""] = Object.keys(value as ValueRecord);
      const variant = variants.get(name);
      assert(variant !== undefined, "a union has one of its variants");
      const own = (value as ValueRecord)[name] as Value;
      return `{${JSON.stringify(variant.key)}:${orNull(variant.write)(own)}}`;
    };
  };

  const writeRecord = (record: RecordType, shown: GraphQLInputType): WriteText => {
    const shape = shapeOf(contract, record);
    if (shape === "nothing") return () => "true";
    if (shape === "json") return (value) => othersText(value as ValueRecord, []);
    const object = shown as GraphQLInputObjectType;
    const own = [...contract.types.values()].find(({ type }) => type === record)?.name;
    const others = own === undefined ? [] : (derived.get(own) ?? []);
    if (own === undefined || others.length === 0) return writeFields(record, object);
    const fields = Object.values(object.getFields());
    const choices = [own, ...others].flatMap((name) => {
      const type = resolve(contract, { kind: "ref", name });
      return type.kind === "record" && type.abstract !== true ? [{ name, type }] : [];
    });
    const writes = new Map(
      choices.map(({ name, type }, index) => {
        const field = fields[index];
        assert(field !== undefined, `${object.name} has no field for ${name}`);
        const isPlain = type === record || (derived.get(name) ?? []).length > 0;
        const inner = getNamedType(field.type) as GraphQLInputObjectType;
        const write = isPlain ? writeFields(type, inner) : inputOf(type, field.type);
        return [name, { key: field.name, write }];
      }),
    );
    return (value) => {
      const name = (value as ValueRecord)[typeKey] as string | undefined;
      const found = writes.get(name ?? own);
      assert(found !== undefined, "a record has a type that may stand there");
      return `{${JSON.stringify(found.key)}:${found.write(value)}}`;
    };
  };

  const writeFields = (record: RecordType, object: GraphQLInputObjectType): WriteText => {
    const types = object.getFields();
    return createRecordWriter(contract, record, (name) => types[name]?.type, inputOf);
  };
  return inputOf;
}

/** @param typeOf the type of a field of GraphQL. */
export function createRecordWriter(
  contract: Contract,
  record: RecordType,
  typeOf: (name: string) => GraphQLInputType | undefined,
  inputOf: OwnInputOf,
): WriteText {
  const members = namedFields(contract, record).map(({ name, field }) => {
    const type = typeOf(name);
    assert(type !== undefined, `no field ${name} in GraphQL`);
    return { key: JSON.stringify(name), name: field.name, write: inputOf(field.type, type) };
  });
  const known = fieldsOf(contract, record).map(({ name }) => name);
  return (value) => {
    const given = value as ValueRecord;
    const parts = members.flatMap(({ key, name, write }) => {
      const own = given[name];
      return own === undefined ? [] : [`${key}:${orNull(write)(own)}`];
    });
    if (record.open === true) {
      const others = othersText(given, known);
      if (others !== "{}") parts.push(`${JSON.stringify(othersName)}:${others}`);
    }
    return `{${parts.join(",")}}`;
  };
}

/** Members that the contract does not name are the texts of their JSON. */
function othersText(record: ValueRecord, known: readonly string[]): string {
  const members = Object.keys(record)
    .filter((name) => name !== typeKey && !known.includes(name))
    .map((name) => `${JSON.stringify(name)}:${record[name] as string}`);
  return `{${members.join(",")}}`;
}

function orNull(write: WriteText): WriteText {
  return (value) => (value === null ? "null" : write(value));
}
