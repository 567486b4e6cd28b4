import assert from "node:assert/strict";
import { test } from "node:test";
import { blames } from "#base/fault-kind.ts";
import { bucketBoundsS, bucketCount, bucketOf } from "./buckets.ts";
import { column, createMeter, type MeteredExchange } from "./meter.ts";
import { createTrafficTotals, noService } from "./traffic-totals.ts";

const definition = {
  code: "no-route",
  title: "No route",
  httpStatus: 404,
  faultKind: "not_found",
  blame: "client",
} as const;
const problems = [definition];

function exchange(more: Partial<MeteredExchange>): MeteredExchange {
  return {
    route: { serviceIndex: 0 },
    problem: undefined,
    status: 200,
    aborted: false,
    attempts: 1,
    startedMs: 100,
    firstByteMs: 102,
    endedMs: 104,
    requestBytes: 3,
    responseBytes: 5,
    ...more,
  };
}

function meterOf(memory: SharedArrayBuffer, services: number) {
  return createMeter(memory, { services, problems });
}

test("a duration falls into the first bucket whose bound it does not exceed", () => {
  assert.equal(bucketOf(0), 0);
  for (const [index, bound] of bucketBoundsS.entries()) {
    assert.equal(bucketOf(bound * 1_000), index);
    assert.equal(bucketOf(bound * 1_000 + 0.01), index + 1);
  }
  assert.equal(bucketOf(1e9), bucketCount - 1);
});

test("an exchange is counted once, under its service", () => {
  const totals = createTrafficTotals(problems);
  const meter = meterOf(totals.open(0, ["a", "b"]), 2);
  meter.begin(1);
  assert.equal(totals.read().services.get("b")?.[column.inFlight], 1);
  meter.end(exchange({ route: { serviceIndex: 1 }, attempts: 3 }));
  const row = totals.read().services.get("b") as Float64Array;
  assert.equal(row[column.inFlight], 0);
  assert.equal(row[column.status + 1], 1);
  assert.equal(row[column.requestBytes], 3);
  assert.equal(row[column.responseBytes], 5);
  assert.equal(row[column.retries], 2);
  assert.equal(row[column.durationSumMs], 4);
  assert.equal(row[column.duration + bucketOf(4)], 1);
  assert.equal(row[column.upstream + bucketOf(2)], 1);
  assert.ok(
    totals
      .read()
      .services.get("a")
      ?.every((cell) => cell === 0),
  );
});

test("an exchange without a route is counted under no service, and its problem by code", () => {
  const totals = createTrafficTotals(problems);
  const meter = meterOf(totals.open(0, ["a"]), 1);
  const problem = { definition };
  meter.end(exchange({ route: undefined, problem, status: 404, firstByteMs: 0 }));
  const { services, problems: codes } = totals.read();
  assert.equal(services.get(noService)?.[column.status + 3], 1);
  assert.equal(services.get(noService)?.[column.inFlight], 0);
  assert.equal(codes.get("no-route"), 1);
});

test("problems and faults are counted by service and by who broke it", () => {
  const totals = createTrafficTotals(problems);
  const meter = meterOf(totals.open(0, ["a"]), 1);
  for (const blame of ["service", "service", "policy"] as const)
    meter.end(exchange({ fault: { blame } }));
  meter.end(exchange({ problem: { definition } }));
  meter.end(exchange({}));
  const row = totals.read().services.get("a") as Float64Array;
  const counts = blames.map((blame, index) => [blame, row[column.faults + index]]);
  assert.deepEqual(Object.fromEntries(counts), { client: 1, gateway: 0, service: 2, policy: 1 });
});

test("an aborted exchange has no status", () => {
  const totals = createTrafficTotals(problems);
  const meter = meterOf(totals.open(0, ["a"]), 1);
  meter.begin(0);
  meter.end(exchange({ aborted: true, status: 499 }));
  const row = totals.read().services.get("a") as Float64Array;
  assert.equal(row[column.aborted], 1);
  assert.ok(row.subarray(column.status, column.aborted).every((cell) => cell === 0));
});

test("counts survive revisions that move, drop and bring back services", () => {
  const totals = createTrafficTotals(problems);
  const serve = (names: readonly string[], index: number): void => {
    const meter = meterOf(totals.open(0, names), names.length);
    totals.settle(0);
    meter.begin(index);
    meter.end(exchange({ route: { serviceIndex: index } }));
  };
  serve(["a", "b"], 0);
  serve(["b"], 0);
  serve(["c", "b", "a"], 2);
  const { services } = totals.read();
  const counts = ["a", "b", "c"].map((name) => services.get(name)?.[column.status + 1]);
  assert.deepEqual(counts, [2, 1, 0]);
});

test("an exchange that ends after its revision was replaced is still counted", () => {
  const totals = createTrafficTotals(problems);
  const old = meterOf(totals.open(0, ["a"]), 1);
  old.begin(0);
  for (let round = 0; round < 2; round++) {
    totals.open(0, ["a"]);
    totals.settle(0);
  }
  assert.equal(totals.read().services.get("a")?.[column.inFlight], 1);
  old.end(exchange({}));
  const row = totals.read().services.get("a") as Float64Array;
  assert.deepEqual([row[column.inFlight], row[column.status + 1]], [0, 1]);
});

test("what a dead worker had in flight is lost, what it had counted is kept", () => {
  const totals = createTrafficTotals(problems);
  const dead = meterOf(totals.open(0, ["a"]), 1);
  const alive = meterOf(totals.open(1, ["a"]), 1);
  for (const meter of [dead, alive]) {
    meter.begin(0);
    meter.end(exchange({}));
    meter.begin(0);
  }
  totals.close(0);
  const { services, lost } = totals.read();
  const row = services.get("a") as Float64Array;
  assert.deepEqual([row[column.status + 1], row[column.inFlight], lost], [2, 1, 1]);
});

test("a revision that was not taken leaves the one before in use, in every worker", () => {
  const totals = createTrafficTotals(problems);
  const meters = [0, 1].map((worker) => meterOf(totals.open(worker, ["a"]), 1));
  for (const worker of [0, 1]) totals.open(worker, ["b"]);
  totals.read();
  for (const worker of [0, 1]) totals.withdraw(worker);
  totals.read();
  for (const meter of meters) {
    meter.begin(0);
    meter.end(exchange({}));
  }
  assert.equal(totals.read().services.get("a")?.[column.status + 1], 2);
});
