import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { createTimeWindow } from "./time-window.ts";

test("what happened within the window counts, what is older by a part does not", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 10, max: 100_000 }),
      fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 60 }),
      (windowMs, gaps) => {
        let nowMs = 123;
        const window = createTimeWindow(windowMs, { monotonicMs: () => nowMs });
        const times: number[] = [];
        for (const gap of gaps) {
          nowMs += gap;
          window.add();
          times.push(nowMs);
          const total = window.total();
          const surely = times.filter((time) => nowMs - time < windowMs * 0.9).length;
          const possibly = times.filter((time) => nowMs - time <= windowMs).length;
          assert.ok(surely <= total && total <= possibly, `${surely} ${total} ${possibly}`);
        }
      },
    ),
  );
});

test("a window that is cleared counts from then on", () => {
  const window = createTimeWindow(1_000, { monotonicMs: () => 5 });
  window.add();
  window.clear();
  assert.equal(window.total(), 0);
  window.add();
  assert.equal(window.total(), 1);
});
