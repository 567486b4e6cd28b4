import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test("the benchmark of timing policies times some", () => {
  const file = fileURLToPath(new URL("./policy-costs.ts", import.meta.url));
  const { stdout, status } = spawnSync(process.execPath, [file, "--tiny"], { encoding: "utf8" });
  assert.equal(status, 0);
  const { policyUs } = JSON.parse(stdout) as { readonly policyUs: number };
  assert.ok(policyUs > 0);
});
