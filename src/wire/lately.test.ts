import assert from "node:assert/strict";
import { test } from "node:test";
import { latelyMs, PeakLately } from "./lately.ts";

test("a peak is remembered for as long as it counts as lately, and forgotten then", () => {
  const peak = new PeakLately();
  const at = (ms: number): number => peak.valueAt(1_000_000 + ms, 2);
  for (const value of [3, 7, 1]) peak.tell(value);
  assert.equal(at(0), 7);
  peak.tell(5);
  assert.equal(at(latelyMs), 7, "half an age later it is still known");
  assert.equal(at(latelyMs + 1), 5);
  assert.equal(at(2 * latelyMs + 2), 2, "what there is now is never forgotten");
});
