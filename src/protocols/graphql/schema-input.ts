/** Input types of a contract, and how what GraphQL has read becomes canonical values. */
import {
  GraphQLBoolean,
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
  type GraphQLInputFieldConfig,
} from "graphql";
import { compileScalarText } from "#contract/check-scalar.ts";
import { DocumentFailure } from "#contract/document-fault.ts";
import { resolve } from "#contract/resolve.ts";
import type { ListType, MapType, RecordType, Type, UnionType } from "#contract/types.ts";
import { createRecord, typeKey, type Value, type ValueRecord } from "#contract/value.ts";
import { json, compileCheck, scalarOf } from "./scalars.ts";
import { upperFirst } from "./schema-names.ts";
import { readOthers, readRecord, type Input, type InputField } from "./schema-input-record.ts";
import { namedFields, othersName, shapeOf, type TypeScope } from "./schema-types.ts";

/** What GraphQL's executor has read: of the shape that the schema says. */
export type Given = Readonly<Record<string, unknown>>;

export type InputOf = (type: Type, hint: string) => Input;

export function createInputs(scope: TypeScope): InputOf {
  const { contract } = scope;
  const known = new Map<Type, Input>();
  const inputOf: InputOf = (given, hint) => {
    const type = resolve(contract, given);
    switch (type.kind) {
      case "list":
        return listInput(type, inputOf(type.item, hint));
      case "map":
      case "union":
      case "record": {
        const found = known.get(type);
        if (found !== undefined) return found;
        const made =
          type.kind === "map"
            ? mapInput(scope, type, hint, inputOf)
            : type.kind === "union"
              ? unionInput(scope, type, hint, inputOf)
              : recordInput(scope, type, hint, inputOf, (one) => known.set(type, one));
        known.set(type, made);
        return made;
      }
      case "opaque":
        return { type: scalarOf(type), read: (value) => value as Value };
      default: {
        const isClosed = type.kind === "enum" && !type.open;
        const named =
          type.kind !== "enum"
            ? scalarOf(type)
            : isClosed
              ? scope.enumOf(type, hint)
              : GraphQLString;
        const checked = isClosed ? undefined : compileCheck(type);
        if (checked === undefined) return { type: named, read: (value) => value as Value };
        const { check, expected } = checked;
        return {
          type: named,
          read: (value, place) =>
            check(value as Value) ?? refuse(`expected ${expected}, found ${shown(value)}`, place),
        };
      }
    }
  };
  return inputOf;
}

function listInput({ itemNullable, min, max }: ListType, { type, read }: Input): Input {
  return {
    type: new GraphQLList(itemNullable ? type : new GraphQLNonNull(type)),
    read(given, place) {
      const items = given as readonly unknown[];
      if (items.length < min || items.length > (max ?? Infinity)) {
        const bounds = max === undefined ? `at least ${min}` : `${min} to ${max}`;
        refuse(`expected ${bounds} items, found ${items.length}`, place);
      }
      return items.map((item, index) => (item === null ? null : read(item, `${place}/${index}`)));
    },
  };
}

function recordInput(
  scope: TypeScope,
  record: RecordType,
  hint: string,
  inputOf: InputOf,
  announce: (input: Input) => void,
): Input {
  const { contract, names } = scope;
  const shape = shapeOf(contract, record);
  if (shape === "nothing") return { type: GraphQLBoolean, read: () => createRecord() };
  if (shape === "json") {
    return { type: json, read: (given, place) => readOthers(createRecord(), given, place) };
  }
  const own = [...contract.types.values()].find(({ type }) => type === record)?.name;
  const derived = own === undefined ? [] : (scope.derived.get(own) ?? []);
  if (own === undefined || derived.length === 0) {
    return plainRecord(scope, record, names.input(record, hint), inputOf);
  }
  // Whichever may stand there, one of them by its name.
  const variants = [own, ...derived].flatMap((name) => {
    const type = resolve(contract, { kind: "ref", name });
    return type.kind === "record" && type.abstract !== true ? [[name, type] as const] : [];
  });
  const inputs = new Map<string, { readonly name: string; readonly input: Input }>();
  const fields = (): Record<string, GraphQLInputFieldConfig> => {
    for (const [name, type] of variants) {
      if (inputs.size === variants.length) break;
      const plain = upperFirst(names.output(type, name));
      const input =
        type === record || (scope.derived.get(name) ?? []).length > 0
          ? plainRecord(scope, type, names.fresh(`${plain}ObjectInput`), inputOf)
          : inputOf(type, name);
      inputs.set(plain, { name, input });
    }
    return Object.fromEntries([...inputs].map(([key, { input }]) => [key, { type: input.type }]));
  };
  const choice: Input = {
    type: new GraphQLInputObjectType({
      name: names.input(record, hint),
      description: scope.documentation(record),
      isOneOf: true,
      fields,
    }),
    read(given, place) {
      const [key = ""] = Object.keys(given as Given);
      const found = inputs.get(key);
      if (found === undefined) return refuse("expected one of its types", place);
      const value = found.input.read((given as Given)[key], `${place}/${key}`) as ValueRecord;
      if (found.name === own) return value;
      return Object.assign(createRecord(), { [typeKey]: found.name }, value);
    },
  };
  announce(choice);
  return choice;
}

