import assert from "node:assert/strict";
import { test } from "node:test";
import { Pace } from "./pace.ts";

/** Batches of so many entries, one every `everyMs`, for a while. @returns when it ended. */
function run(pace: Pace, fromMs: number, batches: number, entries: number, everyMs: number) {
  let nowMs = fromMs;
  for (let batch = 0; batch < batches; batch++) {
    pace.begin(nowMs);
    pace.add(entries);
    nowMs += everyMs;
  }
  return nowMs;
}

test("where entries come slowly, no batch waits for another entry", () => {
  const pace = new Pace();
  const nowMs = run(pace, 1_000, 200, 5, 0.5);
  assert.equal(pace.restMs(nowMs), 0);
});

test("where they come fast, they gather until there are some eighty", () => {
  const pace = new Pace();
  // 40 a millisecond: eighty take 2 ms from the beginning of the last batch, which was 0.5 ms ago.
  const nowMs = run(pace, 1_000, 200, 20, 0.5);
  assert.equal(Math.round(pace.restMs(nowMs) * 10) / 10, 1.5);
});

test("a little faster is not much later: the rest grows with the rate", () => {
  const restMs = (perMs: number): number => {
    const pace = new Pace();
    const nowMs = run(pace, 1_000, 200, perMs, 1);
    return Math.round((pace.restMs(nowMs) + 1) * 10) / 10;
  };
  assert.deepEqual([13, 15, 18].map(restMs), [1.5, 2.5, 4]);
});

test("however fast or slow, nobody waits longer than the limit, and never a negative time", () => {
  for (let perMs = 1; perMs < 100; perMs += 3) {
    const pace = new Pace();
    const nowMs = run(pace, 1_000, 200, perMs, 1);
    assert.ok(pace.restMs(nowMs) <= 4 - 1);
    assert.equal(pace.restMs(nowMs + 60), 0);
  }
});

test("what came fast once does not delay what comes slowly later", () => {
  const pace = new Pace();
  const later = run(pace, 1_000, 200, 10, 0.5);
  const nowMs = run(pace, later, 30, 1, 1);
  assert.equal(pace.restMs(nowMs), 0);
});
