/** Types as JSON Schema, judged by what another validator takes and refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Contract } from "#contract/contract.ts";
import type { Field, NamedType, RecordType, Type } from "#contract/types.ts";
import { describeJsonSchema } from "./describe-contract.ts";

const text: Type = { kind: "string", whitespace: "preserve" };

function field(name: string, type: Type, more: Partial<Field> = {}): Field {
  return { name, type, presence: "optional", nullable: false, ...more };
}

function record(fields: readonly Field[], more: Partial<RecordType> = {}): RecordType {
  return { kind: "record", fields, ...more };
}

const choice: Type = {
  kind: "union",
  exclusive: true,
  variants: [
    { name: "card", type: text },
    { name: "cash", type: { kind: "bool" } },
  ],
};
const inline = { node: "inline", name: "choice", namespace: "" } as const;

const types: Readonly<Record<string, Type>> = {
  Amounts: record([
    field("long", { kind: "int", bits: 64, signed: true }),
    field("count", { kind: "int", bits: 64, signed: true, maximum: "7", spelling: "number" }),
    field("price", { kind: "decimal", scale: 2 }),
    field("level", {
      ...{ kind: "enum", open: false, spelling: "number" },
      values: [{ value: "1" }, { value: "2" }],
    }),
    field("flag", { kind: "bool" }, { nullable: true, presence: "required" }),
  ]),
  Payment: record([
    field("id", text),
    field("choice", choice, { xml: inline, presence: "required" }),
  ]),
  Optional: record([field("choice", choice, { xml: inline })]),
  Keyed: choice,
  Shape: record([field("name", text)], { abstract: true }),
  Circle: record([field("radius", { kind: "float", bits: 64 })], { extends: "Shape" }),
  Tree: record([
    field("children", {
      ...{ kind: "list", itemNullable: true, min: 0 },
      item: { kind: "ref", name: "Tree" },
    }),
  ]),
  Map: { kind: "map", key: text, value: { kind: "bool" }, valueNullable: true },
};

const contract: Contract = {
  ...{ name: "shop", version: "1", dialect: "soap", namespace: "urn:shop", operations: [] },
  types: new Map(
    Object.entries(types).map(([name, type]): [string, NamedType] => [name, { name, type }]),
  ),
};

const { text: document, mediaType, diagnostics } = describeJsonSchema(contract);
const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema({ ...(JSON.parse(document) as object), $id: "https://example.org/contract" });

function fits(type: string, value: unknown): boolean {
  return ajv.validate({ $ref: `https://example.org/contract#/$defs/${type}` }, value);
}

const cases: readonly (readonly [
  type: string,
  good: readonly unknown[],
  bad: readonly unknown[],
])[] = [
  [
    "Amounts",
    [
      { flag: null, long: "9223372036854775807", count: 7, price: "1.10", level: 2 },
      { flag: true },
    ],
    [{}, { flag: true, long: 1 }, { flag: true, count: 8 }, { flag: true, level: 3 }],
  ],
  ["Payment", [{ id: "a", card: "1" }, { cash: true }], [{ id: "a" }, { card: "1", cash: true }]],
  ["Optional", [{}, { card: "1" }], [{ card: "1", cash: true }, { card: 1 }]],
  ["Keyed", [{ card: "1" }, { cash: false }], [{}, { card: "1", cash: false }, { other: 1 }]],
  ["Circle", [{ "@type": "Circle", name: "c", radius: 1 }], [{ radius: 1 }, { "@type": "Square" }]],
  ["Tree", [{ children: [null, { children: [] }] }], [{ children: [1] }]],
  ["Map", [{ a: true, b: null }], [{ a: 1 }]],
];

for (const [type, good, bad] of cases) {
  test(`a schema of ${type} takes its values and no others`, () => {
    assert.deepEqual(
      good.filter((value) => !fits(type, value)),
      [],
    );
    assert.deepEqual(
      bad.filter((value) => fits(type, value)),
      [],
    );
  });
}

test("the document is JSON Schema 2020-12 and loses nothing", () => {
  assert.equal(mediaType, "application/schema+json");
  assert.deepEqual(diagnostics, []);
  assert.match(document, /"\$schema": "https:\/\/json-schema.org\/draft\/2020-12\/schema"/);
  assert.match(document, /"maximum": 7\b/);
});