function plainRecord(scope: TypeScope, record: RecordType, name: string, inputOf: InputOf): Input {
  let fields: readonly InputField[] | undefined;
  const build = (): readonly InputField[] =>
    (fields ??= namedFields(scope.contract, record).map(({ name: own, field }) => ({
      name: own,
      field,
      input: inputOf(field.type, `${name.replace(/Input$/, "")}${upperFirst(own)}`),
    })));
  const isOpen = record.open === true;
  return {
    type: new GraphQLInputObjectType({
      ...{ name, description: scope.documentation(record) },
      fields: () => inputFields(build(), isOpen),
    }),
    read: (given, place) => readRecord(build(), isOpen, given as Given, place),
  };
}

export function inputFields(
  fields: readonly InputField[],
  isOpen: boolean,
): Record<string, GraphQLInputFieldConfig> {
  const made: Record<string, GraphQLInputFieldConfig> = {};
  for (const { name, field, input } of fields) {
    const mustBe = field.presence === "required" && !field.nullable;
    made[name] = {
      type: mustBe ? new GraphQLNonNull(input.type) : input.type,
      description: field.documentation,
    };
  }
  if (isOpen) {
    made[othersName] = { type: json, description: "Members that the contract does not name." };
  }
  return made;
}

function mapInput(scope: TypeScope, type: MapType, hint: string, inputOf: InputOf): Input {
  const key = inputOf(type.key, `${hint}Key`);
  const value = inputOf(type.value, `${hint}Value`);
  const text = compileScalarText(type.key);
  const isNullable = type.valueNullable === true;
  const entry = new GraphQLInputObjectType({
    name: scope.names.input(type, `${hint}Entry`),
    fields: {
      key: { type: new GraphQLNonNull(key.type) },
      value: { type: isNullable ? value.type : new GraphQLNonNull(value.type) },
    },
  });
  return {
    type: new GraphQLList(new GraphQLNonNull(entry)),
    read(given, place) {
      const record = createRecord();
      for (const [index, one] of (given as readonly Given[]).entries()) {
        const at = `${place}/${index}`;
        const name = text.write(key.read(one["key"], `${at}/key`)) ?? "";
        if (Object.hasOwn(record, name)) refuse(`the key ${shown(name)} stands here twice`, at);
        const own = one["value"] ?? null;
        record[name] = own === null ? null : value.read(own, `${at}/value`);
      }
      return record;
    },
  };
}

function unionInput(scope: TypeScope, type: UnionType, hint: string, inputOf: InputOf): Input {
  const name = scope.names.input(type, hint);
  let variants: Map<string, { readonly own: string; readonly input: Input }> | undefined;
  const build = (): NonNullable<typeof variants> => {
    if (variants !== undefined) return variants;
    variants = new Map();
    const named = namedFields(scope.contract, {
      kind: "record",
      fields: type.variants.map((one) => ({
        ...{ name: one.name, type: one.type, presence: "optional", nullable: true },
      })),
    });
    for (const { name: key, field } of named) {
      const input = inputOf(field.type, `${name.replace(/Input$/, "")}${upperFirst(key)}`);
      variants.set(key, { own: field.name, input });
    }
    return variants;
  };
  return {
    type: new GraphQLInputObjectType({
      ...{ name, description: scope.documentation(type), isOneOf: true },
      fields: () =>
        Object.fromEntries([...build()].map(([key, { input }]) => [key, { type: input.type }])),
    }),
    read(given, place) {
      const [key = ""] = Object.keys(given as Given);
      const found = build().get(key);
      if (found === undefined) return refuse("expected one of its variants", place);
      const record = createRecord();
      record[found.own] = found.input.read((given as Given)[key], `${place}/${key}`);
      return record;
    },
  };
}

function refuse(message: string, place: string): never {
  throw new DocumentFailure({ kind: "fault", code: "invalid-value", message, place });
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 100) ?? "nothing";
}
