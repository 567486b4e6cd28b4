/** The benchmark still runs; its figures are not judged here. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

test("the benchmark of verification verifies every entry", () => {
  const program = new URL("./ledger-verify.ts", import.meta.url).pathname;
  const { status, stdout } = spawnSync(process.execPath, [program, "--tiny"], { encoding: "utf8" });
  assert.equal(status, 0);
  const { entries, entriesPerCpuS } = JSON.parse(stdout) as Record<string, number>;
  assert.equal(entries, 1_000);
  assert.ok((entriesPerCpuS as number) > 0);
});
