import assert from "node:assert/strict";
import { test } from "node:test";
import { EntryClock } from "./entry-clock.ts";

const start = 5_000_000_000_000;

function prepare(floorUs = 0) {
  const clocks = { wallMs: 5_000_000_000, runMs: 500 };
  const clock = new EntryClock(
    { nowMs: () => clocks.wallMs, monotonicMs: () => clocks.runMs },
    floorUs,
  );
  const stamp = () => {
    clock.stamp(clocks.runMs);
    return [clock.timeUs, clock.aheadUs];
  };
  return { clocks, stamp };
}

test("time goes on in microseconds, and two entries of one moment differ", () => {
  const { clocks, stamp } = prepare();
  assert.deepEqual(stamp(), [start, 0]);
  assert.deepEqual(stamp(), [start, 1]);
  clocks.runMs += 0.25;
  assert.deepEqual(stamp(), [start + 250, 0]);
});

test("a wall clock that is set back is told as it is, and the logical clock goes on", () => {
  const { clocks, stamp } = prepare();
  stamp();
  clocks.wallMs -= 3_600_000;
  clocks.runMs += 0.999;
  assert.deepEqual(stamp(), [start + 999, 0], "what is set is noticed within a millisecond");
  clocks.runMs += 0.001;
  assert.deepEqual(stamp(), [start - 3_600_000_000, 3_600_001_000]);
  clocks.wallMs += 10_000_000;
  clocks.runMs += 1;
  const [timeUs, aheadUs] = stamp();
  assert.deepEqual([timeUs, aheadUs], [start + 6_400_000_000, 0]);
});

test("after a start the logical clock goes on from the last entry of the log", () => {
  const { stamp } = prepare(start + 1_000_000_000);
  assert.deepEqual(stamp(), [start, 1_000_000_001]);
});
