import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { createCellMemory, createSharedCells } from "#base/shared-cells.ts";
import { createTheoreticalArrival, requestsPerMsMax, type Rate } from "./theoretical-arrival.ts";

const rates = fc
  .record({
    requests: fc.integer({ min: 1, max: 1_000 }),
    windowMs: fc.integer({ min: 1, max: 60_000 }),
    burst: fc.integer({ min: 1, max: 1_000 }),
  })
  .filter(({ requests, windowMs }) => requests <= windowMs * requestsPerMsMax)
  .map((rate): Rate => rate);

test("in no stretch of time more pass than its length and the burst allow", () => {
  fc.assert(
    fc.property(
      rates,
      fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 200 }),
      (rate, gaps) => {
        const cells = createSharedCells(createCellMemory(1));
        const limiter = createTheoreticalArrival(cells, rate);
        const key = cells.keyOf("x");
        let nowMs = 1_700_000_000_000;
        const passed: number[] = [];
        for (const gap of gaps) {
          nowMs += gap;
          if (limiter.take(key, nowMs).allowed) passed.push(nowMs);
        }
        for (const [from, start] of passed.entries()) {
          for (let to = from; to < passed.length; to++) {
            const lengthMs = (passed[to] as number) - start;
            const allowed = rate.burst + (lengthMs * rate.requests) / rate.windowMs;
            assert.ok(to - from + 1 <= allowed + 1e-6, `${to - from + 1} in ${lengthMs} ms`);
          }
        }
      },
    ),
  );
});

test("who waits as long as it is told, passes; who waits a millisecond less, does not", () => {
  fc.assert(
    fc.property(rates, fc.integer({ min: 0, max: 100 }), (rate, extra) => {
      const cells = createSharedCells(createCellMemory(1));
      const limiter = createTheoreticalArrival(cells, rate);
      const key = cells.keyOf("x");
      const startMs = 1_700_000_000_000;
      for (let count = 0; count < rate.burst; count++) {
        const { allowed, remaining } = limiter.take(key, startMs);
        assert.ok(allowed);
        assert.equal(remaining, rate.burst - count - 1);
      }
      const { allowed, waitMs, remaining } = limiter.take(key, startMs);
      assert.equal(allowed, false);
      assert.equal(remaining, 0);
      assert.ok(waitMs > 0);
      const early = startMs + Math.floor(waitMs) - 1;
      if (early >= startMs) assert.equal(limiter.take(key, early).allowed, false);
      assert.ok(limiter.take(key, startMs + Math.ceil(waitMs) + extra).allowed);
    }),
  );
});

test("a clock that is set back keeps nobody out for longer than before", () => {
  fc.assert(
    fc.property(rates, fc.integer({ min: 0, max: 1_000_000_000 }), (rate, backMs) => {
      const cells = createSharedCells(createCellMemory(1));
      const limiter = createTheoreticalArrival(cells, rate);
      const key = cells.keyOf("x");
      const startMs = 1_700_000_000_000;
      for (let count = 0; count <= rate.burst; count++) limiter.take(key, startMs);
      const { allowed, waitMs } = limiter.take(key, startMs - backMs);
      const whole = (rate.windowMs / rate.requests) * rate.burst;
      if (!allowed) assert.ok(waitMs <= whole + 2_001, `${waitMs} ms, and ${whole} is all`);
      if (backMs > whole + 2_001) assert.ok(allowed);
    }),
  );
});
