import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test("the benchmark of records measures both kinds of capture", () => {
  const file = fileURLToPath(new URL("./record.ts", import.meta.url));
  const { stdout, status } = spawnSync(process.execPath, [file, "--tiny"], { encoding: "utf8" });
  assert.equal(status, 0);
  const lines = stdout.trim().split("\n");
  const captures = lines.map((line) => (JSON.parse(line) as { capture: string }).capture);
  assert.deepEqual(captures, ["none", "digest"]);
});
