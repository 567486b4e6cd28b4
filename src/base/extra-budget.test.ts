import assert from "node:assert/strict";
import test from "node:test";
import { createBudget } from "./extra-budget.ts";

test("no more is added to the load than the budget allows", () => {
  const clock = { ms: 0, monotonicMs: () => clock.ms };
  const budget = createBudget(clock, 20, 0);
  for (let count = 0; count < 100; count++) budget.noteRequest();
  const taken = Array.from({ length: 50 }, () => budget.take()).filter(Boolean).length;
  assert.equal(taken, 20);
  clock.ms += 20_000;
  assert.equal(budget.take(), false);
});
