import assert from "node:assert/strict";
import test from "node:test";
import { createGradient } from "./gradient.ts";

/** A service that does so many at once in 10 ms each; what is more waits its turn inside. */
function run(limit: ReturnType<typeof createGradient>, capacity: number, steps: number): void {
  for (let count = 0; count < steps; count++) {
    const inFlight = limit.limit;
    limit.note(10 * Math.max(1, inFlight / capacity), inFlight, false);
  }
}

test("the limit settles near what the service can do at once", () => {
  const limit = createGradient({ min: 1, max: 1_000 });
  run(limit, 50, 4_000);
  assert.ok(limit.limit >= 45 && limit.limit <= 120, `${limit.limit}`);
});

test("it follows a service that becomes slower, and one that becomes faster", () => {
  const limit = createGradient({ min: 1, max: 1_000 });
  run(limit, 100, 4_000);
  const before = limit.limit;
  run(limit, 20, 2_000);
  const slower = limit.limit;
  assert.ok(slower < before, `${before} ${slower}`);
  run(limit, 200, 20_000);
  assert.ok(limit.limit > slower, `${slower} ${limit.limit}`);
});

test("it grows only where it is used, and stays within its bounds", () => {
  const limit = createGradient({ min: 5, max: 30 });
  for (let count = 0; count < 1_000; count++) limit.note(10, 1, false);
  assert.equal(limit.limit, 20);
  for (let count = 0; count < 4_000; count++) limit.note(10, limit.limit, false);
  assert.equal(limit.limit, 30);
  for (let count = 0; count < 4_000; count++) limit.note(10, limit.limit, true);
  assert.equal(limit.limit, 5);
});

test("under load that lasts it neither creeps up nor forgets what the service can do", () => {
  const limit = createGradient({ min: 2, max: 200 });
  // Half an hour of 800 a second.
  for (let minute = 0; minute < 30; minute++) {
    run(limit, 8, 48_000);
    assert.ok(limit.limit >= 4 && limit.limit <= 20, `${minute}: ${limit.limit}`);
  }
});

test("a service that stays slower under any load is given as many at once as before", () => {
  const limit = createGradient({ min: 1, max: 1_000 });
  run(limit, 50, 20_000);
  const before = limit.limit;
  for (let count = 0; count < 40_000; count++) {
    const inFlight = limit.limit;
    limit.note(40 * Math.max(1, inFlight / 50), inFlight, false);
  }
  assert.ok(limit.limit >= 0.6 * before, `${before} ${limit.limit}`);
});

test("refusals that come soon do not count as a service that is fast", () => {
  const limit = createGradient({ min: 2, max: 200 });
  run(limit, 8, 10_000);
  for (let count = 0; count < 10; count++) limit.note(0.1, limit.limit, true);
  run(limit, 8, 200);
  assert.ok(limit.limit >= 6 && limit.limit <= 20, `${limit.limit}`);
});
