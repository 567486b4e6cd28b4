/** The benchmark still runs; its figures are not judged here. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

test("the benchmark of .proto files loads all of them with all of their types", () => {
  const script = fileURLToPath(new URL("./proto-files.ts", import.meta.url));
  const said = execFileSync(process.execPath, [script, "--tiny"]).toString();
  assert.match(said, /^20 files, 82 types, \d+ paths tried\n[\d.]+ s, [\d.]+ s of CPU, \d+ MB/);
});
