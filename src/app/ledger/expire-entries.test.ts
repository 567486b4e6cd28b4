/** Retention on a ledger with a sealed segment: what goes, what stays, what is on record. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { temporaryLedger } from "#ledger/bodies/bodies-fixture.ts";
import { bodyFileHeader } from "#ledger/bodies/body-file.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import { openReader } from "#ledger/store/log-reader.ts";
import type { LogReader, LogWriter } from "#ledger/store/log.ts";
import { openLog } from "#ledger/store/open-log.ts";
import type { Expired, Retention } from "#ledger/store/retention.ts";
import { createExpiry } from "./expire-entries.ts";

const sealed = 65_536;
const size = sealed + 100;
const startMs = 1_795_000_000_000;
const dayMs = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), "parlance-retention-"));
const path = join(folder, "ledger");
let writer: LogWriter;
let monotonicMs = 0;
const told: string[] = [];
const log = createLog(Date.now, ({ event }) => told.push(event));

before(() => {
  ({ writer } = openLog({
    ...{ path, checkpoints: join(folder, "checkpoints"), name: "example.org/retention" },
    ...{ disk: nodeDisk, random: nodePlatform.random, processes: nodeProcesses },
    ...{ nowMs: startMs, log },
  }));
  for (let index = 0; index < size; index++) {
    const timeUs = (startMs + index) * 1_000;
    const entry = encodeEntry({ kind: "stop", timeUs, reason: "for the test" });
    writer.add(entry, 0, entry.length);
    if (index % 1_000 === 999 || index === size - 1) {
      writer.write();
      writer.sync();
      writer.settle();
    }
  }
  for (let slices = 0; slices < 2_000; slices++) writer.settle();
});

after(() => {
  writer.close();
  rmSync(folder, { recursive: true });
});

function expiryOf(retention: Retention, nowMs: number, clockAheadMs = 0) {
  return createExpiry({
    ...{ disk: nodeDisk, log, path, retention, writer, clockAheadMs },
    openReader: () => openReader({ path, disk: nodeDisk, processes: nodeProcesses }),
    clock: { nowMs: () => nowMs, monotonicMs: () => monotonicMs },
  });
}

test("what is young and small stays, and without retention everything does", () => {
  const later = startMs + 2 * dayMs;
  assert.equal(expiryOf({ days: 0, bytesMax: 0 }, later + 1e12).due(), undefined);
  assert.equal(expiryOf({ days: 3, bytesMax: 0 }, later).due(), undefined);
  assert.equal(expiryOf({ days: 0, bytesMax: 1e12 }, later).due(), undefined);
  assert.ok(expiryOf({ days: 0, bytesMax: 1 }, later).due() !== undefined);
});

test("a clock that is ahead makes nothing too old, time that has passed does", () => {
  let nowMs = startMs + 1_000;
  const expiry = createExpiry({
    ...{ disk: nodeDisk, log, path, retention: { days: 3, bytesMax: 0 }, writer },
    clockAheadMs: 0,
    openReader: () => openReader({ path, disk: nodeDisk, processes: nodeProcesses }),
    clock: { nowMs: () => nowMs, monotonicMs: () => monotonicMs },
  });
  const look = () => {
    monotonicMs += 60_000;
    return expiry.due();
  };
  nowMs += 400 * dayMs;
  assert.equal(look(), undefined);
  assert.equal(look(), undefined);
  assert.deepEqual(told, ["ledger-clock-ahead"]);
  nowMs -= 400 * dayMs;
  assert.equal(look(), undefined);
  nowMs += 5 * dayMs;
  monotonicMs += 5 * dayMs;
  assert.ok(look() !== undefined);
  told.length = 0;
});

test("a clock that was ahead at the start has ten minutes to be set back", () => {
  let nowMs = startMs + 400 * dayMs;
  const expiry = createExpiry({
    ...{ disk: nodeDisk, log, path, retention: { days: 3, bytesMax: 0 }, writer },
    clockAheadMs: 0,
    openReader: () => openReader({ path, disk: nodeDisk, processes: nodeProcesses }),
    clock: { nowMs: () => nowMs, monotonicMs: () => monotonicMs },
  });
  assert.equal(expiry.due(), undefined);
  monotonicMs += 540_000;
  assert.equal(expiry.due(), undefined);
  nowMs = startMs + dayMs;
  monotonicMs += 60_000;
  assert.equal(expiry.due(), undefined);
  nowMs += 3 * dayMs;
  monotonicMs += 3 * dayMs;
  assert.ok(expiry.due() !== undefined);
  assert.deepEqual(told, []);
});

test("a clock that was ahead when a ledger thread was replaced makes nothing too old", () => {
  const nowMs = startMs + 400 * dayMs;
  assert.equal(expiryOf({ days: 3, bytesMax: 0 }, nowMs, 400 * dayMs).due(), undefined);
  assert.deepEqual(told, ["ledger-clock-ahead"]);
  told.length = 0;
});

/** A segment that goes, and one that stays whose entries have these times. */
function expiryBeside(
  bodies: string,
  timesMs: readonly number[],
  expired: readonly Expired[] = [{ first: 0, end: sealed, bytes: 1 }],
) {
  const wanted = [...expired];
  const kept = timesMs.map((ms) => {
    return encodeEntry({ kind: "stop", timeUs: ms * 1_000, reason: "for the test" });
  });
  const unknown = { minMs: undefined, maxMs: undefined, bytes: 0 };
  const reader = {
    refresh: () => undefined,
    close: () => undefined,
    segments: () => [
      { ...unknown, segment: 0, first: 0, count: sealed, sealed: true, dropped: true },
      { ...unknown, segment: 1, first: sealed, count: 2, sealed: false, dropped: false },
    ],
    scan: (first: number, _end: number, visit: (index: number, bytes: Buffer) => unknown) => {
      for (const [at, bytes] of kept.entries()) visit(first + at, bytes);
    },
  } as Partial<LogReader> as LogReader;
  return createExpiry({
    ...{ disk: nodeDisk, log, path: bodies, retention: { days: 1, bytesMax: 0 } },
    clockAheadMs: 0,
    writer: {
      size: sealed + kept.length,
      expired: () => wanted.shift(),
      drop: () => undefined,
    },
    openReader: () => reader,
    clock: { nowMs: () => startMs + 30 * dayMs, monotonicMs: () => 1 + monotonicMs },
  });
}

