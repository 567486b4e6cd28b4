/** Retention on a ledger with a sealed segment: what goes, what stays, what is on record. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import { openReader } from "#ledger/store/log-reader.ts";
import type { LogWriter } from "#ledger/store/log.ts";
import { openLog } from "#ledger/store/open-log.ts";
import type { Retention } from "#ledger/store/retention.ts";
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

function expiryOf(retention: Retention, nowMs: number) {
  return createExpiry({
    ...{ disk: nodeDisk, log, path, retention, writer },
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

test("a segment that is too old goes after its entry, once a minute is looked, hashes stay", () => {
  const expiry = expiryOf({ days: 1, bytesMax: 0 }, startMs + 2 * dayMs);
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
