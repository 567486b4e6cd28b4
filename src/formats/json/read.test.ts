import assert from "node:assert/strict";
import { test } from "node:test";
import type { Type } from "#contract/types.ts";
import type { JsonReadOptions } from "./options.ts";
import { decimal, field, int32, int64, readAs, record, shown, text } from "./fixture.ts";

const line = record([field("price", decimal), field("gift", { kind: "bool" }, optional())]);
const lines: Type = { kind: "list", item: line, itemNullable: false, min: 0 };
const order = record([field("id", int64), field("note", text, optional()), field("lines", lines)]);
const opaque: Type = { kind: "opaque", content: "json" };
const choice: Type = {
  kind: "union",
  exclusive: true,
  variants: [
    { name: "card", type: text },
    { name: "cash", type: int32, nullable: true },
  ],
};
const inline = { node: "inline", name: "", namespace: "" } as const;
const paid = record([field("id", text), field("choice", choice, { xml: inline })]);

function optional() {
  return { presence: "optional" } as const;
}

interface Case {
  readonly name: string;
  readonly type: Type;
  readonly document: string;
  readonly expected: unknown;
  readonly types?: Record<string, Type>;
  readonly options?: Partial<JsonReadOptions>;
}

const pets: Record<string, Type> = {
  Pet: { kind: "record", fields: [field("name", text)] },
  Rabbit: { kind: "record", fields: [field("ears", text)], extends: "Pet" },
};
const animals: Record<string, Type> = {
  Animal: record([field("name", text)], { abstract: true }),
  Cat: record([field("lives", int32)], { extends: "Animal" }),
  Dog: record([field("tricks", int32, optional())], { extends: "Animal" }),
};
const animal: Type = { kind: "ref", name: "Animal" };
const pet: Type = {
  kind: "union",
  exclusive: true,
  plain: true,
  discriminator: { property: "petType" },
  variants: [
    { name: "Fish", type: record([field("petType", text), field("fins", int32)]), tag: "fish" },
    { name: "Bird", type: record([field("wings", int32)]), tag: "bird" },
  ],
};
const plain: Type = {
  kind: "union",
  exclusive: true,
  plain: true,
  variants: [
    { name: "number", type: int32 },
    { name: "word", type: text },
    { name: "order", type: order },
    { name: "paid", type: paid },
  ],
};

