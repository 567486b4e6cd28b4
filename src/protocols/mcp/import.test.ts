import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { describeMcp } from "./describe.ts";
import { importTools, toolsImporter } from "./import.ts";

const tool = (name: string, more: object = {}): object => ({
  name,
  inputSchema: { type: "object", properties: { id: { type: "string" } }, required: ["id"] },
  ...more,
});

const load = (given: unknown) => {
  const text = typeof given === "string" ? given : JSON.stringify(given);
  return importTools({ file: "tools.json", text, read: () => undefined });
};

const point = { type: "object", properties: { x: { type: "integer", format: "int64" } } };

const document = {
  tools: [
    tool("get.point", {
      description: "A point.",
      annotations: { readOnlyHint: true },
      outputSchema: {
        type: "object",
        properties: { at: { $ref: "#/$defs/Point" } },
        $defs: { Point: point },
      },
    }),
    tool("put-point", {
      annotations: { idempotentHint: true },
      inputSchema: {
        type: "object",
        properties: { at: { $ref: "#/$defs/Point" }, all: { $ref: "#/$defs/Points" } },
        $defs: {
          Point: { ...point, required: ["x"] },
          Points: { type: "array", items: { $ref: "#/$defs/Point" } },
        },
      },
      outputSchema: { type: "array", items: { type: "string" } },
    }),
    tool("ping"),
  ],
};

test("tools become operations with their names, safety and bindings", () => {
  const { contract, diagnostics } = load(document);
  assert.deepEqual(diagnostics, []);
  const told = contract.operations.map(({ id, safety, mcp }) => [
    id,
    safety,
    mcp?.tool,
    mcp?.result,
  ]);
  assert.deepEqual(told, [
    ["getPoint", "safe", "get.point", undefined],
    ["putPoint", "idempotent", "put-point", "result"],
    ["ping", "unsafe", "ping", null],
  ]);
});

test("definitions of the same name in several schemas are told apart", () => {
  const { contract } = load(document);
  const points = [...contract.types.values()].filter(({ name }) => name.startsWith("Point"));
  const required = points.flatMap(({ type }) =>
    type.kind === "record" ? type.fields.map(({ presence }) => presence) : [],
  );
  assert.deepEqual(required.toSorted(), ["optional", "required"]);
});

test("references of a schema to places of itself are followed there", () => {
  const spot = { type: "object", properties: { x: { type: "integer" } }, required: ["x"] };
  const move = { type: "object", properties: { from: spot, to: { $ref: "#/properties/from" } } };
  const kids = { type: "array", items: { $ref: "#" } };
  const tree = { type: "object", properties: { name: { type: "string" }, kids } };
  const tools = [tool("move", { inputSchema: move }), tool("tree", { outputSchema: tree })];
  for (const list of [{ tools }, { result: { tools } }]) {
    const { contract, diagnostics } = load(list);
    assert.deepEqual(diagnostics, []);
    const { text } = describeMcp({ serviceName: "s", contract }, { address: "" });
    const described = JSON.parse(text) as { tools: { [key: string]: JsonSchema }[] };
    const [moved, grown] = described.tools;
    const behind = (whole?: JsonSchema, one?: JsonSchema) =>
      one?.$ref === undefined ? one : whole?.$defs?.[one.$ref.replace("#/$defs/", "")];
    const to = behind(moved?.["inputSchema"], moved?.["inputSchema"]?.properties?.["to"]);
    assert.deepEqual(Object.keys(to?.properties ?? {}), ["x"]);
    const output = grown?.["outputSchema"];
    const kid = behind(output, output?.properties?.["kids"]?.items);
    assert.deepEqual(Object.keys(kid?.properties ?? {}), ["name", "kids"]);
  }
});

interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
}

test("what is described is imported as the same operations", () => {
  const { contract } = load(document);
  const { text } = describeMcp({ serviceName: "points", contract }, { address: "/mcp/points" });
  const again = load(text);
  assert.deepEqual(again.diagnostics, []);
  const plain = (operations: typeof contract.operations) =>
    operations.map(({ id, documentation, safety, mode, mcp }) => {
      return { id, safety, mode, tool: mcp?.tool, documentation: documentation ?? "" };
    });
  const expected = plain(contract.operations);
  const found = plain(again.contract.operations);
  for (const [index, one] of expected.entries()) {
    // Of a tool without a description, its title says something.
    const { documentation, ...others } = one;
    const { documentation: said, ...same } = found[index] ?? { documentation: "" };
    assert.deepEqual(same, others);
    if (documentation !== "") assert.equal(said, documentation);
  }
});

test("what is described of an import is described the same again", () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,20}$/), {
    maxLength: 5,
  });
  const leaf = fc.constantFrom<object>(
    { type: "string" },
    { type: "integer", format: "int32" },
    { type: "boolean" },
    { type: "array", items: { type: "string" } },
    point,
  );
  const schema = fc.record({
    type: fc.constant("object"),
    properties: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), leaf, { minKeys: 1, maxKeys: 4 }),
  });
  fc.assert(
    fc.property(names, schema, schema, fc.boolean(), (words, inputSchema, outputSchema, safe) => {
      const annotations = { readOnlyHint: safe };
      const tools = words.map((name) => ({ name, inputSchema, outputSchema, annotations }));
      const describe = (text: string) =>
        describeMcp({ serviceName: "s", contract: load(text).contract }, { address: "" }).text;
      const first = describe(JSON.stringify({ tools }));
      assert.deepEqual(JSON.parse(describe(first)), withTitles(JSON.parse(first)));
    }),
    { numRuns: 100 },
  );
});

/** A title is what is said of a tool of which nothing else is. */
function withTitles(described: unknown): unknown {
  const { tools } = described as { tools: { title: string; description?: string }[] };
  return { tools: tools.map((one) => ({ ...one, description: one.description ?? one.title })) };
}

test("it is known by its tools", () => {
  assert.equal(toolsImporter.recognize(JSON.stringify(document), "x.json"), 0.9);
  assert.equal(toolsImporter.recognize('{"openapi":"3.1.0","tools":1}', "x.json"), 0);
});

test("a list that goes on, and a tool without a schema, are told", () => {
  const { diagnostics } = load({ nextCursor: "x", tools: [{ name: "a" }] });
  assert.deepEqual(
    diagnostics.map(({ code }) => code),
    ["more-tools", "bad-tool"],
  );
});

test("any text gives a contract and what is wrong with it", () => {
  const text = JSON.stringify(document);
  fc.assert(
    fc.property(fc.string(), fc.nat(), (put, at) => {
      const place = at % text.length;
      const { contract } = load(text.slice(0, place) + put + text.slice(place + put.length));
      assert.equal(contract.dialect, "mcp");
    }),
    { numRuns: 300 },
  );
});
