/** Canonical values as GraphQL's callers have them, written and read without what is tested. */
import {
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isUnionType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from "graphql";
import type { Contract } from "#contract/contract.ts";
import { derivedTypes, fieldsOf, resolve } from "#contract/resolve.ts";
import type { Type } from "#contract/types.ts";
import { createRecord, typeKey, type Value, type ValueRecord } from "#contract/value.ts";
import { enumValueNames, upperFirst } from "./schema-names.ts";
import { derivedObjects } from "./schema-output.ts";

/** As a variable, JSON text; exact numbers stand there as numbers. */
export function variableText(contract: Contract, given: Type, value: Value): string {
  if (value === null) return "null";
  const type = resolve(contract, given);
  switch (type.kind) {
    case "list": {
      const items = (value as Value[]).map((one) => variableText(contract, type.item, one));
      return `[${items.join(",")}]`;
    }
    case "union": {
      const [name = ""] = Object.keys(value as ValueRecord);
      const variant = type.variants.find((one) => one.name === name);
      const inner = (value as ValueRecord)[name] as Value;
      return `{"${name}":${variableText(contract, variant?.type as Type, inner)}}`;
    }
    case "record": {
      const own = given.kind === "ref" ? given.name : undefined;
      const isBase = own !== undefined && (derivedTypes(contract).get(own) ?? []).length > 0;
      const actual = ((value as ValueRecord)[typeKey] as string | undefined) ?? own;
      const record = actual === undefined ? type : resolve(contract, { kind: "ref", name: actual });
      if (record.kind !== "record") throw new Error("a record is a record");
      const fields = fieldsOf(contract, record);
      const members = fields.flatMap(({ name, type: inner }) => {
        const member = (value as ValueRecord)[name];
        return member === undefined ? [] : [`"${name}":${variableText(contract, inner, member)}`];
      });
      const text = fields.length === 0 ? "true" : `{${members.join(",")}}`;
      return isBase ? `{"${upperFirst(actual as string)}":${text}}` : text;
    }
    case "enum":
      return JSON.stringify(enumValueNames(type).find((one) => one[1] === value)?.[0]);
    case "bytes":
      return JSON.stringify(Buffer.from(value as Uint8Array).toString(type.encoding));
    case "int":
    case "decimal":
      return typeof value === "number" ? String(value) : (value as string);
    default:
      return Object.is(value, -0) ? "-0" : JSON.stringify(value);
  }
}

/** All of it, to a depth; fields of different types have different names in the answer. */
export function selectAll(schema: GraphQLSchema, given: GraphQLOutputType, depth: number): string {
  const type = getNamedType(given);
  if (isLeafType(type)) return "";
  if (depth === 0) return "{ __typename }";
  const fieldsIn = (object: GraphQLObjectType): string =>
    Object.values(object.getFields())
      .map((field) => {
        const inner = selectAll(schema, field.type, depth - 1);
        return `${object.name}_${field.name}: ${field.name} ${inner}`;
      })
      .join(" ");
  if (isObjectType(type)) return `{ __typename ${fieldsIn(type)} }`;
  if (!isUnionType(type) && !isInterfaceType(type)) throw new Error("no type has other fields");
  const parts = schema
    .getPossibleTypes(type)
    .map((one) => `... on ${one.name} { __typename ${fieldsIn(one)} }`);
  return `{ __typename ${parts.join(" ")} }`;
}

type Answer = Readonly<Record<string, unknown>>;

/** @returns the value; null members are left out: GraphQL tells them from absent ones nowhere. */
export function readSelected(
  contract: Contract,
  given: Type,
  schemaType: GraphQLOutputType,
  data: unknown,
): Value {
  if (data === null || data === undefined) return null;
  const type = resolve(contract, given);
  const own = getNamedType(schemaType);
  switch (type.kind) {
    case "list":
      return (data as unknown[]).map((one) => readSelected(contract, type.item, own, one));
    case "union": {
      const typeName = (data as Answer)["__typename"] as string;
      const members = isUnionType(own) ? own.getTypes() : [];
      const index = members.findIndex(({ name }) => name === typeName);
      const [variant, member] = [type.variants[index], members[index]];
      if (variant === undefined || member === undefined) throw new Error("there is no such member");
      const wrapped = `${typeName}_value`;
      const inner = wrapped in (data as Answer) ? (data as Answer)[wrapped] : data;
      const innerType = inner === data ? member : (member.getFields()["value"]?.type ?? member);
      const record = createRecord();
      record[variant.name] = readSelected(contract, variant.type, innerType, inner);
      return record;
    }
    case "record":
      return readRecord(contract, given, own, data);
    case "enum":
      return enumValueNames(type).find((one) => one[0] === data)?.[1] ?? null;
    case "bytes":
      return new Uint8Array(Buffer.from(data as string, type.encoding));
    default:
      return data as Value;
  }
}

function readRecord(
  contract: Contract,
  given: Type,
  own: GraphQLOutputType,
  data: unknown,
): ValueRecord {
  const record = createRecord();
  if (data === true) return record;
  const typeName = (data as Answer)["__typename"] as string;
  const objects = isInterfaceType(own) ? (derivedObjects.get(own) ?? []) : [own];
  const object = objects.find((one) => isObjectType(one) && one.name === typeName);
  if (!isObjectType(object)) throw new Error(`${typeName} is no type here`);
  const name = given.kind === "ref" ? given.name : "";
  // In the order of the objects.
  const names = [name, ...(derivedTypes(contract).get(name) ?? [])].filter((one) => {
    const type = contract.types.get(one)?.type;
    return type?.kind === "record" && type.abstract !== true;
  });
  const actual = isInterfaceType(own) ? names[objects.indexOf(object)] : undefined;
  const isDerived = actual !== undefined && actual !== name;
  if (isDerived) record[typeKey] = actual;
  const type = resolve(contract, isDerived ? { kind: "ref", name: actual } : given);
  if (type.kind !== "record") throw new Error("a record is a record");
  for (const { name: key, type: inner } of fieldsOf(contract, type)) {
    const member = object.getFields()[key];
    if (member === undefined) throw new Error(`${typeName} has no ${key}`);
    const value = readSelected(
      contract,
      inner,
      member.type,
      (data as Answer)[`${typeName}_${key}`],
    );
    if (value !== null) record[key] = value;
  }
  return record;
}

/** The same of a value that has not been there. */
export function withoutNulls(contract: Contract, given: Type, value: Value): Value {
  if (value === null) return null;
  const type = resolve(contract, given);
  if (type.kind === "list") {
    return (value as Value[]).map((one) => withoutNulls(contract, type.item, one));
  }
  if (type.kind === "union") {
    const [name = ""] = Object.keys(value as ValueRecord);
    const variant = type.variants.find((one) => one.name === name);
    const inner = (value as ValueRecord)[name] as Value;
    return Object.assign(createRecord(), {
      [name]: withoutNulls(contract, variant?.type as Type, inner),
    });
  }
  if (type.kind !== "record") return value;
  const actual = (value as ValueRecord)[typeKey] as string | undefined;
  const record = actual === undefined ? type : resolve(contract, { kind: "ref", name: actual });
  const made = createRecord();
  if (actual !== undefined) made[typeKey] = actual;
  for (const { name, type: inner } of record.kind === "record" ? fieldsOf(contract, record) : []) {
    const member = (value as ValueRecord)[name];
    if (member === undefined || member === null) continue;
    made[name] = withoutNulls(contract, inner, member);
  }
  return made;
}
