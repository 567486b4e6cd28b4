/** Generates contracts with values of theirs, for the laws of the XML codec. */
import fc from "fast-check";
import type { Contract } from "#contract/contract.ts";
import type { Field, NamedType, RecordType, Type, Variant, XmlBinding } from "#contract/types.ts";
import { createRecord, typeKey, type Value } from "#contract/value.ts";
import { contractOf, orderNamespace } from "./order-fixture.ts";

/** A type, and the values that it can have. */
export interface Typed {
  readonly type: Type;
  readonly value: fc.Arbitrary<Value>;
}

export interface ContractCase {
  readonly contract: Contract;
  readonly type: Type;
  readonly value: Value;
}

const namespaces = ["", orderNamespace, "urn:other&'x"];

const legalText = fc
  .string({ unit: "binary", maxLength: 12 })
  .map((text) => text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "<&]]>'\"\r\n\t "));

const digits = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);

const scalars: readonly Typed[] = [
  { type: { kind: "bool" }, value: fc.boolean() },
  { type: { kind: "int", bits: 32, signed: true }, value: fc.integer() },
  { type: { kind: "int", bits: 8, signed: false }, value: fc.integer({ min: 0, max: 255 }) },
  { type: { kind: "int", bits: 64, signed: true }, value: digits },
  {
    type: { kind: "decimal", digits: 25, scale: 4 },
    value: fc.tuple(digits, fc.nat(9_999)).map(([a, b]) => `${a}.${b}`),
  },
  { type: { kind: "float", bits: 64 }, value: fc.double() },
  { type: { kind: "string", whitespace: "preserve" }, value: legalText },
  {
    type: { kind: "string", whitespace: "collapse", lengthMin: 1 },
    value: fc.constantFrom("a", "b c", "<", "]]>"),
  },
  { type: { kind: "bytes", encoding: "base64" }, value: fc.uint8Array({ maxLength: 9 }) },
  { type: { kind: "bytes", encoding: "hex" }, value: fc.uint8Array({ maxLength: 9 }) },
  {
    type: { kind: "date", zone: "optional" },
    value: fc.constantFrom("2026-11-25", "-0001-01-01Z"),
  },
  { type: { kind: "duration", style: "calendar" }, value: fc.constantFrom("P1Y", "-PT1.5S") },
  { type: { kind: "qname" }, value: fc.constantFrom("a", "{urn:x}b", "{urn:'&x}c") },
  {
    type: {
      kind: "enum",
      values: ["<", "a b", "é"].map((value) => ({ value })),
      open: false,
      spelling: "string",
    },
    value: fc.constantFrom("<", "a b", "é"),
  },
];

const word: Typed = {
  type: { kind: "int", bits: 32, signed: true },
  value: fc.integer(),
};

