import assert from "node:assert/strict";
import { test } from "node:test";
import { createWorkerLog, createWrittenMemory } from "./worker-log.ts";

function prepare() {
  const batches: string[] = [];
  const written = createWrittenMemory();
  const platform = {
    clock: { nowMs: () => 0, monotonicMs: () => 0 },
    timers: { after: () => () => undefined, every: () => () => undefined },
  };
  const workerLog = createWorkerLog(platform, "json", written, (lines) => batches.push(lines));
  const count = (): number => batches.join("").split("\n").length - 1;
  return { ...workerLog, workerLog, batches, count, written: new Int32Array(written) };
}

test("lines go out together, an error at once", () => {
  const { log, flush, batches } = prepare();
  log.info("a", "first");
  log.info("b", "second");
  assert.equal(batches.length, 0);
  flush();
  assert.equal(batches.length, 1);
  log.error("c", "third");
  assert.equal(batches.length, 2);
  flush();
  assert.equal(batches.length, 2);
});

test("when nobody writes, lines are bounded, and every one of them is written or counted", () => {
  const { log, flush, workerLog, batches, count, written } = prepare();
  const total = 200_000;
  for (let line = 0; line < total; line++) log.info("exchange", "x".repeat(60));
  const heldBytes = batches.join("").length;
  assert.ok(heldBytes < 2 * 1024 * 1024, `${heldBytes} bytes were sent without being written`);
  assert.ok(workerLog.dropped > 0);
  written[0] = batches.length;
  flush();
  written[0] = batches.length;
  flush();
  const told = /(\d+) lines were dropped/.exec(batches.join(""))?.[1];
  assert.equal(Number(told), workerLog.dropped);
  assert.equal(count() - 1 + workerLog.dropped, total);
});
