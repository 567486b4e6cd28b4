import assert from "node:assert/strict";
import test from "node:test";
import { fieldsIn, findingsIn, read } from "./import-fixture.ts";

const wrong: readonly [string, string, RegExp][] = [
  ["no GraphQL", "type Query {", /^malformed-graphql 1:13 Syntax Error: Expected Name/],
  ["an unknown type", "type Query {\n  a: Nothing\n}", /^bad-schema 2:6 Unknown type "Nothing"/],
  ["a type twice", "type Query { a: Int }\ntype Query { b: Int }", /^bad-schema 1:6 /],
  ["no query", "type Product { a: Int }", /^bad-schema 1:1 Query root type must be provided/],
  ["an object as input", "type Query { a(b: Query): Int }", /must be Input Type/],
  [
    "no such field",
    "type Query { a: Int }\nquery q { b }",
    /^bad-operation 2:11 Cannot query field "b"/,
  ],
  [
    "an operation without a name",
    "type Query { a: Int }\n{ a }",
    /^bad-operation 2:1 an operation has a name/,
  ],
  [
    "a file that is not there",
    '#import "x.graphql"\ntype Query { a: Int }',
    /^reference-not-found 1:1 `x.graphql`/,
  ],
  [
    "no schema in introspection",
    '{"__schema": 7}',
    /^malformed-graphql 1:1 this is no introspection result/,
  ],
  ["no JSON", '{"__schema": ', /^malformed-graphql 1:1 this is no introspection result/],
  ["nesting without end", "[".repeat(100_000), /^malformed-graphql 1:/],
  ["lists without end", `type Query { a: ${"[".repeat(50_000)} }`, /^malformed-graphql /],
];

for (const [name, text, expected] of wrong) {
  test(`a document with ${name} is said to be so, with its place`, () => {
    const imported = read(text);
    assert.match(findingsIn(imported)[0] ?? "nothing", expected);
    assert.equal(imported.diagnostics[0]?.severity, "error");
  });
}

test("what a type says twice is told, and the last one counts", () => {
  const imported = read(
    "type Query { a: Int }\ntype A { b: Int\nb: String }\nextend type Query { x: A }",
  );
  assert.deepEqual(
    imported.diagnostics.map(({ severity }) => severity),
    ["warning"],
  );
  assert.match(findingsIn(imported)[0] ?? "", /^said-twice 2:10 Field "A\.b"/);
  const [field] = fieldsIn(imported, { kind: "ref", name: "A" });
  assert.equal(field?.type.kind, "string");
});
