/** Entries that somebody else than retention removed are missed, though their hashes stay. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import { dropNotice } from "#ledger/entry/drop-notice.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import { segmentEntries } from "#ledger/store/layout.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { addAll, exchangeEntry } from "#ledger/store/store-fixture.ts";
import { findUntoldDrop } from "./untold-drop.ts";
import { verifyLedger } from "./verify-ledger.ts";

const notice = (first: number, end: number, subject?: string): Buffer =>
  encodeEntry({
    kind: "erasure",
    timeUs: 1,
    ...dropNotice(first, end),
    ...(subject === undefined ? {} : { subject }),
  });

/** Verifies two full segments with these entries behind them; `dropped` segments are gone. */
async function verified(context: TestContext, dropped: number, last: readonly Buffer[]) {
  const folder = mkdtempSync(join(tmpdir(), "parlance-untold-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const folders = { path: join(folder, "ledger"), checkpoints: join(folder, "checkpoints") };
  const { writer } = openLog({
    ...folders,
    ...{ name: "test/untold", disk: nodeDisk, nowMs: 0, log: createLog(Date.now, () => {}) },
    ...{ random: nodePlatform.random, processes: nodeProcesses },
  });
  for (let first = 0; first < 2 * segmentEntries; first += 2_048) {
    addAll(
      writer,
      Array.from({ length: 2_048 }, (_, at) => exchangeEntry(first + at)),
    );
    writer.settle();
  }
  addAll(writer, [exchangeEntry(2 * segmentEntries), ...last]);
  for (let call = 0; call < 2_000; call++) writer.settle();
  writer.checkpoint(0);
  if (dropped > 0) writer.drop({ end: dropped * segmentEntries });
  writer.close();
  const result = await verifyLedger({ ...folders, verifiers: undefined, onProgress: () => {} });
  assert.ok(!isProblem(result), JSON.stringify(result));
  return result;
}

test("what retention has dropped is told of, and verifies", async (context) => {
  const told = [notice(0, segmentEntries), notice(segmentEntries, 2 * segmentEntries)];
  const { damage, dropped } = await verified(context, 2, told);
  assert.deepEqual([damage, dropped], [undefined, 2 * segmentEntries]);
});

test("what is to go may still be there: the gateway was stopped in between", async (context) => {
  const { damage, dropped } = await verified(context, 0, [notice(0, segmentEntries)]);
  assert.deepEqual([damage, dropped], [undefined, 0]);
});

test("a segment more than is told of is missed, at its first entry", async (context) => {
  const { damage } = await verified(context, 2, [notice(0, segmentEntries)]);
  assert.deepEqual(damage, {
    entry: segmentEntries,
    detail: "entries 65536 to 131071 are gone, and no entry tells that they go",
  });
});

test("the erasure of a subject tells of no entries", async (context) => {
  const erased = notice(0, segmentEntries, "0".repeat(32));
  const { damage } = await verified(context, 1, [erased]);
  assert.equal(damage?.entry, 0);
});

test("what was written a moment ago counts at the next look", async () => {
  const reader = {
    size: 5,
    refresh: () => void (reader.size = 6),
    scan: (from: number, to: number, visit: (index: number, bytes: Buffer) => unknown) =>
      void (from === 5 && to === 6 && visit(5, notice(0, 3))),
  };
  const timers = { after: (_: number, run: () => void) => (run(), () => undefined) };
  assert.equal(await findUntoldDrop(reader, 0, 3, timers), undefined);
  assert.equal((await findUntoldDrop(reader, 0, 4, timers))?.entry, 0);
});
