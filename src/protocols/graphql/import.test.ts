import assert from "node:assert/strict";
import test from "node:test";
import { fieldsIn, findingsIn, operationIn, read } from "./import-fixture.ts";
import { schemaImporter } from "./import.ts";

test("arguments are the input, with presence, null and defaults", () => {
  const imported = read(`
    enum Kind { A B }
    input Where { text: String = "x", kind: Kind = A, next: Where, count: Int! = 3 }
    type Query {
      find(id: ID!, first: Int = 10, kinds: [Kind!] = [A], size: Float! = 1.5, where: Where): String
    }`);
  assert.deepEqual(imported.diagnostics, []);
  const fields = fieldsIn(imported, operationIn(imported, "find").input.type);
  assert.deepEqual(
    fields.map(({ name, presence, nullable, default: usual }) => [name, presence, nullable, usual]),
    [
      ["id", "required", false, undefined],
      ["first", "optional", true, "10"],
      ["kinds", "optional", true, undefined],
      ["size", "optional", false, "1.5"],
      ["where", "optional", true, undefined],
    ],
  );
  const where = fieldsIn(imported, { kind: "ref", name: "Where" });
  assert.deepEqual(
    where.map(({ name, presence, nullable, default: usual }) => [name, presence, nullable, usual]),
    [
      ["text", "optional", true, "x"],
      ["kind", "optional", true, "A"],
      ["next", "optional", true, undefined],
      ["count", "optional", false, "3"],
    ],
  );
  assert.equal(
    operationIn(imported, "find").graphql?.document,
    "query find($id: ID!, $first: Int, $kinds: [Kind!], $size: Float, $where: Where) { " +
      "find(id: $id, first: $first, kinds: $kinds, size: $size, where: $where) }",
  );
});

test("fields that ask for arguments, lead back or are read by pages are left out, and said to be", () => {
  const imported = read(`
    type Query { product: Product }
    type Product { id: ID! price(in: String!): Float maker: Maker related: [Product] }
    type Maker { name: String products(first: Int): [Product] awards(first: Int): [Award!]! }
    type Award { year: Int }`);
  assert.equal(
    operationIn(imported, "product").graphql?.document,
    "query product { product { id maker { name } } }",
  );
  assert.deepEqual(findingsIn(imported), [
    "selection-derived 2:18 operation product does not ask for Product.price (asks for arguments), " +
      "Product.related (leads back to Product), Maker.products (leads back to Product), " +
      "Maker.awards (is read by pages); declare an operation of that name to choose what it asks for",
  ]);
});

test("an object is the output itself, anything else its field `result`", () => {
  const imported = read(`
    type A { x: Int } union U = A
    type Query { object: A! maybe: A list: [A!]! number: Int! union: U }`);
  const kinds = ["object", "maybe", "list", "number", "union"].map((id) => {
    const { output, graphql } = operationIn(imported, id);
    return [output?.type.kind, graphql?.result];
  });
  assert.deepEqual(kinds, [
    ["ref", undefined],
    ["ref", undefined],
    ["record", "result"],
    ["record", "result"],
    ["record", "result"],
  ]);
});

test("objects that differ in the type of a field get another name for it", () => {
  const imported = read(`
    type A { name: String! value: Int } type B { name: String! value: String }
    union U = A | B
    type Query { one: U }`);
  assert.equal(
    operationIn(imported, "one").graphql?.document,
    "query one { one { __typename ... on A { name value } ... on B { name value_B: value } } }",
  );
});

test("an interface is a union of those that implement it", () => {
  const imported = read(`
    interface Node { id: ID! } type A implements Node { id: ID! a: Int }
    type B implements Node { id: ID! node: Node }
    type Query { node: Node }`);
  const type = imported.contract.types.get("Node")?.type;
  assert.deepEqual(type?.kind === "union" && [type.discriminator, type.variants], [
    { property: "__typename" },
    [
      { name: "A", type: { kind: "ref", name: "A" }, tag: "A" },
      { name: "B", type: { kind: "ref", name: "NodeB" }, tag: "B" },
    ],
  ]);
});

