/** What the compiled writer makes of values, and what it says of those that do not fit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { NamedType, Type } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import { compileXmlReader } from "./compile-reader.ts";
import { compileXmlWriter } from "./compile-writer.ts";
import {
  attribute,
  contractOf,
  element,
  field,
  listOf,
  orderContract,
  orderElement,
  orderType,
  orderXml,
  string,
} from "./order-fixture.ts";

const types: readonly NamedType[] = [
  {
    name: "Base",
    xmlName: { name: "Base", namespace: "urn:t" },
    type: { kind: "record", fields: [field("a", string)], abstract: true },
  },
  {
    name: "Derived",
    xmlName: { name: "Derived", namespace: "urn:t" },
    type: { kind: "record", extends: "Base", fields: [field("b", string)] },
  },
];

const optional = { presence: "optional" } as const;
const opaque: Type = { kind: "opaque", content: "xml" };

const type: Type = {
  kind: "record",
  fields: [
    field("id", string, { ...optional, xml: attribute("id") }),
    field("a", string, optional),
    field("n", { kind: "int", bits: 8, signed: true }, { ...optional, nullable: true }),
    field("list", listOf(string, 0, 2), optional),
    field("base", { kind: "ref", name: "Base" }, optional),
    field("q", { kind: "qname" }, optional),
    field("mixed", opaque, { ...optional, xml: element("mixed", "urn:m") }),
    field("f", string, { ...optional, fixed: "x" }),
    field("need", string, {
      ...optional,
      xml: element("need", "urn:n"),
      fixed: "y",
      presence: "required",
    }),
    field(
      "map",
      { kind: "map", key: { kind: "string", whitespace: "preserve" }, value: string },
      optional,
    ),
    field("rest", listOf(opaque), {
      ...optional,
      xml: { node: "any", name: "", namespace: "##other u" },
    }),
    field("other", opaque, {
      ...optional,
      xml: { node: "anyAttribute", name: "", namespace: "##any" },
    }),
  ],
};

const writer = compileXmlWriter(contractOf(types), element("r", ""), type);

/** What is between the root's tags, or the fault. */
function write(value: Value): string {
  const written = writer.write(value);
  if (written.kind === "fault") return `${written.code} at ${written.place}: ${written.message}`;
  const [, attributes = "", content = ""] =
    /^<r xmlns:ns1="[^"]*".*? xmlns:xsi="[^"]*"(.*?)>(.*)<ns\d:need>y<\/ns\d:need>(?:.*)<\/r>$/s.exec(
      written.text,
    ) ?? [];
  return attributes + content;
}

const cases: readonly (readonly [string, Value, string])[] = [
  ["text", { a: "<&>\"'\r\n\t]]>" }, "<ns1:a>&lt;&amp;&gt;\"'&#13;\n\t]]&gt;</ns1:a>"],
  ["an attribute", { id: "<&\"'\r\n\t" }, ' id="&lt;&amp;&quot;\'&#13;&#10;&#9;"'],
  ["null", { n: null }, '<ns1:n xsi:nil="true"/>'],
  ["the order of the schema", { n: 1, a: "x" }, "<ns1:a>x</ns1:a><ns1:n>1</ns1:n>"],
  ["a qualified name", { q: '{urn:x&<"}b' }, '<ns1:q xmlns:q1="urn:x&amp;&lt;&quot;">q1:b</ns1:q>'],
  [
    "a derived type",
    { base: { "@type": "Derived", a: "1", b: "2" } },
    '<ns1:base xsi:type="ns2:Derived"><ns1:a>1</ns1:a><ns1:b>2</ns1:b></ns1:base>',
  ],
  [
    "mixed content",
    { mixed: '<!-- x --><p:mixed xmlns:p="urn:m">a<b/></p:mixed>' },
    '<p:mixed xmlns:p="urn:m">a<b/></p:mixed>',
  ],
  [
    "attributes of any name",
    { other: 'xmlns:p="u" p:x="&lt;" y="1"' },
    ' xmlns:a1="u" a1:x="&lt;" y="1"',
  ],
  [
    "a character that XML does not know",
    { a: "x\u0001" },
    "invalid-character at r/a: the character U+0001 is not allowed in XML",
  ],
  [
    "half a surrogate pair",
    { id: "\ud800" },
    "invalid-character at r/@id: the character U+D800 is not allowed in XML",
  ],
  [
    "a number out of range",
    { n: 300 },
    "invalid-value at r/n: expected a whole number from -128 to 127, found 300",
  ],
  ["another type", { a: 1 }, "invalid-value at r/a: expected text, found 1"],
  [
    "null that is not allowed",
    { a: null },
    "invalid-value at r/a: null is not allowed: expected a value",
  ],
  [
    "too many items",
    { list: ["1", "2", "3"] },
    "invalid-value at r/list: expected at least 0 and at most 2 of them, found 3",
  ],
  ["a bad item", { list: ["1", 2] }, "invalid-value at r/list[2]: expected text, found 2"],
  ["no list", { list: "1" }, 'invalid-value at r/list: expected a list, found "1"'],
  [
    "an abstract type",
    { base: { a: "1" } },
    "invalid-type at r/base: @type is nothing: expected one of Derived",
  ],
  [
    "a field that is missing",
    { base: { "@type": "Derived", a: "1" } },
    "missing-element at r/base/b: a value is missing: expected one",
  ],
  ["another value than the fixed one", { f: "z" }, 'invalid-value at r/f: expected "x", found "z"'],
  [
    "mixed content of another name",
    { mixed: "<x/>" },
    "invalid-value at r/mixed: expected <mixed> in namespace urn:m, found <x> in no namespace",
  ],
  [
    "two elements for one",
    { mixed: '<mixed xmlns="urn:m"/><x/>' },
    "malformed-xml at r/mixed: expected one XML element as text: a document has one root element, not two (line 1, column 23)",
  ],
  [
    "attributes that are more than that",
    { other: 'x="1"/><b' },
    "malformed-xml at r/@other: expected attributes as text: a document has one root element, not two (line 1, column 11)",
  ],
  [
    "an element that the wildcard does not take",
    { rest: ["<x/>"] },
    "invalid-value at r/rest[1]: expected an element in ##other u, found <x> in no namespace",
  ],
  [
    "a key that is no name",
    { map: { "a b": "1" } },
    'invalid-value at r/map/map: the key "a b" is no name of an element',
  ],
  ["no record", "x", 'invalid-value at r: expected a record, found "x"'],
];

