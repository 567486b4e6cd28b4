import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { hasErrors } from "#base/diagnostic.ts";
import { loadText } from "#tests/support/load-text.ts";

/** Pieces that YAML and the schema care about, so that random texts get somewhere. */
const pieces = [
  ..."-:,?[]{}&*!|>'\"%@#~ \n\t".split(""),
  "version: 1\n",
  "services:\n",
  "  a:\n",
  "    instances: [http://a]\n",
  "    routes: [{ id: r, path: /r }]\n",
  "callers: open\n",
  "listen: { port: 1 }\n",
  "${A}",
  "${B:-1}",
  "&a",
  "*a",
  "---\n",
  "\ufeff",
  "\u0000",
  "é",
];

function check(content: string | Buffer): void {
  const { configuration, diagnostics, filesRead } = loadText(content);
  assert.equal(configuration === undefined, hasErrors(diagnostics));
  assert.ok(filesRead.length > 0);
  const lines = content.toString("utf8").split("\n");
  for (const { message, source } of diagnostics) {
    assert.notEqual(message, "");
    if (source === undefined) continue;
    assert.ok(source.line >= 1 && source.line <= lines.length + 1, JSON.stringify(source));
    assert.ok(source.column >= 1, JSON.stringify(source));
  }
}

test("any text gives a configuration or an error, and never throws", () => {
  const texts = fc
    .array(fc.constantFrom(...pieces), { maxLength: 40 })
    .map((some) => some.join(""));
  fc.assert(fc.property(texts, check), { numRuns: 2000 });
});

test("any bytes give a configuration or an error, and never throw", () => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
  fc.assert(fc.property(bytes, check), { numRuns: 500 });
});

test("any JSON under a known key gives a configuration or an error, and never throws", () => {
  const keys = fc.constantFrom("listen", "services", "callers", "limits", "timeouts", "log");
  const base = { version: 1, services: { a: { instances: ["http://a"] } }, callers: "open" };
  const documents = fc
    .tuple(keys, fc.jsonValue({ maxDepth: 4 }))
    .map(([key, value]) => JSON.stringify({ ...base, [key]: value }));
  fc.assert(fc.property(documents, check), { numRuns: 1000 });
});
