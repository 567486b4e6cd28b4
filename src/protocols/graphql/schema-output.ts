/** Output types of a contract, and how canonical values become what GraphQL's executor walks. */
import {
  GraphQLBoolean,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
  GraphQLUnionType,
  type GraphQLFieldConfig,
  type GraphQLOutputType,
} from "graphql";
import { compileScalarText } from "#contract/check-scalar.ts";
import { resolve } from "#contract/resolve.ts";
import type { Field, MapType, RecordType, Type, UnionType } from "#contract/types.ts";
import { typeKey, type Value, type ValueRecord } from "#contract/value.ts";
import { json, scalarOf } from "./scalars.ts";
import { upperFirst } from "./schema-names.ts";
import { namedFields, othersName, shapeOf, type TypeScope } from "./schema-types.ts";

/** A value of a union, with the type that it has there. */
class Chosen {
  readonly typeName: string;
  readonly value: unknown;

  constructor(typeName: string, value: unknown) {
    this.typeName = typeName;
    this.value = value;
  }
}

export interface Output {
  readonly type: GraphQLOutputType;
  /** Undefined: the canonical value is walked as it stands. */
  readonly convert: ((value: Value) => unknown) | undefined;
}

export type OutputOf = (type: Type, hint: string) => Output;

type FieldMap = Record<string, GraphQLFieldConfig<unknown, unknown>>;

export function createOutputs(scope: TypeScope): OutputOf {
  const { contract } = scope;
  const known = new Map<Type, Output>();
  const outputOf: OutputOf = (given, hint) => {
    const type = resolve(contract, given);
    switch (type.kind) {
      case "enum":
        return { type: type.open ? GraphQLString : scope.enumOf(type, hint), convert: undefined };
      case "list":
        return listOf(outputOf(type.item, hint), type.itemNullable);
      case "map":
      case "union":
      case "record": {
        const found = known.get(type);
        if (found !== undefined) return found;
        const made =
          type.kind === "map"
            ? mapOutput(scope, type, hint, outputOf)
            : type.kind === "union"
              ? unionOutput(scope, type, hint, outputOf)
              : recordOutput(scope, type, hint, outputOf);
        known.set(type, made);
        return made;
      }
      default:
        return { type: scalarOf(type), convert: undefined };
    }
  };
  return outputOf;
}

function listOf({ type, convert }: Output, itemNullable: boolean): Output {
  const item = itemNullable ? type : new GraphQLNonNull(type);
  const each = convert && ((value: Value): unknown => (value === null ? null : convert(value)));
  return {
    type: new GraphQLList(item),
    convert: each && ((value) => (value as readonly Value[]).map(each)),
  };
}

function recordOutput(
  scope: TypeScope,
  record: RecordType,
  hint: string,
  outputOf: OutputOf,
): Output {
  const { contract, names } = scope;
  const shape = shapeOf(contract, record);
  if (shape === "nothing") return { type: GraphQLBoolean, convert: () => true };
  if (shape === "json") return { type: json, convert: (value) => jsonOf(value as ValueRecord, []) };
  const name = names.output(record, hint);
  const description = scope.documentation(record);
  const fields = (): FieldMap => recordFields(scope, record, name, outputOf);
  const line = lineage(scope, record);
  if (line === undefined) {
    return { type: new GraphQLObjectType({ name, description, fields }), convert: undefined };
  }
  // What may stand in its place: an interface, and an object type for each.
  const members = new Map<string, GraphQLObjectType>();
  const base = new GraphQLInterfaceType({
    ...{ name, description, fields },
    resolveType: (source) => {
      const value = unwrap(source) as ValueRecord;
      return members.get((value[typeKey] as string | undefined) ?? line.own)?.name;
    },
  });
  for (const [own, type] of line.members) {
    const objectName = names.fresh(`${upperFirst(own)}Object`);
    members.set(
      own,
      new GraphQLObjectType({
        name: objectName,
        description: scope.documentation(type),
        interfaces: [base],
        fields: () => ({ ...recordFields(scope, type, objectName, outputOf), ...fields() }),
      }),
    );
  }
  derivedObjects.set(base, [...members.values()]);
  return { type: base, convert: undefined };
}

/** A schema has to be told of objects that only an interface leads to. */
export const derivedObjects = new WeakMap<GraphQLInterfaceType, readonly GraphQLObjectType[]>();

/** Undefined: nothing else can stand in the record's place. */
function lineage({ contract, derived }: TypeScope, record: RecordType) {
  const own = [...contract.types.values()].find(({ type }) => type === record)?.name;
  const others = own === undefined ? undefined : derived.get(own);
  if (own === undefined || others === undefined || others.length === 0) return undefined;
  const members = [own, ...others].flatMap((name) => {
    const type = resolve(contract, { kind: "ref", name });
    return type.kind === "record" && type.abstract !== true ? [[name, type] as const] : [];
  });
  return { own, members };
}