for (const [what, value, expected] of cases) {
  test(`${what}: ${expected.slice(0, 60)}`, () => {
    assert.equal(write(value), expected);
  });
}

test("an order is written as it was read, with all its namespaces at the root", () => {
  const reader = compileXmlReader(orderContract, orderElement, orderType, { unknown: "reject" });
  const orderWriter = compileXmlWriter(orderContract, orderElement, orderType);
  const read = reader.read(orderXml);
  assert.ok(read.kind === "value");
  const written = orderWriter.writeDocument(read.value);
  assert.ok(written.kind === "text");
  assert.match(written.text, /^<\?xml version="1.0" encoding="UTF-8"\?>\n<ns1:order xmlns:ns1=/);
  assert.equal(written.text.lastIndexOf("xmlns"), written.text.indexOf(" xmlns:xsi=") + 1);
  assert.deepEqual(reader.read(written.text), read);
});

test("prefixes that the contract asks for are used, those that mislead are not", () => {
  const wished = (prefix: string) => {
    const xml = { ...element("a", `urn:${prefix}`), prefix };
    const named = {
      name: "T",
      type: { kind: "record", fields: [field("a", string, { xml })] },
    } as const;
    const one = compileXmlWriter(contractOf([named]), element("r", ""), { kind: "ref", name: "T" });
    const written = one.write({ a: "" });
    return written.kind === "text" ? written.text : written.message;
  };
  assert.equal(wished("ord"), '<r xmlns:ord="urn:ord"><ord:a></ord:a></r>');
  for (const bad of ["xsi", "soapenv", "xmlfoo", "a b", "1", "ns7"]) {
    assert.match(wished(bad), /<ns\d:a>/, bad);
  }
});

test("a value that nests without end is refused", () => {
  const named: NamedType = {
    name: "N",
    type: {
      kind: "record",
      fields: [field("n", { kind: "ref", name: "N" }, optional)],
    },
  };
  const nesting = compileXmlWriter(contractOf([named]), element("n"), { kind: "ref", name: "N" });
  const circle: { n?: unknown } = {};
  circle.n = circle;
  const written = nesting.write(circle as never);
  assert.ok(written.kind === "fault");
  assert.match(written.message, /depthMax/);
});

test("several qualified names in one tag have prefixes of their own", () => {
  const names = ["p", "q"].map((name) => field(name, { kind: "qname" }, { xml: attribute(name) }));
  const record = { kind: "record", fields: names } as const;
  const written = compileXmlWriter(contractOf([]), element("r", ""), record).write({
    p: "{urn:a}x",
    q: "{urn:b}y",
  });
  assert.deepEqual(written, {
    kind: "text",
    text: '<r xmlns:q1="urn:a" p="q1:x" xmlns:q2="urn:b" q="q2:y"/>',
  });
});
