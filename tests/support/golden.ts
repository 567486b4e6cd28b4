/** Expected texts in files beside the tests; RECORD=1 rewrites them. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

export function assertGolden(file: string, actual: string): void {
  if (process.env["RECORD"] === "1") writeFileSync(file, actual);
  assert.ok(existsSync(file), `${file} is missing; RECORD=1 writes it`);
  assert.equal(actual, readFileSync(file, "utf8"));
}
