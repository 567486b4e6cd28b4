/** What types hold that gets lost, and how what came back is told from what was sent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Contract } from "./contract.ts";
import { featuresOf } from "./features.ts";
import type { Type } from "./types.ts";
import type { Value } from "./value.ts";
import { findDifference } from "./value-difference.ts";

const contract: Contract = {
  name: "shop",
  version: "1",
  dialect: "rest",
  namespace: "urn:shop",
  types: new Map([
    [
      "Node",
      {
        name: "Node",
        type: {
          kind: "record",
          open: true,
          fields: [
            {
              name: "again",
              type: { kind: "ref", name: "Node" },
              presence: "optional",
              nullable: false,
            },
          ],
        },
      },
    ],
  ]),
  operations: [],
};

const text = { kind: "string", whitespace: "preserve" } as const;
const variants = ["a", "b"].map((name) => ({ name, type: { kind: "bool" } as const }));

const types: readonly (readonly [string, Type, Record<string, string>])[] = [
  ["plain text", text, { "control-characters": "" }],
  ["text with a pattern", { ...text, pattern: "^[a-z]+$" }, {}],
  ["text with a pattern for anything", { ...text, pattern: "^.*$" }, { "control-characters": "" }],
  ["a type that holds itself", { kind: "ref", name: "Node" }, { "open-record": "" }],
  [
    "a list of XML",
    { kind: "list", item: { kind: "opaque", content: "xml" }, itemNullable: false, min: 0 },
    { "opaque-xml": "" },
  ],
  ["anyOf", { kind: "union", plain: true, exclusive: false, variants }, { "any-of": "" }],
  [
    "oneOf by shape",
    { kind: "union", plain: true, exclusive: true, variants },
    { "untagged-union": "" },
  ],
  [
    "oneOf by a tag",
    {
      kind: "union",
      plain: true,
      exclusive: true,
      variants,
      discriminator: { property: "kind" },
    },
    {},
  ],
  [
    "a map of JSON",
    { kind: "map", key: text, value: { kind: "opaque", content: "json" } },
    { "control-characters": "", "opaque-json": "/*" },
  ],
];

for (const [name, type, expected] of types) {
  test(`${name} holds ${Object.keys(expected).join(", ") || "nothing that gets lost"}`, () => {
    assert.deepEqual(Object.fromEntries(featuresOf(contract, type)), expected);
  });
}

test("text of XML Schema holds no control characters", () => {
  assert.deepEqual([...featuresOf({ ...contract, dialect: "soap" }, text)], []);
});

interface Compared {
  readonly before: Value;
  readonly after: Value;
  /** Undefined: the same. */
  readonly place?: string;
  readonly lexical?: boolean;
}

const compared: readonly Compared[] = [
  { before: { a: [1, "x"] }, after: { a: [1, "x"] } },
  { before: { a: NaN }, after: { a: NaN } },
  { before: { a: Uint8Array.of(1) }, after: { a: Uint8Array.of(1) } },
  { before: { a: Uint8Array.of(1) }, after: { a: Uint8Array.of(2) }, place: "/a" },
  { before: { a: null }, after: {}, place: "/a" },
  { before: { a: [] }, after: {}, place: "/a" },
  { before: { a: "" }, after: { a: null }, place: "/a" },
  { before: { a: 0 }, after: { a: -0 }, place: "/a" },
  { before: { a: [1, 2] }, after: { a: [1] }, place: "/a" },
  { before: { a: [1] }, after: { a: { 0: 1 } }, place: "/a" },
  { before: { a: "1.50" }, after: { a: "1.5" }, place: "/a", lexical: true },
  { before: { a: "1.50", b: 1 }, after: { a: "1.5", b: 2 }, place: "/b" },
  {
    before: '<a xmlns="urn:x"><b/></a>',
    after: '<p:a xmlns:p="urn:x"> <p:b/></p:a>',
    place: "",
    lexical: true,
  },
];

for (const { before, after, place, lexical = false } of compared) {
  const outcome = place === undefined ? "are the same" : `differ at "${place}"`;
  test(`${JSON.stringify(before)} and ${JSON.stringify(after)} ${outcome}`, () => {
    const found = findDifference(before, after, { emptyListIsAbsent: false });
    assert.equal(found?.place, place);
    assert.equal(found?.isLexical ?? false, lexical);
  });
}

test("in XML Schema's view a list without items is as absent", () => {
  assert.equal(findDifference({ a: [] }, {}, { emptyListIsAbsent: true }), undefined);
  assert.ok(findDifference({ a: [1] }, {}, { emptyListIsAbsent: true }));
});
