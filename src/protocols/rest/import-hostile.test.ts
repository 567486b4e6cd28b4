/** Whatever the document, an import ends soon, throws nothing, and says what is wrong. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalBytes } from "#contract/canonical-bytes.ts";
import { parseText } from "#formats/yaml/parse-text.ts";
import type { PlacedNode } from "#formats/yaml/placed-node.ts";
import { describeOpenApi } from "./describe.ts";
import { importOpenApi } from "./import.ts";

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const folder = join(import.meta.dirname, "scenarios");
const bounds = { textLengthMax: 1e6, depthMax: 99, nodesMax: 1e5, expected: "" };
const seeds = globSync("*.{yaml,json}", { cwd: folder }).map((name) => {
  const file = join(folder, name);
  return plain(parseText(readFileSync(file, "utf8"), file, bounds).root as PlacedNode);
});

function plain(node: PlacedNode): Json {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(plain);
  return Object.fromEntries(Array.from(node.entries, ([key, entry]) => [key, plain(entry.node)]));
}

function load(document: Json, file = "/hostile/openapi.json") {
  return importOpenApi({ file, text: JSON.stringify(document), read: () => undefined });
}

/** A document with one schema under each name, and an operation whose body is the first. */
function withSchemas(schemas: { [name: string]: Json }): Json {
  const schema = { $ref: `#/components/schemas/${Object.keys(schemas)[0]}` };
  const body = { content: { "application/json": { schema } } };
  const responses = { "200": { description: "ok", ...body } };
  return {
    openapi: "3.1.0",
    info: { title: "hostile", version: "1" },
    paths: { "/": { post: { requestBody: body, responses } } },
    components: { schemas },
  };
}

function many(count: number, schemaOf: (index: number) => Json): { [name: string]: Json } {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`S${index}`, schemaOf(index)]),
  );
}

const ref = (index: number): Json => ({ $ref: `#/components/schemas/S${index}` });
const nested = (depth: number): Json => {
  let schema: Json = { type: "string" };
  for (let count = 0; count < depth; count++) schema = { type: "array", items: schema };
  return schema;
};

const cases: Readonly<Record<string, { readonly document: () => Json; readonly code?: string }>> = {
  "a reference to itself": {
    document: () => withSchemas({ S0: ref(0) }),
    code: "ring-of-types",
  },
  "a ring of 20,000 references": {
    document: () => withSchemas(many(20_000, (index) => ref((index + 1) % 20_000))),
    code: "ring-of-types",
  },
  "a ring through allOf": {
    document: () =>
      withSchemas(many(100, (index) => ({ allOf: [ref((index + 1) % 100), { type: "object" }] }))),
  },
  "a ring through oneOf": {
    document: () =>
      withSchemas(many(50, () => ({ oneOf: Array.from({ length: 50 }, (_, i) => ref(i)) }))),
    code: "ring-of-types",
  },
  "allOf that doubles at each of 60 levels": {
    document: () =>
      withSchemas({
        ...many(60, (index) => ({ allOf: [ref(index + 1), ref(index + 1)] })),
        S60: { type: "object", properties: { a: { type: "string" } } },
      }),
  },
  "60,000 schemas": {
    document: () => withSchemas(many(60_000, () => ({ type: "string" }))),
    code: "too-many-schemas",
  },
  "properties of the same name in 300 parts": {
    document: () =>
      withSchemas({
        S: {
          allOf: Array.from({ length: 300 }, () => ({ properties: { a: { allOf: [ref(0)] } } })),
        },
        S0: { properties: { a: ref(0) } },
      }),
  },
  "schemas nested 300 deep": {
    document: () => withSchemas({ S0: nested(300) }),
    code: "nested-too-deep",
  },
  "a pointer that leads round and round": {
    document: () =>
      withSchemas({ S0: { $ref: "#/components/schemas/S0/properties/a/properties/a" } }),
    code: "reference-not-found",
  },
  "20,000 operations of one name": {
    document: () => ({
      ...(withSchemas({ S0: { type: "string" } }) as { [name: string]: Json }),
      paths: Object.fromEntries(
        Array.from({ length: 20_000 }, (_, index) => [
          `/a${index}`,
          { get: { operationId: "same", responses: { "200": { description: "ok" } } } },
        ]),
      ),
    }),
  },
  nothing: { document: () => null, code: "not-openapi" },
};

for (const [name, { document, code }] of Object.entries(cases)) {
  test(`${name} ends with a contract`, () => {
    const { contract, diagnostics } = load(document());
    const codes = new Set(diagnostics.map((diagnostic) => diagnostic.code));
    if (code !== undefined) assert.ok(codes.has(code), [...codes].join());
    assert.ok(canonicalBytes(contract).length > 0);
    assert.ok(diagnostics.length <= 2_001);
  });
}

const replacement: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, 7, -1.5, "", "object", [], {}, [null], { "": {} }),
  fc.constantFrom<Json>(
    ...[
      "#",
      "#/paths",
      "#/components/schemas/Pet",
      "#/components/schemas",
      "x.yaml#/a",
      "#/%zz",
    ].map((reference) => ({ $ref: reference })),
  ),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
);

/** The document with the value at some place replaced, or moved to another one. */
function mutate(document: Json, steps: readonly number[], value: Json): Json {
  if (typeof document !== "object" || document === null || steps.length === 0) return value;
  const keys = Object.keys(document);
  if (keys.length === 0) return value;
  const key = keys[(steps[0] as number) % keys.length] as string;
  const inner = mutate((document as { [name: string]: Json })[key] as Json, steps.slice(1), value);
  if (Array.isArray(document)) return document.with(Number(key), inner);
  return { ...document, [key]: inner };
}

test("any document yields a contract that can be described, and findings with places", () => {
  const changes = fc.array(
    fc.tuple(fc.array(fc.nat(20), { minLength: 1, maxLength: 12 }), replacement),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(fc.constantFrom(...seeds), changes, (seed, all) => {
      const document = all.reduce((changed, [steps, value]) => mutate(changed, steps, value), seed);
      const { contract, diagnostics } = load(document);
      assert.ok(diagnostics.every(({ source }) => source === undefined || source.line >= 1));
      const options = { address: "http://localhost/s" };
      const { text } = describeOpenApi({ serviceName: "s", contract }, options);
      const again = importOpenApi({ file: "a.json", text, read: () => undefined });
      assert.ok(again.contract.operations.length <= contract.operations.length);
    }),
    { numRuns: 500 },
  );
});

test("a file that another one refers to in a ring is read once", () => {
  let reads = 0;
  const read = (reference: string, from: string) => {
    reads++;
    const file = resolve(dirname(from), reference);
    return existsSync(file) ? { file, text: readFileSync(file, "utf8") } : undefined;
  };
  const file = join(folder, "several-files", "openapi.yaml");
  const { contract } = importOpenApi({ file, text: readFileSync(file, "utf8"), read });
  assert.ok(contract.operations.length > 0);
  assert.ok(reads <= 8, String(reads));
});

test("a reader that throws is one that cannot read", () => {
  const document = withSchemas({ S0: { $ref: "other.json" } });
  const read = () => {
    throw new Error("no");
  };
  const { diagnostics } = importOpenApi({ file: "a.json", text: JSON.stringify(document), read });
  assert.ok(diagnostics.some(({ code }) => code === "reference-not-found"));
});