const cases: readonly Case[] = [
  {
    name: "members may come in any order, and exact numbers as strings or as numbers",
    type: order,
    document: ` { "lines" : [ {"gift":true,"price":1234567890.12345678901234567890} , {"price":"7"} ] ,
      "id" : 9007199254740993 } `,
    expected: {
      lines: [{ gift: true, price: "1234567890.12345678901234567890" }, { price: "7" }],
      id: "9007199254740993",
    },
  },
  {
    name: "a missing member is named with its place",
    type: order,
    document: `{"id":"1","lines":[{"price":"1"},{"gift":true}]}`,
    expected: "/lines/1/price: the member `price` is missing",
  },
  {
    name: "an unknown member is refused with the one that may be meant",
    type: order,
    document: `{"id":"1","lines":[{"prize":"1"}]}`,
    expected: "/lines/0/prize: the member `prize` is not known here; did you mean `price`?",
  },
  {
    name: "unknown members are dropped on demand",
    type: line,
    document: `{"price":"1","x":{"y":[1,2,{}]},"__proto__":{"z":1}}`,
    options: { unknownMembers: "drop" },
    expected: { price: "1" },
  },
  {
    name: "an open record keeps unknown members as their text",
    type: { ...line, open: true },
    document: `{"price":"1","x":{"y": [1.0]},"z":"\\u0041"}`,
    options: { unknownMembers: "keep" },
    expected: { price: "1", x: '{"y": [1.0]}', z: '"\\u0041"' },
  },
  {
    name: "__proto__ is a name like any other",
    type: line,
    document: `{"price":"1","__proto__":{"gift":true}}`,
    expected: "/__proto__: the member `__proto__` is not known here",
  },
  {
    name: "a member may not stand twice",
    type: line,
    document: `{"price":"1","price":"2"}`,
    expected: "/price: the member `price` stands here twice",
  },
  {
    name: "nor may it under another spelling",
    type: line,
    document: `{"price":"1","pr\\u0069ce":"2"}`,
    expected: "/price: the member `price` stands here twice",
  },
  {
    name: "a dropped member may not stand twice either",
    type: line,
    document: `{"price":"1","x":1,"x":1}`,
    options: { unknownMembers: "drop" },
    expected: "/x: the member `x` stands here twice",
  },
  {
    name: "null is refused where it is no value",
    type: line,
    document: `{"price":null}`,
    expected: "/price: expected a decimal, as a string or a number, found null",
  },
  {
    name: "null is kept apart from absence",
    type: record([field("a", text, { nullable: true }), field("b", text, optional())]),
    document: `{"a":null}`,
    expected: { a: null },
  },
  {
    name: "the variants of a choice stand in the enclosing object",
    type: paid,
    document: `{"card":"1234","id":"a"}`,
    expected: { choice: { card: "1234" }, id: "a" },
  },
  {
    name: "a variant may be null where the contract says so",
    type: paid,
    document: `{"cash":null,"id":"a"}`,
    expected: { choice: { cash: null }, id: "a" },
  },
  {
    name: "only one variant of a choice may stand there",
    type: paid,
    document: `{"card":"1234","id":"a","cash":5}`,
    expected: "/cash: the member `cash` stands beside another of the same choice",
  },
  {
    name: "a missing choice is told with its variants",
    type: paid,
    document: `{"id":"a"}`,
    expected: "/card: the member one of `card`, `cash` is missing",
  },
  {
    name: "a union is an object with one member",
    type: choice,
    document: `{"cash":5}`,
    expected: { cash: 5 },
  },
  {
    name: "a union with two members is refused",
    type: choice,
    document: `{"cash":5,"card":"1"}`,
    expected: "/cash: expected an object with one of the members `card`, `cash`, found more",
  },
  {
    name: "the tag of a union may stand anywhere",
    type: pet,
    document: `{"fins":2,"petType":"fish"}`,
    expected: { Fish: { fins: 2, petType: "fish" } },
  },
  {
    name: "a tag that is no field is not a part of the value",
    type: pet,
    document: `{"wings":2,"petType":"bird"}`,
    expected: { Bird: { wings: 2 } },
  },
  {
    name: "an unknown tag is refused at its place",
    type: pet,
    document: `{"wings":2,"petType":"bat"}`,
    expected: "/petType: expected one of `fish`, `bird`, found `bat`",
  },
  {
    name: "a plain union is told apart by its shape",
    type: { kind: "list", item: plain, itemNullable: false, min: 0 },
    document: `[5,"five",{"id":"1","lines":[]},{"card":"1","id":"2"}]`,
    expected: [
      { number: 5 },
      { word: "five" },
      { order: { id: "1", lines: [] } },
      { paid: { choice: { card: "1" }, id: "2" } },
    ],
  },
  {
    name: "a plain union that nothing fits tells what went furthest",
    type: plain,
    document: `{"id":"1","lines":[{}]}`,
    expected:
      "/lines/0/price: none of `number`, `word`, `order`, `paid` fits: the member `price` is missing",
  },
  {
    name: "a derived record names its type, anywhere",
    type: animal,
    types: animals,
    document: `{"lives":9,"name":"Tom","@type":"Cat"}`,
    expected: { lives: 9, name: "Tom", "@type": "Cat" },
  },
  {
    name: "an abstract record needs a type",
    type: animal,
    types: animals,
    document: `{"name":"Tom"}`,
    expected: "/@type: the member `@type` is missing; expected one of the types Cat, Dog",
  },
  {
    name: "a type that is not derived from the record is refused",
    type: animal,
    types: animals,
    document: `{"name":"Tom","@type":"Tree"}`,
    expected: "/@type: expected one of the types Cat, Dog, found `Tree`",
  },
  ...[`"Tree"`, `["Cat","Thing"]`, `7`].map((word) => ({
    name: `where unknown members are dropped, ${word} is no name of a type but one of them`,
    type: { kind: "ref", name: "Pet" } as const,
    types: pets,
    document: `{"name":"Tom","@type":${word}}`,
    options: { unknownMembers: "drop" } as const,
    expected: { name: "Tom" },
  })),
  ...[`"Tree"`, `["Rabbit"]`].map((word) => ({
    name: `and so it is with ${word} where no type is derived`,
    type: { kind: "ref", name: "Rabbit" } as const,
    types: pets,
    document: `{"ears":"long","name":"Tom","@type":${word}}`,
    options: { unknownMembers: "drop" } as const,
    expected: { ears: "long", name: "Tom" },
  })),
  {
    name: "a bare item is no list",
    type: { kind: "list", item: int32, itemNullable: false, min: 0 },
    document: `5`,
    expected: ": expected an array, found a number",
  },
  {
    name: "a bare item is a list on demand",
    type: { kind: "list", item: int32, itemNullable: false, min: 0 },
    document: `5`,
    options: { unwrapSingle: true },
    expected: [5],
  },
  {
    name: "a list has its bounds",
    type: { kind: "list", item: int32, itemNullable: true, min: 1, max: 2 },
    document: `[1,null,3]`,
    expected: ": more than 2 items",
  },
  {
    name: "a map takes any key, and __proto__ is one",
    type: { kind: "map", key: text, value: int32 },
    document: `{"a":1,"constructor":2}`,
    expected: { a: 1, constructor: 2 },
  },
  {
    name: "carried JSON stays as its exact text",
    type: record([field("any", opaque)]),
    document: `{"any": {"a" : 1.00, "a":[ ] , "s":"\\ud800"} }`,
    expected: { any: `{"a" : 1.00, "a":[ ] , "s":"\\ud800"}` },
  },
  {
    name: "defaults are filled on demand",
    type: record([field("n", int32, { ...optional(), default: "7" })]),
    document: `{}`,
    options: { fillDefaults: true },
    expected: { n: 7 },
  },
  {
    name: "absent stays absent otherwise",
    type: record([field("n", int32, { ...optional(), default: "7" })]),
    document: `{}`,
    expected: {},
  },
  {
    name: "an implicit field always has a value",
    type: record([field("n", int64, { presence: "implicit" })]),
    document: `{}`,
    expected: { n: "0" },
  },
  {
    name: "a fixed value is held",
    type: record([field("n", text, { fixed: "7" })]),
    document: `{"n":"8"}`,
    expected: "/n: expected the fixed value `7`",
  },
];

