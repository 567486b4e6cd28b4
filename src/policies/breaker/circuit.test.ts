import assert from "node:assert/strict";
import test from "node:test";
import { createCircuit } from "./circuit.ts";

const rule = { failurePercent: 50, requestsMin: 4, windowMs: 1_000, openMs: 200 };

function start() {
  const clock = { ms: 10_000, monotonicMs: () => clock.ms };
  const circuit = createCircuit(rule, clock);
  const attempt = (failed: boolean): number => {
    const waitMs = circuit.enter();
    if (waitMs === 0) circuit.leave(failed, 0);
    return waitMs;
  };
  return { clock, circuit, attempt };
}

test("it opens at the share of failures, not before there are enough attempts", () => {
  const { attempt } = start();
  assert.deepEqual([true, true, true].map(attempt), [0, 0, 0]);
  assert.equal(attempt(false), 0);
  assert.equal(attempt(false), 200);
});

test("failures that are older than the window do not count", () => {
  const { clock, attempt } = start();
  [true, true, true].map(attempt);
  clock.ms += 1_100;
  assert.deepEqual([false, true, false, false, false].map(attempt), [0, 0, 0, 0, 0]);
});

test("after its time one attempt finds out; when it goes well all may pass again", () => {
  const { clock, circuit, attempt } = start();
  [true, true, true, true].map(attempt);
  assert.equal(circuit.enter(), 200);
  clock.ms += 200;
  assert.equal(circuit.enter(), 0);
  assert.ok(circuit.enter() > 0);
  circuit.leave(false, 0);
  assert.deepEqual([false, true].map(attempt), [0, 0]);
});

test("when that attempt fails too it is open as long again", () => {
  const { clock, circuit, attempt } = start();
  [true, true, true, true].map(attempt);
  clock.ms += 200;
  assert.equal(attempt(true), 0);
  assert.equal(circuit.enter(), 200);
});

test("ends of attempts from before it opened change nothing", () => {
  const { clock, circuit, attempt } = start();
  circuit.enter();
  [true, true, true, true].map(attempt);
  circuit.leave(false, 0);
  assert.ok(circuit.enter() > 0);
  clock.ms += 200;
  assert.equal(circuit.enter(), 0);
});

test("nor do they while another attempt finds out", () => {
  for (const failed of [true, false]) {
    const { clock, circuit, attempt } = start();
    circuit.enter();
    clock.ms += 10;
    [true, true, true, true].map(attempt);
    clock.ms += 200;
    assert.equal(circuit.enter(), 0);
    clock.ms += 50;
    circuit.leave(failed, 260);
    assert.equal(circuit.enter(), 150);
    // The one that found out.
    circuit.leave(false, 50);
    assert.equal(circuit.enter(), 0);
  }
});

test("an attempt whose end is never told does not keep it open for ever", () => {
  const { clock, circuit, attempt } = start();
  [true, true, true, true].map(attempt);
  clock.ms += 200;
  assert.equal(circuit.enter(), 0);
  clock.ms += 200;
  assert.equal(circuit.enter(), 0);
});
