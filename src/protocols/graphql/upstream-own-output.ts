/**
 * Answers of a gateway of ours: what is asked for of an output, and how its value is read back from
 * the types that the gateway's schema has for it (schema-output.ts). Types that hold themselves are
 * asked for some levels deep; what is deeper is a fault, and not left out.
 */
import {
  getNamedType,
  getNullableType,
  GraphQLInterfaceType,
  GraphQLObjectType,
  isListType,
  isUnionType,
  type GraphQLInterfaceType as Interface,
  type GraphQLOutputType,
} from "graphql";
import { assert } from "#base/assert.ts";
import { compileScalarText } from "#contract/check-scalar.ts";
import type { Contract } from "#contract/contract.ts";
import { derivedTypes, resolve } from "#contract/resolve.ts";
import type { Field, MapType, RecordType, Type, UnionType } from "#contract/types.ts";
import { createRecord, typeKey, type Value } from "#contract/value.ts";
import { derivedObjects } from "./schema-output.ts";
import { namesOf } from "./schema-input-record.ts";
import { namedFields, othersName, shapeOf } from "./schema-types.ts";
import { itemsOf, membersOf, readLeaf, type ReadText } from "./upstream-own-leaf.ts";
import {
  addOthers,
  choiceOf,
  spaced,
  tooDeep,
  valueOf,
  type OwnOutput,
} from "./upstream-own-parts.ts";

/** Times that a type may stand within itself. */
const withinItselfMax = 3;
/** Of a record without fields: that of its type. */
const noNames = namesOf([]);

/** Beyond, what holds others is no longer asked for. */
const fieldsMax = 500;

