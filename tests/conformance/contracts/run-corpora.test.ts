/** The judge of contract collections, on a small one. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runCorpora, sourceOf } from "./run-corpora.ts";

const good = { openapi: "3.1.0", info: { title: "a", version: "1" }, paths: {} };

const files: Readonly<Record<string, unknown>> = {
  "good.json": good,
  "lossy.json": { ...good, paths: { "/a": { get: {}, trace: {} } } },
  "refused.json": { ...good, openapi: "4.0" },
  "part.json": { type: "object" },
};

test("every contract is loaded by itself and judged, parts of others are not", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "parlance-corpora-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "openapi", "own"), { recursive: true });
  for (const [name, document] of Object.entries(files)) {
    writeFileSync(join(folder, "openapi", "own", name), JSON.stringify(document));
  }
  mkdirSync(join(folder, "wsdl", "own"), { recursive: true });
  const definitions = `<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"`;
  writeFileSync(join(folder, "wsdl", "own", "empty.wsdl"), `${definitions}/>`);
  writeFileSync(join(folder, "wsdl", "own", "torn.wsdl"), `${definitions}>`);
  const results = await runCorpora(folder);
  assert.deepEqual(
    results.map(({ file, verdict }) => [sourceOf(file), file.split(/[\\/]/).at(-1), verdict]),
    [
      ["openapi/own", "good.json", "loaded"],
      ["openapi/own", "lossy.json", "losses"],
      ["openapi/own", "refused.json", "refused"],
      ["wsdl/own", "empty.wsdl", "empty"],
      ["wsdl/own", "torn.wsdl", "refused"],
    ],
  );
  assert.match(results[2]?.why[0] ?? "", /refused\.json:1:12: error not-openapi/);
});
