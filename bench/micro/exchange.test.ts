/** The benchmark still runs; its figures are not judged here. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

test("the benchmark of an exchange carries every one of them", () => {
  const program = new URL("./exchange.ts", import.meta.url).pathname;
  const { status, stdout } = spawnSync(process.execPath, [program, "--tiny"], { encoding: "utf8" });
  assert.equal(status, 0);
  const { exchanges, cpuNsPerExchange } = JSON.parse(stdout) as Record<string, number>;
  assert.equal(exchanges, 1_000);
  assert.ok((cpuNsPerExchange as number) > 0);
});
