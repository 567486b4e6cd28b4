import assert from "node:assert/strict";
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
async function callSoon(memory: SharedArrayBuffer, method: string): Promise<Worker> {
  const code = `
    const { workerData, parentPort } = require("node:worker_threads");
    import(workerData.file).then(({ Bell }) => {
      const bell = new Bell(workerData.memory);
      parentPort.postMessage("up");
      setTimeout(() => bell[workerData.method](), 50);
    });`;
  const file = new URL("./bell.ts", import.meta.url).href;
  const worker = new Worker(code, { eval: true, workerData: { file, memory, method } });
  await new Promise((resolve) => worker.once("message", resolve));
  return worker;
}

test("a rest is over when the last producer has published all that it has begun", async () => {
  const { memory, bell } = create();
  bell.beginBusy();
  bell.beginBusy();
  bell.endBusy();
  const worker = await callSoon(memory, "endBusy");
  const startedMs = performance.now();
  bell.rest(longMs, yes, no);
  assert.ok(performance.now() - startedMs < longMs / 2);
  await worker.terminate();
});

test("a rest goes on while a producer is busy, and where nothing has come yet", async () => {
  const { memory, bell } = create();
  for (const hasWork of [yes, no]) {
    if (hasWork()) bell.beginBusy();
    else bell.endBusy();
    // What is published meanwhile wakes nobody.
    const worker = await callSoon(memory, "ring");
    const startedMs = performance.now();
    bell.rest(200, hasWork, no);
    assert.ok(performance.now() - startedMs >= 190);
    await worker.terminate();
  }
});

test("nobody rests where nobody is busy and entries wait, nor where a command does", () => {
  const { bell } = create();
  bell.rest(longMs, yes, no);
  bell.beginBusy();
  bell.rest(longMs, yes, yes);
  assert.equal(bell.commands, 0);
});

test("who sleeps is woken by the last producer that was busy, too", async () => {
  const { memory, bell } = create();
  bell.beginBusy();
  const worker = await callSoon(memory, "endBusy");
  const startedMs = performance.now();
  bell.sleep(longMs, no);
  assert.ok(performance.now() - startedMs < longMs / 2);
  await worker.terminate();
});
