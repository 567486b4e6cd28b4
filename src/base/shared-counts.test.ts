import assert from "node:assert/strict";
import test from "node:test";
import { Worker } from "node:worker_threads";
import { createCountMemory, createSharedCounts, forgetCounts } from "./shared-counts.ts";

test("no more than the bound are inside, whoever of the workers they are of", () => {
  const memory = createCountMemory(3, 1);
  const [one, two] = [0, 2].map((worker) => createSharedCounts({ ...memory, worker }));
  const key = one?.keyOf("a");
  assert.ok(one && two && key);
  const rows = [one.enter(key, 2), two.enter(key, 2)];
  assert.ok(rows.every((row) => row >= 0));
  assert.equal(one.enter(key, 2), -1);
  two.leave(rows[1] as number);
  assert.ok(one.enter(key, 2) >= 0);
  assert.deepEqual(two.look(key), { inside: 2, waiting: 0, waitElsewhere: 0 });
});

test("what a dead worker had inside and waiting is forgotten, and nothing else", () => {
  const memory = createCountMemory(2, 1);
  const [one, two] = [0, 1].map((worker) => createSharedCounts({ ...memory, worker }));
  const key = one?.keyOf("a");
  assert.ok(one && two && key);
  for (const worker of [one, two, two]) worker.enter(key, 9);
  two.setWaiting(key, 5);
  assert.deepEqual(one.look(key), { inside: 3, waiting: 5, waitElsewhere: 5 });
  forgetCounts(memory, 1);
  assert.deepEqual(one.look(key), { inside: 1, waiting: 0, waitElsewhere: 0 });
});

test("keys do not meet until a bucket is full; then they share a row", () => {
  const counts = createSharedCounts(createCountMemory(1, 1));
  const keys = Array.from({ length: 18 }, (_, index) => counts.keyOf(`key ${index}`));
  const rows = keys.map((key) => counts.enter(key, 9));
  assert.equal(new Set(rows).size, 16);
  assert.deepEqual(rows.slice(15), [rows[15], rows[15], rows[15]]);
  for (const row of rows) counts.leave(row);
  assert.ok(keys.every((key) => counts.look(key).inside === 0));
});

test("threads that come and go at once never exceed the bound, and leave nothing behind", async () => {
  const memory = createCountMemory(4, 1);
  const peak = new Int32Array(new SharedArrayBuffer(8));
  const code = `
    const { workerData: { memory, peak, url } } = require("node:worker_threads");
    import(url).then(({ createSharedCounts }) => {
      const counts = createSharedCounts(memory);
      const key = counts.keyOf("a");
      for (let entered = 0; entered < 20000; ) {
        const row = counts.enter(key, 3);
        if (row < 0) continue;
        entered++;
        const now = Atomics.add(peak, 0, 1) + 1;
        if (now > Atomics.load(peak, 1)) Atomics.store(peak, 1, now);
        Atomics.sub(peak, 0, 1);
        counts.leave(row);
      }
    });`;
  const url = new URL("./shared-counts.ts", import.meta.url).href;
  const ends = Array.from({ length: 4 }, (_, worker) => {
    const workerData = { memory: { ...memory, worker }, peak, url };
    const thread = new Worker(code, { eval: true, workerData });
    return new Promise((resolve, reject) => thread.once("error", reject).once("exit", resolve));
  });
  assert.deepEqual(await Promise.all(ends), [0, 0, 0, 0]);
  assert.ok((peak[1] as number) >= 1 && (peak[1] as number) <= 3, `${peak[1]}`);
  const counts = createSharedCounts(memory);
  assert.equal(counts.look(counts.keyOf("a")).inside, 0);
});
