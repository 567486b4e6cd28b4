/** The rule that a missing tool is a visible skip on a developer's machine and a failure in CI. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { findTool, lacks } from "./tools.ts";

const before = process.env["CI"];

beforeEach(() => {
  delete process.env["CI"];
});

afterEach(() => {
  if (before === undefined) delete process.env["CI"];
  else process.env["CI"] = before;
});

test("a program on the PATH is found with its whole path", () => {
  assert.match(findTool("sh") ?? "", /^\/.*\/sh$/);
  assert.equal(lacks("sh"), false);
});

test("a missing program is a reason to skip that names it", () => {
  assert.equal(lacks("sh", "no-such-program"), "not run: no-such-program not installed");
});

test("in CI a missing program is an error", () => {
  process.env["CI"] = "true";
  assert.throws(() => lacks("no-such-program"), /CI runs every suite/);
});