test("bodies stay as long as any of their entries, wherever the clock was set", (t) => {
  const ledger = temporaryLedger(t);
  mkdirSync(join(ledger, "bodies"));
  const put = (name: string, ms: number) =>
    writeFileSync(join(ledger, "bodies", `${name}.bodies`), bodyFileHeader(ms));
  put("0badcafe-0-1", startMs - 9 * dayMs);
  put("0badcafe-0-2", startMs - 5 * dayMs);
  // The clock was set back between the two.
  expiryBeside(ledger, [startMs, startMs - 5 * dayMs])
    .due()
    ?.drop();
  assert.deepEqual(readdirSync(join(ledger, "bodies")), ["0badcafe-0-2.bodies"]);
});

test("what could not be dropped goes a minute later, and what a dead gateway left at once", (t) => {
  const ledger = temporaryLedger(t);
  const left = join(ledger, "bodies", "0badcafe-0-1.bodies");
  mkdirSync(left, { recursive: true });
  const { due } = expiryBeside(ledger, [startMs]);
  due()?.drop();
  rmdirSync(left);
  writeFileSync(left, bodyFileHeader(startMs - 9 * dayMs));
  monotonicMs += 60_000;
  due();
  assert.deepEqual(readdirSync(join(ledger, "bodies")), []);
  writeFileSync(left, bodyFileHeader(startMs - 9 * dayMs));
  monotonicMs += 60_000;
  due();
  assert.deepEqual(readdirSync(join(ledger, "bodies")), ["0badcafe-0-1.bodies"], "it looks once");
  expiryBeside(ledger, [startMs], []).due();
  assert.deepEqual(readdirSync(join(ledger, "bodies")), []);
  told.length = 0;
});

test("bodies that cannot be dropped are told of, and the ledger goes on", (t) => {
  const ledger = temporaryLedger(t);
  mkdirSync(join(ledger, "bodies", "0badcafe-0-1.bodies"), { recursive: true });
  told.length = 0;
  expiryBeside(ledger, [startMs]).due()?.drop();
  assert.deepEqual(told, ["ledger-not-dropped"]);
  told.length = 0;
});

test("a segment that is too old goes after its entry, once a minute is looked, hashes stay", () => {
  const expiry = expiryOf({ days: 1, bytesMax: 0 }, startMs + 2 * dayMs);
  assert.equal(expiry.due(), undefined, "not at once");
  monotonicMs += 600_000;
  const due = expiry.due();
  assert.deepEqual(due?.entry, {
    kind: "erasure",
    count: sealed,
    reason: "retention: days 1, bytesMax 0",
    query: "entries 0 to 65535",
  });
  const reader = openReader({ path, disk: nodeDisk, processes: nodeProcesses });
  assert.ok(reader.entry(5).length > 0, "nothing goes before the entry is durable");
  const hash = reader.leafHash(5);
  assert.equal(expiry.due(), undefined, "not before a minute is over");
  due?.drop();
  reader.refresh(writer.size);
  assert.throws(() => reader.entry(5), /dropped/);
  assert.deepEqual(reader.leafHash(5), hash);
  assert.ok(reader.entry(sealed).length > 0);
  reader.close();
  assert.ok(told.includes("ledger-dropped"));
  monotonicMs += 60_000;
  assert.equal(expiry.due(), undefined);
});
