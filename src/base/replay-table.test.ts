import assert from "node:assert/strict";
import test from "node:test";
import { Worker } from "node:worker_threads";
import { createReplayMemory, createReplayTable } from "./replay-table.ts";

const startMs = Date.parse("2026-11-25T10:00:00Z");

test("a key counts once until its time is over", () => {
  let nowMs = startMs;
  const table = createReplayTable(createReplayMemory(64), { nowMs: () => nowMs });
  assert.equal(table.claim("a", startMs + 300_000), "new");
  assert.equal(table.claim("a", startMs + 300_000), "seen");
  assert.equal(table.claim("b", startMs + 300_000), "new");
  nowMs += 300_000;
  assert.equal(table.claim("a", nowMs + 300_000), "seen", "not before the time is over");
  nowMs += 32_000;
  assert.equal(table.claim("a", nowMs + 300_000), "new");
});

test("where it is full, what is new is refused, and nothing is forgotten", () => {
  let nowMs = startMs;
  const table = createReplayTable(createReplayMemory(1), { nowMs: () => nowMs });
  const keys = Array.from({ length: 64 }, (_, index) => `key ${index}`);
  for (const key of keys) assert.equal(table.claim(key, startMs + 1_000), "new");
  assert.equal(table.claim("one more", startMs + 1_000), "full");
  for (const key of keys) assert.equal(table.claim(key, startMs + 1_000), "seen");
  nowMs += 40_000;
  assert.equal(table.claim("one more", nowMs + 1_000), "new");
});

test("a hundred thousand different keys are all new", () => {
  const table = createReplayTable(createReplayMemory(), { nowMs: () => startMs });
  const told = new Set<string>();
  for (let index = 0; index < 100_000; index += 1) {
    told.add(table.claim(Buffer.from(`nonce ${index}`), startMs + 600_000));
  }
  assert.deepEqual([...told], ["new"]);
});

test("of threads that claim the same keys, none gets one that another got", async () => {
  const memory = createReplayMemory(4_096);
  const go = new SharedArrayBuffer(4);
  const code = `
    const { workerData, parentPort } = require("node:worker_threads");
    import(workerData.module).then(({ createReplayTable }) => {
      const table = createReplayTable(workerData.memory, { nowMs: () => ${startMs} });
      parentPort.postMessage("ready");
      Atomics.wait(new Int32Array(workerData.go), 0, 0);
      const won = [];
      for (let index = 0; index < 5_000; index += 1) {
        if (table.claim("key " + index, ${startMs} + 600_000) === "new") won.push(index);
      }
      parentPort.postMessage(won);
    });
  `;
  const module = new URL("./replay-table.ts", import.meta.url).href;
  const workers = Array.from(
    { length: 3 },
    () => new Worker(code, { eval: true, workerData: { module, memory, go } }),
  );
  const ready = workers.map((worker) => new Promise((resolve) => worker.once("message", resolve)));
  await Promise.all(ready);
  const results = workers.map(
    (worker) => new Promise<number[]>((resolve) => worker.once("message", resolve)),
  );
  Atomics.store(new Int32Array(go), 0, 1);
  Atomics.notify(new Int32Array(go), 0);
  const won = (await Promise.all(results)).flat();
  assert.equal(new Set(won).size, won.length, "a key was won twice");
  assert.ok(won.length > 4_900, `only ${won.length} of 5000 were won at all`);
});