export function compileOwnOutput(
  contract: Contract,
  output: Type,
  outputType: GraphQLOutputType,
): OwnOutput {
  const derived = derivedTypes(contract);
  let fieldCount = 0;

  const outputOf = (
    given: Type,
    graphqlType: GraphQLOutputType,
    path: readonly Type[],
  ): OwnOutput => {
    const type = resolve(contract, given);
    const shown = getNullableType(graphqlType);
    switch (type.kind) {
      case "list": {
        assert(isListType(shown), "a list is a list");
        const item = outputOf(type.item, shown.ofType, path);
        const read: ReadText = (text, place) =>
          itemsOf(text, place).map((one, index) => {
            if (one === "null" && type.itemNullable) return null;
            return item.read(one, `${place}/${index}`);
          });
        return { ...item, read };
      }
      case "map":
        return mapOutput(type, graphqlType, path);
      case "union":
      case "record": {
        const isTooMuch = fieldCount > fieldsMax && path.length > 0;
        const isDeep = path.filter((one) => one === type).length >= withinItselfMax;
        if (isTooMuch || isDeep) return tooDeep(contract, type);
        const inside = [...path, type];
        return type.kind === "union"
          ? unionOutput(type, graphqlType, inside)
          : recordOutput(type, graphqlType, inside);
      }
      default:
        return { selection: "", read: readLeaf(contract, type) };
    }
  };

  const mapOutput = (
    type: MapType,
    graphqlType: GraphQLOutputType,
    path: readonly Type[],
  ): OwnOutput => {
    const entry = getNamedType(graphqlType) as GraphQLObjectType;
    const { key, value } = entry.getFields();
    assert(key !== undefined && value !== undefined, "an entry has a key and a value");
    const keys = outputOf(type.key, key.type, path);
    const values = outputOf(type.value, value.type, path);
    const keyType = resolve(contract, type.key);
    assert(keyType.kind !== "record", "a key is a scalar");
    const text = compileScalarText(type.key);
    return {
      selection: `{ key value${spaced(values.selection)} }`,
      read(whole, place) {
        const record = createRecord();
        for (const [index, one] of itemsOf(whole, place).entries()) {
          const at = `${place}/${index}`;
          const members = membersOf(one, at);
          const name = text.write(keys.read(members.get("key") ?? "null", `${at}/key`));
          const own = members.get("value") ?? "null";
          const isNull = own === "null" && type.valueNullable === true;
          record[name ?? ""] = isNull ? null : values.read(own, `${at}/value`);
        }
        return record;
      },
    };
  };

  const recordOutput = (
    record: RecordType,
    graphqlType: GraphQLOutputType,
    path: readonly Type[],
  ): OwnOutput => {
    const shape = shapeOf(contract, record);
    if (shape === "nothing") return { selection: "", read: () => createRecord() };
    if (shape === "json") {
      return {
        selection: "",
        read: (text, place) => addOthers(createRecord(), text, place, noNames),
      };
    }
    const named = getNamedType(graphqlType);
    return named instanceof GraphQLInterfaceType
      ? derivedOutput(record, named, path)
      : fieldsOutput(record, named as GraphQLObjectType, path, new Map());
  };

  /** @param known types of fields in other objects that may stand in the same place. */
  const fieldsOutput = (
    record: RecordType,
    object: GraphQLObjectType,
    path: readonly Type[],
    known: Map<string, string>,
  ): OwnOutput => {
    const own = object.getFields();
    const asked: string[] = [];
    const ask = (name: string, selection: string): string => {
      fieldCount++;
      const type = String(own[name]?.type);
      const isFree = (known.get(name) ?? type) === type;
      if (isFree) known.set(name, type);
      const key = isFree ? name : `${name}_${object.name}`;
      asked.push(`${isFree ? "" : `${key}: `}${name}${spaced(selection)}`);
      return key;
    };
    const reads = namedFields(contract, record).map(({ name, field }) => {
      const type = own[name]?.type;
      assert(type !== undefined, `${object.name} has no field ${name}`);
      const inner = outputOf(field.type, type, path);
      return { key: ask(name, inner.selection), field, read: inner.read };
    });
    const others = record.open === true ? ask(othersName, "") : undefined;
    const names = namesOf(reads);
    return {
      selection: `{ ${asked.join(" ")} }`,
      read(text, place) {
        const members = membersOf(text, place);
        const made = createRecord();
        for (const { key, field, read } of reads) {
          const value = valueOf(field, members.get(key) ?? "null", read, `${place}/${key}`);
          if (value !== undefined) made[field.name] = value;
        }
        const more = others === undefined ? "null" : (members.get(others) ?? "null");
        return more === "null" ? made : addOthers(made, more, place, names);
      },
    };
  };

  /** What may stand in the record's place tells its type by the name of the object. */
  const derivedOutput = (record: RecordType, base: Interface, path: readonly Type[]): OwnOutput => {
    const own = [...contract.types.values()].find(({ type }) => type === record)?.name ?? "";
    const names = [own, ...(derived.get(own) ?? [])].filter((name) => {
      const type = resolve(contract, { kind: "ref", name });
      return type.kind === "record" && type.abstract !== true;
    });
    const known = new Map<string, string>();
    const objects = derivedObjects.get(base) ?? [];
    const members = objects.map((object, index) => {
      const name = names[index] ?? own;
      const type = resolve(contract, { kind: "ref", name }) as RecordType;
      return { object, name, ...fieldsOutput(type, object, path, known) };
    });
    return choiceOf(members, (value, { name }) =>
      name === own ? value : Object.assign(createRecord(), { [typeKey]: name }, value),
    );
  };

  const unionOutput = (
    union: UnionType,
    graphqlType: GraphQLOutputType,
    path: readonly Type[],
  ): OwnOutput => {
    const named = getNamedType(graphqlType);
    assert(isUnionType(named), "a union is a union");
    const known = new Map<string, string>();
    const taken = new Set<Type>();
    const members = named.getTypes().map((object, index) => {
      const variant = union.variants[index];
      assert(variant !== undefined, "each variant has its object");
      const record = resolve(contract, variant.type);
      const isPlain = isOwnObject(record, variant.nullable === true) && !taken.has(record);
      if (isPlain) taken.add(record);
      const { name } = variant;
      if (isPlain)
        return { object, name, ...fieldsOutput(record as RecordType, object, path, known) };
      // Whatever is no object of its own stands in the one field of a wrapper.
      const field: Field = {
        ...{ name: "value", type: variant.type, presence: "required" },
        nullable: variant.nullable === true,
      };
      const wrapper: RecordType = { kind: "record", fields: [field] };
      const inner = fieldsOutput(wrapper, object, path, known);
      const read: ReadText = (text, place) =>
        (inner.read(text, place) as { readonly value: Value }).value;
      return { object, name, selection: inner.selection, read };
    });
    return choiceOf(members, (value, { name }) => {
      const choice = createRecord();
      choice[name] = value;
      return choice;
    });
  };

  const isOwnObject = (type: Type, nullable: boolean): boolean => {
    if (type.kind !== "record" || nullable || shapeOf(contract, type) !== "fields") return false;
    const own = [...contract.types.values()].find((one) => one.type === type)?.name;
    return own === undefined || (derived.get(own) ?? []).length === 0;
  };

  return outputOf(output, outputType, []);
}
