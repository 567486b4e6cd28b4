import assert from "node:assert/strict";
import { test } from "node:test";
import { createRing } from "./hash-ring.ts";

const instancesOf = (weights: readonly number[]) =>
  weights.map((weight, index) => ({ url: `http://10.0.0.${index}:9101`, weight }));
const keys = Array.from({ length: 3_000 }, (_, index) => `caller ${index}`);

test("weights as large as SRV records have them make no more points than fit", () => {
  const ring = createRing(instancesOf(Array.from({ length: 50 }, () => 65_535)));
  assert.ok(ring.size <= 100_000, `${ring.size} points`);
});

test("large weights still tell shares, and what goes moves its own keys only", () => {
  const before = createRing(instancesOf([60_000, 60_000, 15_000]));
  const after = createRing(instancesOf([60_000, 60_000]));
  const ofLast = keys.filter((key) => before.orderOf(key)[0] === 2);
  const share = ofLast.length / keys.length;
  assert.ok(share > 0.08 && share < 0.14, `${share} of the keys; expected a ninth`);
  for (const key of keys) {
    if (!ofLast.includes(key)) assert.equal(after.orderOf(key)[0], before.orderOf(key)[0], key);
  }
});
