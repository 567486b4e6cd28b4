/** Contract documents as text: JSON and YAML alike, each value with its place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseText } from "./parse-text.ts";
import type { PlacedNode } from "./placed-node.ts";

const bounds = { textLengthMax: 10_000, depthMax: 20, nodesMax: 1_000, expected: "something" };

function plain(node: PlacedNode): unknown {
  if (node.kind === "list") return node.items.map(plain);
  if (node.kind === "scalar") return node.value;
  return Object.fromEntries(
    Array.from(node.entries, ([key, { node: value }]) => [key, plain(value)]),
  );
}

function parse(text: string, file = "a.json") {
  return parseText(text, file, bounds);
}

test("any JSON is read as JSON.parse reads it", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.boolean(), (text, indented) => {
      const document = `[${indented ? JSON.stringify(JSON.parse(text), null, 2) : text}]`;
      const { root } = parse(document);
      assert.deepEqual(plain(root as PlacedNode), JSON.parse(document));
    }),
  );
});

test("any text yields a document or a diagnostic with its place", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      fc.constantFrom("a.json", "a.yaml"),
      (text, file) => {
        const { root, diagnostics } = parse(`{${text}`, file);
        assert.equal(root === undefined, diagnostics.length > 0);
      },
    ),
  );
});

for (const [name, text, expected] of [
  [
    "a missing comma",
    '{\n  "a": 1\n  "b": 2 }',
    '3:3 json-syntax "\\"" stands here; expected "," or "}"',
  ],
  ["an end too early", '{"a": [1,', "1:10 json-syntax the text ends here; expected a value"],
  ["a repeated key", '{"a": 1,\n"a": 2}', "2:1 repeated-key key `a` stands here a second time"],
  ["text behind the end", "{} x", '1:4 json-syntax "x" stands here behind the end of the document'],
  ["a deep nest", "[".repeat(30), "1:22 nested-too-deep values are nested deeper than 20"],
  ["a bad escape", '["a\\x"]', "1:4 json-syntax no such escape; expected one of JSON's"],
  [
    "a line feed in a string",
    '["a\nb"]',
    '1:4 json-syntax "\\n" stands here; expected the end of the string',
  ],
  [
    "too many values",
    `[${"1,".repeat(2_000)}1]`,
    "1:2000 document-too-large the document holds more than 1000 values",
  ],
  [
    "a large document",
    `[${" ".repeat(20_000)}]`,
    "1:1 document-too-large this JSON document has more than 10000 characters",
  ],
] as const) {
  test(`${name} is refused with its place`, () => {
    const { root, diagnostics } = parse(text);
    assert.equal(root, undefined);
    const [{ code, message, source } = { code: "", message: "", source: undefined }] = diagnostics;
    assert.equal(`${source?.line}:${source?.column} ${code} ${message}`, expected);
  });
}

test("numbers keep their text", () => {
  for (const file of ["a.json", "a.yaml"]) {
    const text = file === "a.json" ? '{"a": 12345678901234567890}' : "a: 12345678901234567890";
    const { root } = parse(text, file);
    const node = root?.kind === "map" ? root.entries.get("a")?.node : undefined;
    assert.equal(node?.kind === "scalar" && node.source, "12345678901234567890");
  }
});

test("YAML merges the maps behind `<<`, and its own entries go before them", () => {
  const { root } = parse("base: &b {a: 1, b: 2}\nown:\n  <<: *b\n  b: 3", "a.yaml");
  assert.deepEqual(plain(root as PlacedNode), { base: { a: 1, b: 2 }, own: { b: 3, a: 1 } });
});

test("YAML that begins with a brace is YAML unless its name says JSON", () => {
  assert.deepEqual(plain(parse("{a: b}", "a.yaml").root as PlacedNode), { a: "b" });
  assert.equal(parse("{a: b}", "a.json").root, undefined);
});

test("an alias bomb is refused", () => {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 9; i++)
    lines.push(
      `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(", ")}]`,
    );
  const { root, diagnostics } = parse(lines.join("\n"), "a.yaml");
  assert.equal(root, undefined);
  assert.equal(diagnostics[0]?.code, "too-many-aliases");
});
