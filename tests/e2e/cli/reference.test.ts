/** The generated references say what the code says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runProgram } from "./run-parlance.ts";

test("docs/reference is what npm run docs would write", () => {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const { code, err } = runProgram(process.execPath, ["scripts/docs.ts", "--check"], root);
  assert.equal(err, "");
  assert.equal(code, 0);
});
