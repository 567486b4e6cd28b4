/** The layer rules on planted violations: a checker that cannot fail holds nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { importsOf } from "./imports.ts";
import {
  importCycles,
  layerCycles,
  layerViolations,
  readLayers,
  undeclaredPackages,
  unlisted,
} from "./layer-rules.ts";

const layers = readLayers(`
| folder | may import | what |
| --- | --- | --- |
| \`base/\` |  | shared |
| \`wire/\` | \`base\` | sockets |
| \`policies/\` | \`base\` | one folder each |
| \`formats/\` | \`base\` | one folder each |
`);

const planted = [
  {
    name: "an import down the list is allowed",
    path: "src/wire/a.ts",
    text: `import { x } from "#base/x.ts";`,
    finding: undefined,
  },
  {
    name: "an import up the list is found",
    path: "src/base/a.ts",
    text: `import {\n  x,\n  y,\n} from "#wire/x.ts";`,
    finding: /base may not import wire/,
  },
  {
    name: "an import of types counts",
    path: "src/base/a.ts",
    text: `import type { X } from "#wire/x.ts";`,
    finding: /base may not import wire/,
  },
  {
    name: "an export from elsewhere counts",
    path: "src/base/a.ts",
    text: `export * from "#wire/x.ts";`,
    finding: /base may not import wire/,
  },
  {
    name: "a dynamic import counts",
    path: "src/base/a.ts",
    text: `const x = await import("#wire/x.ts");`,
    finding: /base may not import wire/,
  },
  {
    name: "a path upwards is found",
    path: "src/wire/a.ts",
    text: `import { x } from "../base/x.ts";`,
    finding: /write "#layer/,
  },
  {
    name: "a path upwards in a URL is found",
    path: "src/wire/a.ts",
    text: `new URL("../base/x.ts", import.meta.url)`,
    finding: /write "#layer/,
  },
  {
    name: "an import in a comment does not count",
    path: "src/base/a.ts",
    text: `// import { x } from "#wire/x.ts";`,
    finding: undefined,
  },
  {
    name: "a schema language knows the format that it is written in",
    path: "src/formats/xml-schema/a.ts",
    text: `import { x } from "#formats/xml/element.ts";`,
    finding: undefined,
  },
  {
    name: "a schema language knows no other format",
    path: "src/formats/xml-schema/a.ts",
    text: `import { x } from "#formats/json/x.ts";`,
    finding: /sibling/,
  },
  {
    name: "siblings of an isolated layer are strangers",
    path: "src/policies/key/index.ts",
    text: `import { x } from "#policies/cors/index.ts";`,
    finding: /sibling/,
  },
  {
    name: "a folder that the table does not list is found",
    path: "src/utilities/a.ts",
    text: `import { x } from "./x.ts";`,
    finding: /no layer of ARCHITECTURE.md is called "utilities"/,
  },
  {
    name: "the product may not import from tests",
    path: "src/wire/a.ts",
    text: `import { x } from "#tests/support/x.ts";`,
    finding: /only tests may import/,
  },
  {
    name: "a test may import from tests",
    path: "src/wire/a.test.ts",
    text: `import { x } from "#tests/support/x.ts";`,
    finding: undefined,
  },
];

for (const { name, path, text, finding } of planted) {
  test(name, () => {
    const found = layerViolations(importsOf({ path, text }), layers);
    assert.equal(found.length, finding === undefined ? 0 : 1);
    if (finding !== undefined) assert.match(found[0] as string, finding);
  });
}

test("files that import each other in a ring are found", () => {
  const imports = [
    { path: "src/base/a.ts", text: `import { b } from "./b.ts";` },
    { path: "src/base/b.ts", text: `import { c, type C } from "#base/c.ts";` },
    { path: "src/base/c.ts", text: `import { a } from "./a.ts";` },
  ].flatMap(importsOf);
  assert.deepEqual(importCycles(imports), [
    "src/base/a.ts -> src/base/b.ts -> src/base/c.ts -> src/base/a.ts",
  ]);
  assert.deepEqual(importCycles(imports.slice(0, 2)), []);
  const typeOnly = { path: "src/base/c.ts", text: `import type { A } from "./a.ts";` };
  assert.deepEqual(importCycles([...imports.slice(0, 2), ...importsOf(typeOnly)]), []);
});

test("a table whose layers import each other is found", () => {
  assert.deepEqual(layerCycles(layers), []);
  const ring = new Map([
    ["a", ["b"]],
    ["b", ["a"]],
  ]);
  assert.deepEqual(layerCycles(ring), ["a -> b -> a"]);
});

test("a package that is not a dependency is found in the product, not in a test", () => {
  const text = `import x from "@scope/some/part.js"; import y from "yaml"; import "node:net";`;
  const found = undeclaredPackages(importsOf({ path: "src/base/a.ts", text }), ["yaml"]);
  assert.deepEqual(found, [`src/base/a.ts: "@scope/some/part.js" is no entry of "dependencies"`]);
  assert.deepEqual(undeclaredPackages(importsOf({ path: "src/base/a.test.ts", text }), []), []);
});

test("a policy that its list forgets is found", () => {
  const text = `import { key } from "#policies/key/index.ts";`;
  const list = importsOf({ path: "src/app/standard-policies.ts", text });
  assert.deepEqual(unlisted("policies", ["key"], list), []);
  assert.equal(unlisted("policies", ["key", "cors"], list).length, 1);
});
