import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { Bell } from "./bell.ts";

const no = (): boolean => false;
const yes = (): boolean => true;
/** Far beyond what a rest takes that somebody ends, and beyond what the test waits for. */
const longMs = 60_000;

function create() {
  const memory = Bell.createMemory();
  return { memory, bell: new Bell(memory) };
}

/** Calls a method of the bell from another thread, 50 ms after that is up. */
async function callSoon(
  memory: SharedArrayBuffer,
  method: "ring" | "shift",
  change = 0,
): Promise<Worker> {
  const code = `
    const { workerData, parentPort } = require("node:worker_threads");
    const { file, memory, method, change } = workerData;
    import(file).then(({ Bell }) => {
      const bell = new Bell(memory);
      parentPort.postMessage("up");
      setTimeout(() => bell[method](change), 50);
    });`;
  const file = new URL("./bell.ts", import.meta.url).href;
  const worker = new Worker(code, { eval: true, workerData: { file, memory, method, change } });
  await new Promise((resolve) => worker.once("message", resolve));
  return worker;
}

function msOf(run: () => void): number {
  const startedMs = performance.now();
  run();
  return performance.now() - startedMs;
}

test("a rest is over when most callers of all producers together wait", async () => {
  const { memory, bell } = create();
  bell.shift(-8);
  bell.shift(3);
  const worker = await callSoon(memory, "shift", 5);
  assert.ok(msOf(() => bell.rest(longMs, yes, no)) < longMs / 2);
  await worker.terminate();
});

test("a rest goes on where more may come, and where nothing has come yet", async () => {
  const { memory, bell } = create();
  bell.shift(-8);
  const almost = await callSoon(memory, "shift", 7);
  assert.ok(msOf(() => bell.rest(200, yes, no)) >= 190);
  await almost.terminate();
  // What is published meanwhile wakes nobody.
  const ringing = await callSoon(memory, "ring");
  assert.ok(msOf(() => bell.rest(200, yes, no)) >= 190);
  await ringing.terminate();
  bell.shift(1);
  assert.ok(msOf(() => bell.rest(100, no, no)) >= 90);
});

test("nobody rests where most callers wait and entries are there, nor where a command is", () => {
  const { bell } = create();
  assert.ok(msOf(() => bell.rest(longMs, yes, no)) < longMs / 2);
  bell.shift(-1);
  assert.ok(msOf(() => bell.rest(longMs, yes, yes)) < longMs / 2);
});

test("who sleeps is woken by what is published, and by nothing else", async () => {
  const { memory, bell } = create();
  const shifting = await callSoon(memory, "shift", 4);
  assert.ok(msOf(() => bell.sleep(200, no)) >= 190);
  await shifting.terminate();
  const ringing = await callSoon(memory, "ring");
  assert.ok(msOf(() => bell.sleep(longMs, no)) < longMs / 2);
  await ringing.terminate();
});

/** Lets another thread sleep or rest until it is woken. */
function waitElsewhere(memory: SharedArrayBuffer, method: "sleep" | "rest"): Worker {
  const code = `
    const { workerData } = require("node:worker_threads");
    const { file, memory, method, longMs } = workerData;
    import(file).then(({ Bell }) => new Bell(memory)[method](longMs, () => false, () => false));`;
  const file = new URL("./bell.ts", import.meta.url).href;
  return new Worker(code, { eval: true, workerData: { file, memory, method, longMs } });
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}

test("who sleeps is awaiting entries, who works is not", async () => {
  const { memory, bell } = create();
  assert.equal(bell.isAwaited(-8), false);
  const worker = waitElsewhere(memory, "sleep");
  await until(() => bell.isAwaited(0));
  bell.ring();
  assert.equal(bell.isAwaited(0), false);
  await once(worker, "exit");
});

test("who rests is awaiting no entries but the one with which most callers wait", async () => {
  const { memory, bell } = create();
  const worker = waitElsewhere(memory, "rest");
  await until(() => bell.isAwaited(0));
  assert.equal(bell.isAwaited(-8), false);
  assert.equal(bell.isAwaited(7), false);
  assert.equal(bell.isAwaited(1), true);
  bell.shift(0);
  await once(worker, "exit");
});
