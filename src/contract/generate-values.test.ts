/** Values made from contracts: valid, the same every time, with the edges, and never endless. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compileScalarText } from "./check-scalar.ts";
import type { Contract, Message } from "./contract.ts";
import { generateScalar } from "./generate-scalars.ts";
import { createGenerator } from "./generate-values.ts";
import { samplePattern } from "./sample-pattern.ts";
import type { EnumType, Field, NamedType, RecordType, ScalarType, Type } from "./types.ts";

const text: Type = { kind: "string", whitespace: "preserve" };

function field(name: string, type: Type, more: Partial<Field> = {}): Field {
  return { name, type, presence: "required", nullable: false, ...more };
}

function contract(...types: readonly NamedType[]): Contract {
  return {
    name: "shop",
    version: "1",
    dialect: "rest",
    namespace: "urn:shop",
    types: new Map(types.map((type) => [type.name, type])),
    operations: [],
  };
}

function bodies(of: Contract, ...fields: readonly Field[]): readonly unknown[] {
  const message: Message = { type: { kind: "record", fields }, headers: [] };
  return createGenerator(of)(message).map(({ body }) => ({ ...body }));
}

const scalars: readonly (ScalarType | EnumType)[] = [
  { kind: "bool" },
  { kind: "int", bits: 8, signed: false },
  { kind: "int", bits: 64, signed: true },
  { kind: "int", bits: "big", signed: true, minimum: "10", maximum: "12" },
  { kind: "decimal" },
  { kind: "decimal", digits: 4, scale: 2 },
  { kind: "decimal", minimum: "1000", minimumExcluded: true },
  { kind: "float", bits: 32 },
  { kind: "string", whitespace: "collapse", lengthMin: 3, lengthMax: 3 },
  { kind: "string", whitespace: "preserve", lengthMin: 200 },
  { kind: "string", whitespace: "preserve", pattern: "[A-Z]{2}\\d{4,}", patternDialect: "xsd" },
  { kind: "string", whitespace: "preserve", pattern: "^(a|b)-\\w+$", lengthMin: 12 },
  { kind: "bytes", encoding: "base64", lengthMin: 7, lengthMax: 9 },
  { kind: "date", zone: "required" },
  { kind: "time", zone: "none" },
  { kind: "dateTime", zone: "optional" },
  { kind: "duration", style: "seconds" },
  { kind: "uri" },
  { kind: "qname" },
  { kind: "uuid" },
  { kind: "enum", values: [{ value: "a" }, { value: "b" }], open: false, spelling: "string" },
];

for (const type of scalars) {
  test(`values of ${JSON.stringify(type)} are values of it`, () => {
    for (const style of ["ordinary", "least", "odd"] as const) {
      const value = generateScalar(type, style);
      assert.ok(value !== undefined, style);
      assert.notEqual(compileScalarText(type).write(value), undefined, style);
    }
  });
}

const patterns: readonly (readonly ["xsd" | "ecma", string])[] = [
  ["xsd", "[A-Z]{3}"],
  ["xsd", "\\d{5}(-\\d{4})?"],
  ["xsd", "[a-z-[aeiou]]+"],
  ["xsd", "\\i\\c*"],
  ["ecma", "^\\+?[1-9]\\d{1,14}$"],
  ["ecma", "^(?:DE|FR)[0-9a-f]+\\.x$"],
  ["ecma", "[^@]+@[^@]+"],
];

for (const [dialect, pattern] of patterns) {
  test(`a text for the ${dialect} pattern ${pattern} matches it`, () => {
    const found = samplePattern(pattern, dialect, 0);
    assert.ok(found !== undefined);
    const type = { kind: "string", whitespace: "preserve", pattern } as const;
    assert.equal(compileScalarText({ ...type, patternDialect: dialect }).read(found), found);
  });
}

test("patterns that look ahead, break off or nest without end give no text, and never throw", () => {
  for (const pattern of ["(?=a)b", "(a", "a)", "[a", "(".repeat(500), "\\"]) {
    assert.equal(samplePattern(pattern, "ecma", 0), undefined, pattern);
  }
});

test("messages are the same every time", () => {
  const one = field("a", { kind: "list", item: text, itemNullable: true, min: 0 });
  assert.deepEqual(bodies(contract(), one), bodies(contract(), one));
});

test("lists have none, one and three items, optional members are there and absent", () => {
  const list = field("list", { kind: "list", item: { kind: "bool" }, itemNullable: false, min: 0 });
  const [ordinary, least, odd] = bodies(
    contract(),
    list,
    field("maybe", { kind: "bool" }, { presence: "optional" }),
  );
  assert.deepEqual(ordinary, { list: [true], maybe: true });
  assert.deepEqual(least, { list: [] });
  assert.deepEqual(odd, { list: [true, true, true], maybe: true });
});

test("nullable members are null in one message and not in another", () => {
  const found = bodies(contract(), field("a", { kind: "bool" }, { nullable: true }));
  assert.deepEqual(found, [{ a: true }, { a: false }, { a: null }]);
});

test("a type that holds itself ends, and one that must hold itself has no values", () => {
  const node = (presence: Field["presence"]): NamedType => ({
    name: "Node",
    type: {
      kind: "record",
      fields: [field("again", { kind: "ref", name: "Node" }, { presence })],
    },
  });
  const root = field("root", { kind: "ref", name: "Node" });
  assert.equal(bodies(contract(node("optional")), root).length, 3);
  assert.deepEqual(bodies(contract(node("required")), root), []);
});

test("wide recursion stays small", () => {
  const again = { kind: "list", item: { kind: "ref", name: "T" }, itemNullable: false, min: 0 };
  const fields = ["a", "b", "c", "d"].map((name) => field(name, again as Type));
  const tree: NamedType = { name: "T", type: { kind: "record", fields } };
  const found = bodies(contract(tree), field("root", { kind: "ref", name: "T" }));
  assert.equal(found.length, 3);
  assert.ok(JSON.stringify(found).length < 200_000);
});

test("an abstract type is told by a type that derives from it", () => {
  const base: RecordType = { kind: "record", fields: [], abstract: true };
  const derived: RecordType = { kind: "record", fields: [field("b", text)], extends: "Base" };
  const types = [
    { name: "Base", type: base },
    { name: "Derived", type: derived },
  ];
  const [first] = bodies(contract(...types), field("it", { kind: "ref", name: "Base" }));
  assert.deepEqual(JSON.parse(JSON.stringify(first)), {
    it: { "@type": "Derived", b: "Example text" },
  });
  const [alone] = types;
  assert.ok(alone);
  assert.deepEqual(bodies(contract(alone), field("it", { kind: "ref", name: "Base" })), []);
});

test("unions take their variants in turn", () => {
  const union = (name: string): Field =>
    field(name, {
      kind: "union",
      exclusive: true,
      variants: [
        { name: "flag", type: { kind: "bool" } },
        { name: "word", type: text },
      ],
    });
  const [, least] = bodies(contract(), union("a"), union("b"));
  assert.deepEqual(JSON.parse(JSON.stringify(least)), { a: { flag: false }, b: { word: "a" } });
});
