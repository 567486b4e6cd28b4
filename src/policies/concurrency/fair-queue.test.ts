import assert from "node:assert/strict";
import test from "node:test";
import { createFairQueue, type FairQueue, type Waiting } from "./fair-queue.ts";

function waiting(caller: string, shed: string[] = []): Waiting {
  return { caller, admit: () => undefined, shed: () => void shed.push(caller) };
}

function takeAll(queue: FairQueue, count: number): string {
  return Array.from({ length: count }, () => queue.take()?.caller ?? "-").join("");
}

test("room goes round among callers, however many requests one of them has", () => {
  const queue = createFairQueue(100, () => 1);
  for (const caller of "aaaaaaab") queue.add(waiting(caller));
  queue.add(waiting("c"));
  assert.match(takeAll(queue, 4), /^(abca|acba)$/);
  assert.equal(queue.length, 5);
});

test("by weight a caller gets more of the turns", () => {
  const queue = createFairQueue(100, (caller) => (caller === "a" ? 3 : 1));
  for (let count = 0; count < 12; count++) for (const caller of "ab") queue.add(waiting(caller));
  assert.equal(takeAll(queue, 8).replaceAll("b", "").length, 6);
});

test("who was not there gets no credit for it", () => {
  const queue = createFairQueue(100, () => 1);
  for (let count = 0; count < 10; count++) queue.add(waiting("a"));
  takeAll(queue, 6);
  for (let count = 0; count < 4; count++) queue.add(waiting("b"));
  assert.match(takeAll(queue, 4), /^(abab|baba|baab|abba)$/);
});

test("in a full queue who has most in it gives way to who has less, never the other way", () => {
  const shed: string[] = [];
  const queue = createFairQueue(4, () => 1);
  for (const caller of "aaaa") assert.equal(queue.add(waiting(caller, shed)), true);
  assert.equal(queue.add(waiting("a", shed)), false);
  assert.equal(queue.add(waiting("b", shed)), true);
  assert.equal(queue.add(waiting("b", shed)), true);
  assert.equal(queue.add(waiting("b", shed)), false);
  assert.deepEqual(shed, ["a", "a"]);
  assert.equal(queue.length, 4);
});

test("who leaves is not admitted", () => {
  const queue = createFairQueue(4, () => 1);
  const gone = waiting("a");
  queue.add(gone);
  queue.add(waiting("b"));
  queue.remove(gone);
  queue.remove(gone);
  assert.equal(queue.length, 1);
  assert.equal(takeAll(queue, 2), "b-");
});
