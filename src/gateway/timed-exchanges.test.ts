import assert from "node:assert/strict";
import test from "node:test";
import type { Platform } from "#base/platform.ts";
import { timeIsUp } from "./deadlines.ts";
import { createTimedExchanges, type Timed } from "./timed-exchanges.ts";

test("exchanges with a time of their own are looked at every ten milliseconds, while there are any", () => {
  const ticks = new Set<() => void>();
  const look = (): void => ticks.forEach((tick) => tick());
  const intervals: number[] = [];
  let nowMs = 5;
  const timed = createTimedExchanges({
    clock: { monotonicMs: () => nowMs },
    timers: {
      every(ms: number, run: () => void) {
        intervals.push(ms);
        ticks.add(run);
        return () => void ticks.delete(run);
      },
    },
  } as unknown as Platform);
  const seen: number[] = [];
  const exchange: Timed = { onTimeTick: (ms) => void seen.push(ms) };
  timed.add(exchange);
  timed.add(exchange);
  look();
  nowMs = 15;
  look();
  assert.deepEqual(seen, [5, 15]);
  timed.remove(exchange);
  look();
  assert.equal(ticks.size, 0);
  timed.add(exchange);
  look();
  assert.deepEqual([seen.length, intervals], [3, [10, 10]]);
});

test("of two times the shorter one is told", () => {
  const codeAt = (givenMs: number | undefined, allowedMs: number | undefined, nowMs: number) =>
    timeIsUp({ startedMs: 100, givenMs, allowedMs }, nowMs)?.definition.code;
  assert.equal(codeAt(50, undefined, 149), undefined);
  assert.equal(codeAt(50, undefined, 150), "deadline-passed");
  assert.equal(codeAt(50, 40, 150), "exchange-timeout");
  assert.equal(codeAt(30, 40, 150), "deadline-passed");
  assert.equal(codeAt(undefined, undefined, 1e9), undefined);
});
