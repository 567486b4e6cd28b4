/** Records as objects of JSON Schema, fields as their properties. */
import type { Field, RecordType, Type, TypeName, UnionType } from "#contract/types.ts";
import { typeKey } from "#contract/value.ts";
import {
  behind,
  rawNumber,
  withNull,
  withOwn,
  type DescribeScope,
  type Schema,
} from "./describe-scope.ts";
import { describeVariant } from "./describe-variant.ts";
import { describeXml } from "./describe-xml.ts";

const xsi = "http://www.w3.org/2001/XMLSchema-instance";

interface Choice {
  readonly name: string;
  readonly variants: readonly string[];
  readonly required?: true;
}

/** `name`: of the type, where it has one, for those that derive from it. */
export function describeRecord(
  scope: DescribeScope,
  record: RecordType,
  namespace: string,
  name?: TypeName,
): Schema {
  const properties: Record<string, Schema> = {};
  const required: string[] = [];
  const choices: Choice[] = [];
  const put = (key: string, schema: Schema) => {
    Object.defineProperty(properties, key, { value: schema, enumerable: true, writable: true });
  };
  const derived = name === undefined ? [] : (scope.derived.get(name) ?? []);
  if (derived.length > 0) {
    const names = record.abstract === true ? derived : [name as TypeName, ...derived];
    put(typeKey, describeTypeKey(names));
    if (record.abstract === true) required.push(typeKey);
  }
  for (const field of record.fields) {
    const choice = flatChoice(scope, field);
    if (choice === undefined) {
      const key = field.jsonName ?? field.name;
      put(key, describeField(scope, field, namespace));
      if (field.presence === "required") required.push(key);
      continue;
    }
    for (const variant of choice.variants) {
      put(variant.name, describeVariant(scope, variant, namespace));
    }
    const variants = choice.variants.map((variant) => variant.name);
    const isRequired = field.presence === "required" ? { required: true as const } : {};
    choices.push({ name: field.name, variants, ...isRequired });
  }
  const own = withOwn(
    {
      type: "object",
      properties,
      ...(required.length === 0 ? {} : { required }),
      ...exclusionOf(choices),
      ...(record.open === true ? { additionalProperties: true } : {}),
    },
    {
      order: record.xmlOrder === "all" ? undefined : "sequence",
      abstract: record.abstract,
      restricts: record.restricts,
      choices: choices.length === 0 ? undefined : choices,
      // Without it an object of no members, or with a choice, would not be known as a derived one.
      derived: record.extends === undefined ? undefined : true,
      // An object of which nothing is known would be another type.
      record: record.fields.length === 0 ? true : undefined,
    },
  );
  if (record.extends === undefined) return own;
  return { allOf: [scope.type({ kind: "ref", name: record.extends }), own] };
}

function describeTypeKey(names: readonly TypeName[]): Schema {
  const xml = { name: "type", namespace: xsi, attribute: true };
  return { type: "string", enum: names, xml, "x-parlance": "type" };
}

/** At most one member of a choice, or exactly one; several choices must all hold. */
function exclusionOf(choices: readonly Choice[]): Schema {
  const rules = choices.map(({ variants, required }) => {
    const each = variants.map((variant) => ({ required: [variant] }));
    return required === true ? { oneOf: each } : { oneOf: [...each, { not: { anyOf: each } }] };
  });
  const [first, second] = rules;
  if (first === undefined) return {};
  return second === undefined ? first : { allOf: rules };
}

/** A choice whose members stand in the enclosing object. */
function flatChoice(scope: DescribeScope, field: Field): UnionType | undefined {
  if (field.xml?.node !== "inline" || field.jsonName !== undefined) return undefined;
  const type = behind(scope, field.type);
  return type.kind === "union" && type.plain !== true && type.discriminator === undefined
    ? type
    : undefined;
}

export function describeField(scope: DescribeScope, field: Field, namespace: string): Schema {
  const { name, jsonName, type, nullable, documentation, sensitive, fixed, presence } = field;
  const described = scope.type(type);
  const value = nullable ? withNull(described) : described;
  const property = jsonName ?? name;
  const binding = field.xml ?? { node: "element", name, namespace };
  const isList = behind(scope, type).kind === "list";
  const isPassword =
    sensitive === true && described["type"] === "string" && !("format" in described);
  const schema = {
    ...describeXml(value, binding, property, isList),
    ...(isPassword ? { format: "password" } : {}),
    ...(documentation === undefined ? {} : { description: documentation }),
    ...(field.default === undefined ? {} : { default: lexical(scope, type, field.default) }),
  };
  return withOwn(schema, {
    name: jsonName === undefined || jsonName === name ? undefined : name,
    fixed,
    presence: presence === "implicit" ? presence : undefined,
    sensitive: sensitive === true && !isPassword ? true : undefined,
  });
}

/** A default as JSON spells it. */
function lexical(scope: DescribeScope, type: Type, text: string): unknown {
  const of = behind(scope, type);
  if (of.kind === "bool") return text === "true" || text === "1";
  const isNumber =
    (of.kind === "int" &&
      (of.spelling ?? (of.bits === 64 || of.bits === "big" ? "" : "number")) === "number") ||
    (of.kind === "decimal" && of.spelling === "number") ||
    (of.kind === "enum" && of.spelling === "number") ||
    of.kind === "float";
  return isNumber && /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? rawNumber(text) : text;
}
