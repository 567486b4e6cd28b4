/** System calls that fail: those of a commit here, all others in `npm run torture`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lacks } from "#tests/support/tools.ts";
import { failCall, listCalls } from "./disk-errors.ts";

const skip = lacks("strace");

test("a group that the disk refuses is not acknowledged, nor tried again", { skip }, () => {
  const calls = listCalls().filter(({ isOfCommit }) => isOfCommit);
  assert.ok(calls.length >= 8, `a run has only ${calls.length} calls of a commit`);
  const faults = calls
    .slice(0, 4)
    .flatMap((call) => [...failCall(call, "EIO"), ...failCall(call, "ENOSPC")]);
  assert.deepEqual(faults, []);
});
