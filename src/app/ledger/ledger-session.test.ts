import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog } from "#base/log.ts";
import { Bell } from "#ledger/commit/bell.ts";
import { createFixture } from "#ledger/commit/fixture.ts";
import { createStatisticsMemory } from "#ledger/commit/loop-statistics.ts";
import { decodeEntry } from "#ledger/entry/decode-entry.ts";
import { LedgerSession } from "./ledger-session.ts";

function failedSession() {
  const { memory, log: writer, clock, send } = createFixture();
  const start = { revision: "0011223344556677", node: "a", build: "1", runtime: "node" };
  const session = new LedgerSession({
    platform: { clock },
    log: createLog(clock.nowMs, () => undefined),
    data: {
      ...{ path: "/ledger", checkpoints: "/checkpoints", name: "test", clockAheadMs: 0 },
      retention: { days: 0, bytesMax: 0 },
      bell: Bell.createMemory(),
      statistics: createStatisticsMemory(),
      start: { kind: "start", ...start, process: 1, workers: 1 },
      run: undefined,
      missed: undefined,
      rings: [{ id: 0, memory }],
      bodies: { run: "00000000", slots: new Int32Array() },
    },
    writer,
    past: { previous: "none", openIntents: new Map(), floorUs: 0 },
    expiry: { due: () => undefined },
    erasures: [],
    noteErased: () => undefined,
    noteSettledIntents: () => undefined,
  });
  writer.failing = "all";
  send("an exchange");
  session.turn(0);
  const stop = (): unknown => {
    let answer: unknown;
    session.obey({ kind: "stop", entry: { kind: "stop", reason: "SIGTERM" } }, (is) => {
      answer = is;
    });
    return answer;
  };
  const kinds = (): readonly string[] =>
    writer.entries.map((entry) => decodeEntry(Buffer.from(entry, "latin1")).kind);
  return { writer, stop, kinds };
}

test("who stops as the disk works again, before it was tried, tells the gap first", () => {
  const { writer, stop, kinds } = failedSession();
  writer.failing = "nothing";
  assert.equal(stop(), true);
  assert.deepEqual(kinds(), ["start", "gap", "stop"]);
});

test("who stops while the disk still fails is told that not all is on record", () => {
  const { stop, kinds } = failedSession();
  assert.equal(stop(), false);
  assert.deepEqual(kinds(), ["start"]);
});
