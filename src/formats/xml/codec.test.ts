/** Types that XML Schema does not know, or spells in its own way: written, and read again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Field, Type } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import { compileXmlReader } from "./compile-reader.ts";
import { compileXmlWriter } from "./compile-writer.ts";
import { contractOf, element, field, listOf, string } from "./order-fixture.ts";
import { plain, record } from "./read-fixture.ts";

const int: Type = { kind: "int", bits: 32, signed: true };
const plainly = (type: Type, more: Partial<Field> = {}): Field =>
  field("f", type, { xml: element("f", ""), ...more });

const inner = record(field("x", string, { xml: element("x", "") }));

const cases: readonly (readonly [string, Field, Value, string])[] = [
  [
    "a map",
    plainly({ kind: "map", key: { kind: "string", whitespace: "preserve" }, value: int }),
    { a: 1, "b-c": 2 },
    "<f><a>1</a><b-c>2</b-c></f>",
  ],
  [
    "a map with null values",
    plainly({
      kind: "map",
      key: { kind: "string", whitespace: "preserve" },
      value: int,
      valueNullable: true,
    }),
    { a: null },
    '<f><a xsi:nil="true"/></f>',
  ],
  [
    "a list of lists",
    plainly(listOf(listOf(int))),
    [[1, 2], [], [3]],
    "<f><item>1</item><item>2</item></f><f></f><f><item>3</item></f>",
  ],
  [
    "a union of records that is no choice of the schema",
    plainly({
      kind: "union",
      exclusive: true,
      variants: [
        { name: "card", type: inner },
        { name: "cash", type: int },
      ],
    }),
    { card: { x: "1" } },
    "<f><card><x>1</x></card></f>",
  ],
  [
    "a union of texts",
    plainly({
      kind: "union",
      exclusive: false,
      variants: [
        { name: "number", type: int },
        { name: "text", type: string },
      ],
    }),
    { text: "x&" },
    "<f>x&amp;</f>",
  ],
  [
    "JSON as it is",
    plainly({ kind: "opaque", content: "json" }),
    '{"a":"<"}',
    '<f>{"a":"&lt;"}</f>',
  ],
  [
    "a list in a wrapper, with nil items",
    plainly(
      { kind: "list", item: int, itemNullable: true, min: 0 },
      { xml: { ...element("i", ""), wrapper: { name: "all", namespace: "" } } },
    ),
    [1, null],
    '<all><i>1</i><i xsi:nil="true"/></all>',
  ],
  [
    "qualified names in one text",
    plainly({ kind: "list", item: { kind: "qname" }, itemNullable: false, min: 0, xmlText: true }),
    ["{u}a", "b", "{u}c", "{v}d"],
    '<f xmlns:q1="u" xmlns:q2="v">q1:a b q1:c q2:d</f>',
  ],
  [
    "numbers that are none",
    plainly(listOf({ kind: "float", bits: 64 })),
    [NaN, -Infinity, -0],
    "<f>NaN</f><f>-INF</f><f>-0</f>",
  ],
];

for (const [what, one, value, xml] of cases) {
  test(`${what} is written as ${xml}, and read again`, () => {
    const contract = contractOf([]);
    const type = record(one);
    const root = element("r", "");
    const written = compileXmlWriter(contract, root, type).write({ f: value });
    assert.ok(written.kind === "text", JSON.stringify(written));
    assert.equal(written.text.replace(/^<r[^>]*>|<\/r>$/g, ""), xml);
    const read = compileXmlReader(contract, root, type, { unknown: "reject" }).read(written.text);
    assert.ok(read.kind === "value", JSON.stringify(read));
    assert.deepEqual(plain(read.value), { f: value });
  });
}

test("items of lists of lists have their namespace declared", () => {
  const lists = {
    name: "Lists",
    xmlName: { name: "L", namespace: "urn:l" },
    type: listOf(listOf(int)),
  };
  const contract = contractOf([lists]);
  const type = { kind: "ref", name: "Lists" } as const;
  const written = compileXmlWriter(contract, element("r", ""), type).write([[1], [2, 3]]);
  assert.ok(written.kind === "text", JSON.stringify(written));
  const read = compileXmlReader(contract, element("r", ""), type, { unknown: "reject" });
  assert.deepEqual(read.read(written.text), { kind: "value", value: [[1], [2, 3]] });
});

test("fields that are always there have their zero when nothing was sent", () => {
  const implicit = (name: string, type: Type): Field =>
    field(name, type, { xml: element(name, ""), presence: "implicit" });
  const type = record(
    implicit("n", int),
    implicit("long", { kind: "int", bits: 64, signed: true }),
    implicit("s", string),
    implicit("flag", { kind: "bool" }),
    implicit("list", listOf(int)),
    implicit("inner", inner),
  );
  const reader = compileXmlReader(contractOf([]), element("r", ""), type, { unknown: "reject" });
  const read = reader.read("<r/>");
  assert.ok(read.kind === "value");
  assert.deepEqual(plain(read.value), { n: 0, long: "0", s: "", flag: false, list: [] });
});

test("a contract whose groups hold themselves is a mistake that is told when it is compiled", () => {
  const group = { kind: "ref", name: "Group" } as const;
  const contract = contractOf([
    {
      name: "Group",
      type: record(
        field("again", group, { xml: { node: "inline", name: "again", namespace: "" } }),
      ),
    },
  ]);
  const compile = () =>
    compileXmlReader(contract, element("r", ""), group, { unknown: "reject" }).read("<r/>");
  assert.throws(compile, /a group of the contract contains itself/);
});