const textual: fc.Arbitrary<Typed> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...scalars) },
  {
    weight: 1,
    arbitrary: fc.constant<Typed>({
      type: { kind: "list", item: word.type, itemNullable: false, min: 0, xmlText: true },
      value: fc.array(word.value, { maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Typed>({
      type: {
        kind: "union",
        exclusive: false,
        variants: [
          { name: "number", type: word.type },
          { name: "flag", type: { kind: "bool" } },
        ],
      },
      value: fc.oneof(one("number", fc.integer()), one("flag", fc.boolean())),
    }),
  },
);

function one(name: string, value: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return value.map((inner) => recordOf([[name, inner]]));
}

function recordOf(entries: readonly (readonly [string, Value])[]): Value {
  const built = createRecord();
  for (const [name, value] of entries) built[name] = value;
  return built;
}

/** What a generated part of a record is: its field, and its values; absent where undefined. */
interface Part {
  readonly field: Field;
  readonly value: fc.Arbitrary<Value | undefined>;
}

const presence = fc.constantFrom("required", "optional");

/** `index` keeps the names of a record apart. */
function part(depth: number, index: string): fc.Arbitrary<Part> {
  const name = `f${index}`;
  const namespace = fc.constantFrom(...namespaces);
  const binding = (node: XmlBinding["node"], of: string): XmlBinding => ({
    node,
    name,
    namespace: of,
  });
  const attribute = fc
    .tuple(textual, namespace, presence)
    .map(([{ type, value }, of, when]): Part => ({
      field: { name, type, presence: when, nullable: false, xml: binding("attribute", of) },
      value: when === "required" ? value : fc.option(value, { nil: undefined }),
    }));
  const element = fc
    .tuple(typed(depth, index), namespace, presence, fc.boolean())
    .map(([{ type, value }, of, when, nullable]): Part => {
      const nil = nullable ? fc.oneof(value, fc.constant(null)) : value;
      return {
        field: { name, type, presence: when, nullable, xml: binding("element", of) },
        value: when === "required" ? nil : fc.option(nil, { nil: undefined }),
      };
    });
  const list = fc
    .tuple(typed(depth, index), namespace, fc.boolean(), fc.boolean(), fc.nat(1))
    .map(([{ type, value }, of, itemNullable, wrapped, min]): Part => {
      const items = (item: fc.Arbitrary<Value>) => fc.array(item, { minLength: min, maxLength: 3 });
      const item = itemNullable ? fc.oneof(value, fc.constant(null)) : value;
      const wrapper = wrapped ? { wrapper: { name: `w${index}`, namespace: of } } : {};
      return {
        field: {
          name,
          type: { kind: "list", item: type, itemNullable, min },
          presence: "required",
          nullable: wrapped,
          xml: { ...binding("element", of), ...wrapper },
        },
        value: wrapped ? fc.oneof(items(item), fc.constant(null)) : items(item),
      };
    });
  const choice = fc
    .tuple(choiceOf(depth, index), fc.boolean())
    .map(([{ type, value }, repeated]): Part => ({
      field: {
        name,
        type: repeated ? { kind: "list", item: type, itemNullable: false, min: 0 } : type,
        presence: "required",
        nullable: false,
        xml: binding("inline", ""),
      },
      value: repeated ? fc.array(value, { maxLength: 3 }) : value,
    }));
  const any = fc.constant<Part>({
    field: {
      name,
      type: { kind: "list", item: { kind: "opaque", content: "xml" }, itemNullable: false, min: 0 },
      presence: "optional",
      nullable: false,
      xml: { node: "any", name: "", namespace: `urn:any${index}` },
    },
    value: fc.array(fc.constant(`<a:b xmlns:a="urn:any${index}" c="&lt;"><d/>x</a:b>`), {
      maxLength: 2,
    }),
  });
  return depth <= 0
    ? fc.oneof(attribute, element)
    : fc.oneof(attribute, element, element, list, choice, any);
}

function choiceOf(depth: number, index: string): fc.Arbitrary<Typed> {
  return fc
    .array(typed(depth - 1, index), { minLength: 1, maxLength: 9 })
    .map((variants): Typed => {
      const named = variants.map(({ type }, at): Variant => ({
        name: `v${at}`,
        type,
        xml: { node: "element", name: `c${index}x${at}`, namespace: orderNamespace },
      }));
      const values = variants.map(({ value }, at) => one(`v${at}`, value));
      return {
        type: { kind: "union", exclusive: true, variants: named },
        value: fc.oneof(...values),
      };
    });
}

function typed(depth: number, index: string): fc.Arbitrary<Typed> {
  if (depth <= 0) return textual;
  return fc.oneof(textual, record(depth - 1, index));
}

function record(depth: number, index: string): fc.Arbitrary<Typed> {
  return fc
    .tuple(
      fc
        .nat(5)
        .chain((count) =>
          fc.tuple(...Array.from({ length: count }, (_, at) => part(depth, `${index}${at}`))),
        ),
      fc.constantFrom("sequence", "all"),
    )
    .map(([parts, order]) => typedRecord(parts as readonly Part[], order));
}

function typedRecord(parts: readonly Part[], xmlOrder: "sequence" | "all"): Typed {
  const type: RecordType = { kind: "record", fields: parts.map(({ field }) => field), xmlOrder };
  return { type, value: valueOfParts(parts) };
}

function valueOfParts(parts: readonly Part[]): fc.Arbitrary<Value> {
  return fc.tuple(...parts.map(({ value }) => value)).map((values) => {
    const entries = parts.flatMap(({ field }, at) => {
      const value = values[at];
      return value === undefined ? [] : [[field.name, value] as const];
    });
    return recordOf(entries);
  });
}

/** A contract whose root has a base type, a type that stands in for it, and itself inside. */
export const contractCase: fc.Arbitrary<ContractCase> = fc
  .tuple(record(3, "r"), fc.array(part(1, "d"), { maxLength: 1 }), fc.boolean())
  .chain(([base, added, derives]) => {
    const recursive: Field = {
      name: "again",
      type: { kind: "ref", name: "Base" },
      presence: "optional",
      nullable: true,
      xml: { node: "element", name: "again", namespace: orderNamespace },
    };
    const baseType = base.type as RecordType;
    const types: NamedType[] = [
      {
        name: "Base",
        xmlName: { name: "Base", namespace: orderNamespace },
        type: { ...baseType, fields: [...baseType.fields, recursive] },
      },
      {
        name: "Derived",
        xmlName: { name: "Derived", namespace: "urn:derived" },
        type: { kind: "record", extends: "Base", fields: added.map(({ field }) => field) },
      },
    ];
    const derived = fc
      .tuple(base.value, valueOfParts(added))
      .map(([own, more]) => merge(own, more, { [typeKey]: "Derived" }));
    const flat = derives ? derived : base.value;
    const value = fc
      .tuple(flat, fc.option(fc.oneof(flat, fc.constant(null)), { nil: undefined }))
      .map(([outer, inner]) => (inner === undefined ? outer : merge(outer, { again: inner })));
    const contract = contractOf(types);
    return value.map((found) => ({ contract, type: { kind: "ref", name: "Base" }, value: found }));
  });

function merge(...values: readonly (Value | object)[]): Value {
  return recordOf(values.flatMap((value) => Object.entries(value as Record<string, Value>)));
}