for (const { name, type, document, expected, types, options } of cases) {
  test(name, () => {
    const more = { ...(types && { types }), ...(options && { options }) };
    assert.deepEqual(shown(readAs(type, document, more)), expected);
  });
}

test("records that hold themselves are read", () => {
  const types = { Tree: record([field("kids", list({ kind: "ref", name: "Tree" }), optional())]) };
  const outcome = readAs({ kind: "ref", name: "Tree" }, `{"kids":[{},{"kids":[{}]}]}`, { types });
  assert.deepEqual(shown(outcome), { kids: [{}, { kids: [{}] }] });
});

test("values have no prototype that a key could reach", () => {
  const outcome = readAs({ kind: "map", key: text, value: text }, `{"__proto__":"x"}`);
  assert.equal(outcome.kind, "value");
  assert.deepEqual(outcome.kind === "value" && Object.keys(outcome.value as object), ["__proto__"]);
});

test("errors tell line and column", () => {
  const outcome = readAs(line, `{\n  "price": "1",\n  "gift": 5\n}`);
  assert.equal(outcome.kind, "fault");
  if (outcome.kind === "fault") assert.deepEqual([outcome.line, outcome.column], [3, 11]);
});

function list(item: Type): Type {
  return { kind: "list", item, itemNullable: false, min: 0 };
}
