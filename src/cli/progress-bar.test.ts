/** What a progress bar shows; that it is on a terminal only is for the eye. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { progressLine } from "./progress-bar.ts";

test("a bar says the share, the numbers and how long it will take", () => {
  assert.equal(
    progressLine("entries", 250_000, 1_000_000, 2_000),
    `[${"#".repeat(8)}${".".repeat(22)}] 25 %  250,000 of 1,000,000 entries, 6 s left`,
  );
});

test("nothing to do is done, and nothing done says no time", () => {
  assert.match(progressLine("entries", 0, 0, 5), /\] 100 % {2}0 of 0 entries, 0 s left$/);
  assert.match(progressLine("entries", 0, 9, 5), /\] 0 % {2}0 of 9 entries$/);
});
