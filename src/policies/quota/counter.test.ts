import assert from "node:assert/strict";
import test from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { CountTaken, TakenCount } from "#base/durable-records.ts";
import { createCellMemory, createSharedCells } from "#base/shared-cells.ts";
import { countKey, createCounter } from "./counter.ts";

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

test("of blocks that two workers take at once nothing is left over", async () => {
  const cells = createSharedCells(createCellMemory(1));
  const clock = { nowMs: () => 0 };
  const credit = cells.keyOf(`${countKey("x", span, "caller")} credit`);
  const grants: (() => void)[] = [];
  let taken = 0;
  const take = async ({ wanted }: TakenCount): Promise<CountTaken> => {
    taken += wanted;
    const granted = Promise.withResolvers<CountTaken>();
    grants.push(() => granted.resolve({ granted: wanted, taken }));
    // While the second is under way, another worker has its block.
    if (grants.length === 2) {
      taken += 3;
      cells.update(credit, 0, (value) => ({ value: value + 3, untilMs: span.endMs }));
    }
    return granted.promise;
  };
  const worker = () => {
    const blocks = { take, giveBack: async () => undefined };
    const counter = createCounter(900, "x", { cells, blocks, clock });
    return async () => (await counter.use("caller", span, 0))?.allowed;
  };
  const [here, there] = [worker(), worker()];
  const used = [here()];
  await turn();
  used.push(here(), here(), here());
  grants[0]?.();
  await turn();
  // Those for whom the other worker had asked.
  used.push(there(), there(), there());
  await turn();
  for (let at = 1; at < grants.length; at++) {
    grants[at]?.();
    await turn();
  }
  assert.deepEqual(await Promise.all(used), Array(7).fill(true));
  assert.equal(cells.read(credit, 0), 0);
  assert.equal(taken, 7);
});
