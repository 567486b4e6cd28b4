/** Entries of a ledger that no gateway writes have times behind those that are there. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import { temporaryLedger } from "#ledger/bodies/bodies-fixture.ts";
import { decodeEntry } from "#ledger/entry/decode-entry.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import { openReader } from "#ledger/store/log-reader.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { rotateKey } from "./rotate-key.ts";
import { withStoppedLedger } from "./stopped-ledger.ts";

test("the logical clock goes on, also where the clock was set back before", (t) => {
  const folder = temporaryLedger(t);
  const folders = { path: join(folder, "ledger"), checkpoints: join(folder, "checkpoints") };
  const { clock, random } = nodePlatform;
  const nowUs = Math.floor(clock.nowMs() * 1_000);
  const { writer } = openLog({
    ...{ ...folders, name: "example.org/stopped", disk: nodeDisk, random },
    ...{ processes: nodeProcesses, nowMs: clock.nowMs(), log: createLog(Date.now, () => {}) },
  });
  const early = encodeEntry({
    kind: "stop",
    timeUs: nowUs + 3_600_000_000,
    reason: "for the test",
  });
  writer.add(early, 0, early.length);
  writer.write();
  writer.sync();
  writer.close();

  const appended = withStoppedLedger(folders, ({ append }) =>
    append({ kind: "stop", reason: "b" }),
  );
  assert.equal(appended, 1);
  const rotated = rotateKey(folders, undefined);
  assert.ok(!isProblem(rotated), JSON.stringify(rotated));
  const reader = openReader({ path: folders.path, disk: nodeDisk, processes: nodeProcesses });
  const times = [0, 1, 2].map((index) => {
    const { timeUs, aheadUs = 0 } = decodeEntry(reader.entry(index)) as {
      readonly timeUs: number;
      readonly aheadUs?: number;
    };
    assert.ok(index === 0 || Math.abs(timeUs - nowUs) < 600_000_000, "by the clock as it is now");
    return timeUs + aheadUs;
  });
  reader.close();
  assert.deepEqual(
    times,
    times.toSorted((one, other) => one - other),
  );
  assert.equal(new Set(times).size, 3);
});