function recordFields(
  scope: TypeScope,
  record: RecordType,
  owner: string,
  outputOf: OutputOf,
): FieldMap {
  const named = namedFields(scope.contract, record);
  const fields: FieldMap = {};
  for (const { name, field } of named) {
    fields[name] = fieldOf(field, outputOf(field.type, `${owner}${upperFirst(name)}`));
  }
  if (record.open === true) {
    const known = named.map(({ field }) => field.name);
    fields[othersName] = {
      type: json,
      description: "Members that the contract does not name.",
      resolve: (source) => jsonOf(unwrap(source) as ValueRecord, known),
    };
  }
  return fields;
}

function fieldOf(field: Field, { type, convert }: Output): GraphQLFieldConfig<unknown, unknown> {
  const { name, presence, nullable, documentation } = field;
  const isThere = presence !== "optional" && !nullable;
  return {
    type: isThere ? new GraphQLNonNull(type) : type,
    description: documentation,
    resolve(source) {
      const value = (unwrap(source) as ValueRecord)[name];
      return value === undefined || value === null || convert === undefined
        ? value
        : convert(value);
    },
  };
}

function unwrap(source: unknown): unknown {
  return source instanceof Chosen ? source.value : source;
}

/** Members beside the known ones are the texts of their JSON. @returns the text of an object. */
function jsonOf(record: ValueRecord, known: readonly string[]): string | null {
  const members = Object.keys(record)
    .filter((name) => name !== typeKey && !known.includes(name))
    .map((name) => `${JSON.stringify(name)}:${record[name] as string}`);
  return members.length === 0 && known.length > 0 ? null : `{${members.join(",")}}`;
}

/** A list of entries: GraphQL has no keys that are not in the schema. */
function mapOutput(scope: TypeScope, type: MapType, hint: string, outputOf: OutputOf): Output {
  const key = outputOf(type.key, `${hint}Key`);
  const value = outputOf(type.value, `${hint}Value`);
  const isOpenText = resolve(scope.contract, type.key).kind === "string";
  const text = isOpenText ? undefined : compileScalarText(type.key);
  const entry = new GraphQLObjectType({
    name: scope.names.output(type, `${hint}Entry`),
    fields: {
      key: { type: new GraphQLNonNull(key.type) },
      value: { type: type.valueNullable === true ? value.type : new GraphQLNonNull(value.type) },
    },
  });
  return {
    type: new GraphQLList(new GraphQLNonNull(entry)),
    convert(record) {
      const entries = Object.entries(record as ValueRecord);
      return entries.map(([name, one]) => ({
        key: text === undefined ? name : text.read(name),
        value: one === null || value.convert === undefined ? one : value.convert(one),
      }));
    },
  };
}

/** Records are members as they are; whatever else, or comes twice, gets an object round it. */
function unionOutput(scope: TypeScope, type: UnionType, hint: string, outputOf: OutputOf): Output {
  const { contract, names } = scope;
  const name = names.output(type, hint);
  const variants = new Map<string, { typeName: string; convert: (value: Value) => unknown }>();
  const types: GraphQLObjectType[] = [];
  const build = (): GraphQLObjectType[] => {
    if (types.length > 0 || type.variants.length === 0) return types;
    for (const { name: own, type: given, nullable } of type.variants) {
      const output = outputOf(given, `${name}${upperFirst(own)}`);
      const isRecord = resolve(contract, given).kind === "record";
      const isPlain = isRecord && nullable !== true && output.type instanceof GraphQLObjectType;
      if (isPlain && !types.includes(output.type as GraphQLObjectType)) {
        const object = output.type as GraphQLObjectType;
        types.push(object);
        variants.set(own, { typeName: object.name, convert: (value) => value });
        continue;
      }
      const wrapper = new GraphQLObjectType({
        name: names.fresh(`${name}${upperFirst(own)}Value`),
        fields: {
          value: { type: nullable === true ? output.type : new GraphQLNonNull(output.type) },
        },
      });
      types.push(wrapper);
      const { convert } = output;
      variants.set(own, {
        typeName: wrapper.name,
        // Its one field is the member `value` of what is chosen.
        convert: (value) => (value === null || convert === undefined ? value : convert(value)),
      });
    }
    return types;
  };
  const union = new GraphQLUnionType({
    ...{ name, description: scope.documentation(type) },
    types: build,
    resolveType: (source) => (source as Chosen).typeName,
  });
  return {
    type: union,
    convert(value) {
      build();
      const [own = ""] = Object.keys(value as ValueRecord);
      const found = variants.get(own);
      const inner = (value as ValueRecord)[own] as Value;
      return found === undefined ? null : new Chosen(found.typeName, found.convert(inner));
    },
  };
}
