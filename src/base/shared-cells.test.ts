import assert from "node:assert/strict";
import test from "node:test";
import { Worker } from "node:worker_threads";
import { createCellMemory, createSharedCells } from "./shared-cells.ts";

test("a cell keeps its number until its time is over, and forgets it then", () => {
  const cells = createSharedCells(createCellMemory(4));
  const key = cells.keyOf("a");
  assert.equal(
    cells.update(key, 1_000, (present) => ({ value: present + 5, untilMs: 2_000 })),
    0,
  );
  assert.equal(cells.read(key, 1_999), 5);
  assert.equal(cells.read(key, 2_000), 0);
  assert.equal(
    cells.update(key, 2_000, (present) => ({ value: present + 1, untilMs: 3_000 })),
    0,
  );
  assert.equal(cells.read(key, 2_500), 1);
});

test("a change that is none leaves the cell as it is", () => {
  const cells = createSharedCells(createCellMemory(4));
  const key = cells.keyOf("a");
  cells.update(key, 0, () => ({ value: 7, untilMs: 10 }));
  assert.equal(
    cells.update(key, 0, () => undefined),
    7,
  );
  assert.equal(cells.read(key, 9), 7);
});

test("numbers up to 2^53 - 1 are kept digit for digit", () => {
  const cells = createSharedCells(createCellMemory(4));
  const key = cells.keyOf("a");
  cells.update(key, 0, () => ({ value: Number.MAX_SAFE_INTEGER, untilMs: Infinity }));
  assert.equal(cells.read(key, 1e15), Number.MAX_SAFE_INTEGER);
});

test("keys do not meet, and in a full bucket that gives way which is over first", () => {
  const cells = createSharedCells(createCellMemory(1));
  const keys = Array.from({ length: 17 }, (_, index) => cells.keyOf(`key ${index}`));
  for (const [index, key] of keys.entries()) {
    cells.update(key, 0, () => ({ value: index + 1, untilMs: 100 + index }));
  }
  const kept = keys.map((key) => cells.read(key, 50));
  assert.deepEqual(kept, [0, ...Array.from({ length: 16 }, (_, index) => index + 2)]);
});

test("no update is lost when several threads make them at the same time", async () => {
  const memory = createCellMemory(2);
  const code = `
    const { workerData } = require("node:worker_threads");
    import(workerData.module).then(({ createSharedCells }) => {
      const cells = createSharedCells(workerData.memory);
      for (let count = 0; count < 20000; count++) {
        const key = cells.keyOf("key " + (count % 3));
        cells.update(key, 0, (present) => ({ value: present + 1, untilMs: 1e15 }));
      }
    });`;
  const module = new URL("./shared-cells.ts", import.meta.url).href;
  const workers = [1, 2, 3].map(
    () => new Worker(code, { eval: true, workerData: { memory, module } }),
  );
  await Promise.all(
    workers.map((worker) => new Promise((resolve) => void worker.once("exit", resolve))),
  );
  const cells = createSharedCells(memory);
  const counts = [0, 1, 2].map((name) => cells.read(cells.keyOf(`key ${name}`), 0));
  assert.deepEqual(counts, [20_001, 20_001, 19_998]);
});

test("a lock whose holder died is taken over", () => {
  const memory = createCellMemory(1);
  new Int32Array(memory)[1] = 1;
  const cells = createSharedCells(memory);
  cells.update(cells.keyOf("a"), 0, () => ({ value: 1, untilMs: 10 }));
  assert.equal(cells.read(cells.keyOf("a"), 0), 1);
  assert.equal(new Int32Array(memory)[1], 0);
});
