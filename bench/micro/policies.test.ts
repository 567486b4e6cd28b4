/** The benchmark still runs; its figures are not judged here. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

test("the benchmark of policies measures every one that lets requests through", () => {
  const program = new URL("./policies.ts", import.meta.url).pathname;
  const { status, stdout } = spawnSync(process.execPath, [program, "--tiny"], { encoding: "utf8" });
  assert.equal(status, 0);
  const lines = stdout.trim().split("\n");
  const measured = lines.map((line) => (JSON.parse(line) as { policy: string }).policy);
  for (const name of ["rate-limit", "retry", "cors"]) assert.ok(measured.includes(name), name);
});
