import assert from "node:assert/strict";
import test from "node:test";
import type { CountTaken } from "#base/durable-records.ts";
import { createCellMemory, createSharedCells } from "#base/shared-cells.ts";
import { createCounter } from "./counter.ts";

const span = { name: "2026-11", endMs: 100_000 };

/** @param answers what the place that counts says, one after the other. */
function count(answers: readonly (CountTaken | undefined)[]) {
  let asked = 0;
  const cells = createSharedCells(createCellMemory(1));
  const blocks = {
    take: async () => answers[asked++],
    giveBack: async () => undefined,
  };
  const clock = { nowMs: () => now };
  let now = 0;
  const counter = createCounter(10, "x", { cells, blocks, clock });
  return {
    asked: () => asked,
    async isAllowedAt(nowMs: number): Promise<boolean | undefined> {
      now = nowMs;
      return (await counter.use("caller", span, nowMs))?.allowed;
    },
  };
}

test("what is used up is asked for again after a second: others may give it back", async () => {
  const { isAllowedAt, asked } = count([
    { granted: 0, taken: 10 },
    { granted: 0, taken: 10 },
    { granted: 1, taken: 9 },
  ]);
  assert.equal(await isAllowedAt(1_000), false);
  assert.equal(await isAllowedAt(1_999), false);
  assert.equal(asked(), 1);
  assert.equal(await isAllowedAt(2_000), false);
  assert.equal(await isAllowedAt(3_000), true);
  assert.equal(asked(), 3);
});

test("where nobody can count it is not known, but what is known to be used up", async () => {
  const { isAllowedAt } = count([undefined, { granted: 0, taken: 10 }, undefined]);
  assert.equal(await isAllowedAt(1_000), undefined);
  assert.equal(await isAllowedAt(1_001), false);
  assert.equal(await isAllowedAt(9_000), false);
});
