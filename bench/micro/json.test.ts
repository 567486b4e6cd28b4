/** Runs the measurement, tiny: that it works and what it says, never how fast anything was. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test("bench/micro/json.ts reads and writes the order and prints the ratio to the engine's", () => {
  const path = fileURLToPath(new URL("./json.ts", import.meta.url));
  const lines = execFileSync(process.execPath, [path, "--tiny"], { encoding: "utf8" }).trim();
  const figures = lines.split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    figures.map((figure) => figure["case"]),
    ["read", "write"],
  );
  for (const { bytes, ratio } of figures) assert.ok(Number(bytes) > 800 && Number(ratio) > 0);
});
