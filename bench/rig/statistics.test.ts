import assert from "node:assert/strict";
import test from "node:test";
import { median, quantile, ratiosByRound, spreadOf } from "./statistics.ts";

test("the median of an even number of values lies between the middle two", () => {
  assert.equal(median([4, 1, 3, 2]), 2.5);
});

test("a quantile is interpolated between the closest ranks", () => {
  assert.equal(quantile([0, 10], 0.25), 2.5);
  assert.equal(quantile([5], 0.99), 5);
});

test("a spread keeps the outermost values", () => {
  assert.deepEqual(spreadOf([3, 1, 2]), { median: 2, min: 1, max: 3 });
});

test("ratios are taken round by round, and rounds without a reference are left out", () => {
  assert.deepEqual(ratiosByRound([2, 9, 4, 1], [1, 3, 0]), [2, 3]);
});