test("a selection is bounded, however large the types are", () => {
  const wide = Array.from({ length: 500 }, (_, index) => `f${index}: Int`).join(" ");
  const deep = Array.from(
    { length: 20 },
    (_, index) => `type T${index} { x: Int t: T${index + 1} }`,
  );
  const manyTypes = Array.from(
    { length: 30 },
    (_, index) => `type M${index} implements Many { id: ID m: Int }`,
  );
  const imported = read(`
    type Query { wide: Wide deep: T0 many: Many }
    type Wide { ${wide} } ${deep.join(" ")} type T20 { x: Int }
    interface Many { id: ID }
    ${manyTypes.join(" ")}`);
  const wideText = operationIn(imported, "wide").graphql?.document ?? "";
  assert.equal(wideText.match(/f\d+/g)?.length, 200);
  assert.match(
    operationIn(imported, "deep").graphql?.document ?? "",
    /\{ x t \{ x t \{ x t \{ x \} \} \} \}/,
  );
  assert.equal(operationIn(imported, "many").graphql?.document, "query many { many { id } }");
  assert.match(findingsIn(imported).join("\n"), /T3\.t \(too deep\)/);
  assert.match(findingsIn(imported).join("\n"), /Many \(may be 30 types; its own fields alone\)/);
});

test("named operations stand as they are, and in the place of what would be derived", () => {
  const imported = read(
    `#import "./schema.graphql"
    query product($key: ID!, $more: Boolean! = false) {
      product(id: $key) { ...P, maker @include(if: $more) }
    }
    fragment P on Product { id, title: name }`,
    {
      "./schema.graphql": `
        type Query { product("Which one." id: ID!): Product }
        type Product { id: ID! name: String! maker: String! }`,
    },
  );
  assert.deepEqual(imported.diagnostics, []);
  assert.deepEqual(
    imported.contract.operations.map(({ id }) => id),
    ["product"],
  );
  const { input, output, graphql } = operationIn(imported, "product");
  const [key, more] = fieldsIn(imported, input.type);
  assert.equal(key?.documentation, "Which one.");
  assert.deepEqual([more?.presence, more?.default], ["optional", "false"]);
  assert.deepEqual(
    fieldsIn(imported, output?.type ?? { kind: "bool" }).map(({ name, presence }) => [
      name,
      presence,
    ]),
    [
      ["id", "required"],
      ["title", "required"],
      ["maker", "optional"],
    ],
  );
  assert.equal(output?.type.kind === "ref" && output.type.name, "ProductResult");
  assert.match(graphql?.document ?? "", /fragment P on Product/);
});

test("a named operation is asked which of several objects it got", () => {
  const imported = read(`
    type A { a: Int } type B { b: Int } union U = A | B
    type Query { u: U, us: [U] }
    query one { u { ... on A { a } } }
    query two { us { ...F } } fragment F on U { ... on B { b } }`);
  assert.deepEqual(imported.diagnostics, []);
  for (const id of ["one", "two"]) {
    assert.match(operationIn(imported, id).graphql?.document ?? "", /\{\s*__typename/);
  }
});

test("a schema may have roots of other names, extensions and descriptions", () => {
  const imported = read(`
    "The shop." schema { query: Q mutation: M }
    "Root." type Q { a: Int @deprecated(reason: "use b") }
    extend type Q { "The b." b: Int }
    type M { a: Int }
    extend type Extra @key(fields: "id") { id: ID! }`);
  assert.deepEqual(imported.diagnostics, []);
  assert.deepEqual(
    imported.contract.operations.map(({ id, safety, deprecated, documentation }) => [
      ...[id, safety, deprecated, documentation],
    ]),
    [
      ["a", "safe", true, undefined],
      ["b", "safe", undefined, "The b."],
      ["a2", "unsafe", undefined, undefined],
    ],
  );
  assert.equal(imported.contract.documentation, "The shop.");
});

test("documents of GraphQL are recognised, others are not", () => {
  const scores = [
    schemaImporter.recognize("type Query { a: Int }", "/a"),
    schemaImporter.recognize("query q { a }", "/a.graphql"),
    schemaImporter.recognize('{"data":{"__schema":{}}}', "/a.json"),
    schemaImporter.recognize("extend type Query @a { b: Int }", "/a.txt"),
  ];
  assert.deepEqual(scores, [0.6, 0.9, 1, 0.6]);
  const others = [
    "openapi: 3.1.0\ninfo: {}\ntype: object",
    '{"openapi":"3.1.0"}',
    'syntax = "proto3"; message A { }\nenum B { C = 0; }',
    "<definitions/>",
    "",
  ];
  assert.deepEqual(
    others.map((text) => schemaImporter.recognize(text, "/a")),
    [0, 0, 0, 0, 0],
  );
});
