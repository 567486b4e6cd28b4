import assert from "node:assert/strict";
import { test } from "node:test";
import { doAtOnce, doInSlices, type SlicedWork } from "./slices.ts";

/** Each step takes a millisecond of a clock that only this work moves. */
function prepare(steps: number) {
  let nowMs = 0;
  let pauses = 0;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const after = (_delayMs: number, run: () => void) => {
    pauses++;
    queueMicrotask(run);
    return () => {};
  };
  const timers = { after, every: () => () => {} };
  function* work(): SlicedWork<string> {
    for (let step = 0; step < steps; step++) {
      nowMs++;
      yield;
    }
    return `${steps} steps`;
  }
  return { work: work(), platform: { clock, timers }, pauseCount: () => pauses };
}

test("work in slices pauses every few milliseconds and has the result of the work", async () => {
  const { work, platform, pauseCount } = prepare(20);
  assert.equal(await doInSlices(work, platform), "20 steps");
  assert.equal(pauseCount(), 10);
});

test("work done at once has the same result and no pause", () => {
  const { work, pauseCount } = prepare(20);
  assert.equal(doAtOnce(work), "20 steps");
  assert.equal(pauseCount(), 0);
});

test("what the work throws reaches who waits for it", async () => {
  function* failing(): SlicedWork<never> {
    yield;
    throw new Error("no");
  }
  const { platform } = prepare(0);
  await assert.rejects(doInSlices(failing(), platform), /no/);
  assert.throws(() => doAtOnce(failing()), /no/);
});
