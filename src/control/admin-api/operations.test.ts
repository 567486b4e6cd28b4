import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { nodePlatform } from "#base/platform.ts";
import { readDescription } from "./description.ts";
import { operations } from "./operations.ts";

const { addresses, document } = await readDescription(nodePlatform.files);
const described = [...addresses.values()].flatMap((methods) => [...methods.values()]).toSorted();

test("the description and the functions name the same operations, each once", () => {
  assert.deepEqual(described, Object.keys(operations).toSorted());
});

test("every operation has a file of its own, called after it", () => {
  const folder = join(import.meta.dirname, "operations");
  const files = readdirSync(folder).filter((file) => !file.endsWith(".test.ts"));
  const expected = described.map(
    (id) => `${id.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`,
  );
  assert.deepEqual(files.toSorted(), expected.toSorted());
});

test("every file of an operation names its address", () => {
  for (const [path, methods] of addresses) {
    for (const [method, id] of methods) {
      const file = `${id.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;
      const text = readFileSync(join(import.meta.dirname, "operations", file), "utf8");
      assert.ok(text.startsWith(`/** ${method} ${path} */`), file);
    }
  }
});

test("the description is an OpenAPI 3.1 document whose references lead somewhere", () => {
  assert.match((document as { openapi: string }).openapi, /^3\.1\.\d+$/);
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)];
  assert.ok(references.length > 0);
  for (const [, pointer = ""] of references) {
    let part: unknown = document;
    for (const name of pointer.split("/")) part = (part as Record<string, unknown>)[name];
    assert.equal(typeof part, "object", pointer);
  }
});
