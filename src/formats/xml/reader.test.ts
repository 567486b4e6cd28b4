/** What the compiled reader makes of documents, and what it says of those that do not fit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DocumentFailure } from "#contract/document-fault.ts";
import type { NamedType, RecordType, Type } from "#contract/types.ts";
import { createRecord } from "#contract/value.ts";
import type { XmlReadOptions } from "./codec-options.ts";
import { compileXmlReader } from "./compile-reader.ts";
import {
  attribute,
  contractOf,
  element,
  field,
  listOf,
  orderContract,
  orderElement,
  orderEnvelope,
  orderNamespace,
  orderType,
  orderXml,
  string,
} from "./order-fixture.ts";
import { chained, readAs, record, strict } from "./read-fixture.ts";
import { endTag, startTag, XmlTokenizer } from "./tokenizer.ts";

const int: Type = { kind: "int", bits: 32, signed: true };
const opaque: Type = { kind: "opaque", content: "xml" };

const optional = { presence: "optional" } as const;
const inline = { node: "inline", name: "group", namespace: "" } as const;

const sequence = record(
  field("a", string),
  field("b", int, optional),
  field("c", listOf(int, 1, 2)),
  field("d", string, { ...optional, nullable: true }),
);

const twice = record(
  field("first", string, { xml: element("a") }),
  field("b", string, optional),
  field("second", string, { xml: element("a") }),
);

const all: RecordType = { ...sequence, xmlOrder: "all" };

const pairs = record(
  field("pairs", listOf(record(field("key", string), field("value", string, optional)), 0), {
    xml: inline,
  }),
  field("end", string, optional),
);

const choices = record(
  field(
    "choice",
    listOf({
      kind: "union",
      exclusive: true,
      variants: [
        { name: "a", type: string, xml: element("a") },
        { name: "many", type: listOf(int, 1), xml: element("n") },
        { name: "pair", type: record(field("x", string), field("y", string)), xml: inline },
      ],
    }),
    { xml: inline },
  ),
);

const anything = record(
  field("before", listOf(opaque), {
    ...optional,
    xml: { node: "any", name: "", namespace: "##any" },
  }),
  field("z", string),
);

const others = record(
  field("z", string),
  field("more", listOf(opaque), {
    ...optional,
    xml: { node: "any", name: "", namespace: `##other ${orderNamespace}` },
  }),
  field("attributes", opaque, {
    ...optional,
    xml: { node: "anyAttribute", name: "", namespace: "##any" },
  }),
);

const facets = record(
  field("e", int, { ...optional, default: "7" }),
  field("f", string, { ...optional, fixed: "x" }),
  field("g", int, { ...optional, xml: attribute("g"), default: "5" }),
  field("words", { ...(listOf(int) as object), xmlText: true } as Type, optional),
);

const cases: readonly (readonly [string, RecordType, string, unknown])[] = [
  ["a sequence", sequence, "<a/><b> 1 </b><c>2</c><c>3</c>", { a: "", b: 1, c: [2, 3] }],
  ["a nil element", sequence, '<a>x</a><c>1</c><d xsi:nil="1"/>', { a: "x", c: [1], d: null }],
  [
    "elements out of order",
    sequence,
    "<b>1</b><a/>",
    "unexpected-element at r/b: <b> is not expected here: expected <a>",
  ],
  [
    "an element of another namespace",
    sequence,
    '<a xmlns=""/>',
    `unexpected-element at r/a: <a> is not expected here: expected <a> in namespace ${orderNamespace}`,
  ],
  [
    "a missing element at the end",
    sequence,
    "<a/>",
    "missing-element at r: c is missing: expected <b> or <c>",
  ],
  [
    "an element too often",
    sequence,
    "<a/><c>1</c><c>2</c><c>3</c>",
    `unexpected-element at r/c: <c> in namespace ${orderNamespace} is not expected here: expected the end of its parent`,
  ],
  [
    "an unknown element",
    sequence,
    "<a/><q/><c>1</c>",
    "unexpected-element at r/q: <q> is not expected here: expected <b> or <c>",
  ],
  [
    "a bad item of a list",
    sequence,
    "<a/><c>1</c><c>x</c>",
    'invalid-value at r/c[2]: expected a whole number from -2147483648 to 2147483647, found "x"',
  ],
  [
    "nil where it is not allowed",
    sequence,
    '<a xsi:nil="true"/><c>1</c>',
    "unexpected-nil at r/a: <a> may not be nil: expected a value",
  ],
  [
    "nil with content",
    sequence,
    '<a/><c>1</c><d xsi:nil="true">x</d>',
    "unexpected-text at r/d: a nil element has no content",
  ],
  [
    "an element in a text",
    sequence,
    "<a><b/></a>",
    "unexpected-element at r/a: expected text only, found the element <b>",
  ],
  [
    "text between elements",
    sequence,
    "<a/>oops<c>1</c>",
    'unexpected-text at r: text has no place here: "oops"; expected elements only',
  ],
  [
    "an unknown attribute",
    sequence,
    '<a x="1"/><c>1</c>',
    "unexpected-attribute at r/a/@x: the attribute x is not known",
  ],
  ["one name at two places", twice, "<a>1</a><b/><a>2</a>", { first: "1", b: "", second: "2" }],
  [
    "one name at two places, one absent between",
    twice,
    "<a>1</a><a>2</a>",
    { first: "1", second: "2" },
  ],
  ["any order", all, "<d/><c>1</c><a/><b>2</b><c>3</c>", { a: "", b: 2, c: [1, 3], d: "" }],
  [
    "a second one in any order",
    all,
    "<a/><a/><c>1</c>",
    "unexpected-element at r/a: <a> may stand here once only",
  ],
  [
    "items of one list that stand apart",
    { ...record(field("a", string), field("c", listOf(int, 2, 3))), xmlOrder: "all" },
    "<c>1</c><a/><c>2</c>",
    { a: "", c: [1, 2] },
  ],
  [
    "too few items in any order",
    { ...record(field("a", string), field("c", listOf(int, 2))), xmlOrder: "all" },
    "<c>1</c><a/>",
    "missing-element at r: expected <c> at least 2 times, found it 1 times",
  ],
  [
    "too many items in any order",
    { ...record(field("a", string), field("c", listOf(int, 0, 1))), xmlOrder: "all" },
    "<c>1</c><a/><c>2</c>",
    "unexpected-element at r/c: <c> may stand here at most 1 times",
  ],
  [
    "a missing one in any order",
    all,
    "<c>1</c>",
    "missing-element at r: a is missing: expected <a>",
  ],
  [
    "a repeated group",
    pairs,
    "<key>1</key><value>a</value><key>2</key><key>3</key><end/>",
    { pairs: [{ key: "1", value: "a" }, { key: "2" }, { key: "3" }], end: "" },
  ],
  ["a repeated group, not once", pairs, "", { pairs: [] }],
  [
    "a repeated choice",
    choices,
    "<n>1</n><n>2</n><a>x</a><x>1</x><y>2</y><a/>",
    { choice: [{ many: [1, 2] }, { a: "x" }, { pair: { x: "1", y: "2" } }, { a: "" }] },
  ],
  [
    "half a group in a choice",
    choices,
    "<x/><a/>",
    "unexpected-element at r/a: <a> is not expected here: expected <y>",
  ],
  [
    "anything before a known element",
    anything,
    '<p:q xmlns:p="u">1<i/></p:q><y/><z>1</z>',
    {
      before: [
        `<p:q xmlns="${orderNamespace}" xmlns:p="u">1<i/></p:q>`,
        `<y xmlns="${orderNamespace}"/>`,
      ],
      z: "1",
    },
  ],
  [
    "anything of another namespace",
    others,
    '<z/><q xmlns="u"/>',
    { z: "", more: ['<q xmlns="u"/>'] },
  ],
  [
    "an element that no wildcard takes",
    others,
    "<z/><q/>",
    `unexpected-element at r/q: <q> in namespace ${orderNamespace} is not expected here: expected the end of its parent`,
  ],
  ["defaults of the empty and the absent", facets, "<e/><f/>", { e: 7, f: "x", g: 5 }],
  ["a list in one text", facets, "<words> 1\n2 </words>", { g: 5, words: [1, 2] }],
  [
    "another value than the fixed one",
    facets,
    "<f>y</f>",
    'invalid-value at r/f: expected "x", found "y"',
  ],
  [
    "a bad word of a list",
    facets,
    "<words>1 x</words>",
    'invalid-value at r/words: expected a list of a whole number from -2147483648 to 2147483647, separated by spaces, found "1 x"',
  ],
];

for (const [what, type, xml, expected] of cases) {
  test(`${what}: ${xml.slice(0, 60)}`, () => {
    assert.deepEqual(readAs([], type, xml), expected);
  });
}

test("unknown elements and attributes are dropped when asked, known ones still keep their order", () => {
  const drop: XmlReadOptions = { unknown: "drop" };
  const xml = '<q><r/></q><a x="1"/><q/><c>1</c><q/>';
  assert.deepEqual(readAs([], sequence, xml, drop), { a: "", c: [1] });
  assert.deepEqual(readAs([], all, "<q/><c>1</c><q/><a/>", drop), { a: "", c: [1] });
  assert.match(String(readAs([], sequence, "<c>1</c><q/><a/>", drop)), /expected <a>/);
  assert.deepEqual(readAs([], { ...sequence, open: true }, xml.replace(' x="1"', "")), {
    a: "",
    c: [1],
  });
});

test("attributes under any name are kept as text with their declarations", () => {
  const reader = compileXmlReader(contractOf([]), element("r"), others, strict);
  const read = reader.read(`<r xmlns="${orderNamespace}" xmlns:p="u" p:x="&lt;" y="2"><z/></r>`);
  assert.ok(read.kind === "value");
  const { attributes } = read.value as { attributes: string };
  assert.equal(attributes, 'xmlns:a0="u" a0:x="&lt;" y="2"');
});

const base: NamedType = {
  name: "Base",
  xmlName: { name: "Base", namespace: "urn:t" },
  type: { ...record(field("a", string)), abstract: true },
};
const derived: NamedType = {
  name: "Derived",
  xmlName: { name: "Derived", namespace: "urn:t" },
  type: {
    kind: "record",
    extends: "Base",
    fields: [field("b", int), field("inner", { kind: "ref", name: "Base" }, optional)],
  },
};

test("xsi:type chooses the derived type, which the value names", () => {
  const types = [base, derived];
  const type = record(field("item", { kind: "ref", name: "Base" }));
  const item = (attributes: string, inner = "") =>
    readAs(types, type, `<item xmlns:t="urn:t" ${attributes}><a>1</a><b>2</b>${inner}</item>`);
  assert.deepEqual(item('xsi:type="t:Derived"'), {
    item: { a: "1", b: 2, "@type": "Derived" },
  });
  assert.deepEqual(
    item('xsi:type=" t:Derived"', '<inner xsi:type="t:Derived"><a/><b>1</b></inner>'),
    {
      item: { a: "1", b: 2, inner: { a: "", b: 1, "@type": "Derived" }, "@type": "Derived" },
    },
  );
  assert.match(String(item("")), /^invalid-type at r\/item: no xsi:type: expected .*Derived/);
  assert.match(String(item('xsi:type="t:Other"')), /xsi:type "t:Other": expected/);
  assert.match(String(item('xsi:type="x:Derived"')), /^invalid-type/);
});

test("qualified names become their namespaces, whatever the prefixes are", () => {
  const type = record(field("q", { kind: "qname" }), field("p", { kind: "qname" }, optional));
  assert.deepEqual(readAs([], type, '<q xmlns:a="u">a:b</q>'), { q: "{u}b" });
  assert.deepEqual(readAs([], type, "<q>b</q>"), { q: `{${orderNamespace}}b` });
  assert.match(String(readAs([], type, "<q>x:b</q>")), /^invalid-value at r\/q: expected a qual/);
});

test("a reader works inside an envelope, on a tokenizer that somebody else walks", () => {
  const tokenizer = new XmlTokenizer(orderEnvelope);
  const reader = compileXmlReader(orderContract, orderElement, orderType, strict);
  const tokens = [tokenizer.next(), tokenizer.nextElement(), tokenizer.nextElement()];
  assert.deepEqual(tokens, [startTag, startTag, startTag]);
  const whole = reader.read(orderXml);
  assert.deepEqual({ kind: "value", value: reader.readAt(tokenizer) }, whole);
  assert.equal(tokenizer.nextElement(), endTag);
  assert.equal(tokenizer.nextElement(), endTag);
  tokenizer.finish();
});

test("places in an envelope begin with it, and count the items of lists", () => {
  const bad = orderEnvelope.replace("39.9500", "39,95");
  const tokenizer = new XmlTokenizer(bad);
  const reader = compileXmlReader(orderContract, orderElement, orderType, strict);
  tokenizer.next();
  tokenizer.nextElement();
  tokenizer.nextElement();
  assert.throws(
    () => reader.readAt(tokenizer),
    (error) => {
      assert.ok(error instanceof DocumentFailure);
      assert.equal(error.fault.place, "Envelope/Body/order/line[4]/price");
      assert.match(error.message, /expected a decimal of at most 18 digits.*, found "39,95"/);
      return true;
    },
  );
});

test("another root than expected is named", () => {
  const reader = compileXmlReader(orderContract, orderElement, orderType, strict);
  const read = reader.read('<order xmlns="u"/>');
  assert.ok(read.kind === "fault");
  assert.match(read.message, /expected <order> in namespace .*, found <order> in namespace u/);
});

test("attributes of named namespaces may stand anywhere", () => {
  const options = { ...strict, attributesIgnored: ["urn:soap"] };
  const xml = '<a xmlns:s="urn:soap" s:mustUnderstand="1"/><c>1</c>';
  assert.deepEqual(readAs([], sequence, xml, options), { a: "", c: [1] });
  assert.match(String(readAs([], sequence, xml)), /mustUnderstand in namespace urn:soap is not/);
});

test("records that nest as deep as they can are read, and deeper ones are refused", () => {
  const nested = (depth: number) => `${'<next xmlns="">'.repeat(depth)}${"</next>".repeat(depth)}`;
  const type = record(
    field("next", { kind: "ref", name: "Chained" }, { xml: element("next", "") }),
  );
  assert.equal(typeof readAs([chained], type, nested(62)), "object");
  assert.match(String(readAs([chained], type, nested(100_000))), /^limit-exceeded/);
});

test("names that mean something to JavaScript are names like others", () => {
  const type = record(
    field("__proto__", string, { xml: element("__proto__") }),
    field("constructor", string, { xml: attribute("constructor"), presence: "optional" }),
  );
  const reader = compileXmlReader(contractOf([]), element("r"), type, strict);
  const read = reader.read(`<r xmlns="${orderNamespace}"><__proto__>x</__proto__></r>`);
  assert.ok(read.kind === "value");
  assert.deepEqual(Object.keys(read.value as object), ["__proto__"]);
  assert.equal(Object.getPrototypeOf(read.value), Object.getPrototypeOf(createRecord()));
});
