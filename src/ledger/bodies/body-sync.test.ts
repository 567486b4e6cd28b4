/** The order between bodies and entries, and what becomes of both when a disk fails. */
import assert from "node:assert/strict";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createLog } from "#base/log.ts";
import { nodeDisk, nodeProcesses } from "#base/platform.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { LedgerWriteError } from "#ledger/store/problems.ts";
import { bodyFileSpanMs } from "./body-file.ts";
import { createBodySlots } from "./body-slots.ts";
import { openBodySync } from "./body-sync.ts";
import { newBodyRun, openBodyWriter } from "./body-writer.ts";
import { dropBodies } from "./drop-bodies.ts";
import { diskError, random, recordOf, temporaryLedger, watchedDisk } from "./bodies-fixture.ts";
import { logWithBodies } from "./log-with-bodies.ts";

const run = "0badcafe";

function stand(t: TestContext, workers = 1) {
  const ledger = temporaryLedger(t);
  const slots = createBodySlots(workers);
  const calls: string[] = [];
  const failing = { call: "" };
  const disk = watchedDisk((call, path) => {
    calls.push(`${call} ${path.slice(ledger.length + 1)}`);
    if (call === failing.call) throw diskError("EIO");
  });
  const writerOf = (worker: number) => openBodyWriter({ disk, ledger, run, worker, slots });
  const sync = openBodySync(disk, ledger, run, slots);
  return { ledger, slots, calls, failing, disk, writerOf, sync };
}

test("bodies and their names are on the disk before the entries are written", (t) => {
  const { calls, sync, writerOf } = stand(t, 2);
  const note = (call: string) => (): void => void calls.push(call);
  const log = logWithBodies(
    {
      add: () => 0,
      write: note("write entries"),
      sync: note("sync entries"),
      copyLeafHash: () => undefined,
      settle: () => false,
      checkpoint: () => undefined,
      reopen: () => undefined,
      close: () => undefined,
      size: 0,
    },
    sync,
  );
  const [one, two] = [writerOf(0), writerOf(1)];
  one.append(recordOf(1), 1);
  two.append(recordOf(2), 1);
  one.append(recordOf(3), 1);
  calls.length = 0;
  log.write();
  log.sync();
  const synced = ["bodies/0badcafe-0-1.bodies", "bodies/0badcafe-1-1.bodies"].flatMap((path) => [
    `open for write ${path}`,
    `sync ${path}`,
    "sync folder bodies",
  ]);
  assert.deepEqual(calls, [...synced, "write entries", "sync entries"]);
  calls.length = 0;
  log.write();
  assert.deepEqual(calls, ["write entries"], "nothing new, nothing to sync");
  two.append(recordOf(4), 1);
  calls.length = 0;
  log.write();
  assert.deepEqual(calls, ["sync bodies/0badcafe-1-1.bodies", "write entries"]);
});

test("a file is left when its time is over, the clock goes back, or it is full; all are synced", (t) => {
  const { calls, sync, writerOf } = stand(t);
  const writer = writerOf(0);
  const at = (nowMs: number, bytes?: number): string =>
    writer.append(recordOf(1, bytes), nowMs).split(":")[0] as string;
  assert.equal(at(10), "0badcafe-0-1");
  assert.equal(at(10 + bodyFileSpanMs - 1), "0badcafe-0-1");
  assert.equal(at(10 + bodyFileSpanMs), "0badcafe-0-2");
  assert.equal(at(10), "0badcafe-0-3");
  calls.length = 0;
  sync.sync();
  const synced = calls.filter((call) => call.startsWith("sync bodies"));
  assert.deepEqual(
    synced,
    [1, 2, 3].map((number) => `sync bodies/0badcafe-0-${number}.bodies`),
  );
});

test("entries whose bodies could not be synced are given up, and the ledger goes on", (t) => {
  const { ledger, failing, sync, writerOf } = stand(t);
  const { writer } = openLog({
    ...{ path: join(ledger, "log"), checkpoints: join(ledger, "checkpoints") },
    ...{ name: "example.org/bodies", disk: nodeDisk, random, processes: nodeProcesses },
    ...{ nowMs: 0, log: createLog(Date.now, () => undefined) },
  });
  const log = logWithBodies(writer, sync);
  const add = (text: string): number => log.add(Buffer.from(text), 0, text.length);
  const bodies = writerOf(0);
  bodies.append(recordOf(1), 1);
  add("one");
  failing.call = "sync";
  assert.throws(() => log.write(), LedgerWriteError);
  failing.call = "";
  log.reopen();
  bodies.append(recordOf(2), 1);
  assert.equal(add("two"), 0);
  log.write();
  log.sync();
  assert.equal(log.size, 1);
  log.close();
});

test("what could not be synced is not recorded, and its file is used no more", (t) => {
  const { failing, sync, writerOf, calls } = stand(t);
  const writer = writerOf(0);
  writer.append(recordOf(1), 1);
  failing.call = "sync";
  assert.throws(() => sync.sync(), LedgerWriteError);
  failing.call = "";
  assert.match(writer.append(recordOf(2), 1), /^0badcafe-0-2:/);
  calls.length = 0;
  sync.sync();
  assert.ok(!calls.some((call) => call.includes("-0-1.bodies")), calls.join());
  assert.ok(calls.includes("sync bodies/0badcafe-0-2.bodies"));
});

test("a record that was put into a broken file before the worker knew fails its entry, too", (t) => {
  const { failing, sync, writerOf, slots } = stand(t);
  const writer = writerOf(0);
  writer.append(recordOf(1), 1);
  failing.call = "sync";
  assert.throws(() => sync.sync(), LedgerWriteError);
  failing.call = "";
  // As if the worker had not seen yet that its file has failed.
  const failed = 3;
  const seen = Atomics.exchange(slots, failed, 0);
  assert.match(writer.append(recordOf(2), 1), /^0badcafe-0-1:/);
  Atomics.store(slots, failed, seen);
  assert.throws(() => sync.sync(), LedgerWriteError, "before the worker has another file");
  Atomics.store(slots, failed, 0);
  writer.append(recordOf(3), 1);
  Atomics.store(slots, failed, seen);
  writer.append(recordOf(4), 1);
  assert.throws(() => sync.sync(), LedgerWriteError, "after it");
  writer.append(recordOf(5), 1);
  sync.sync();
  assert.match(writer.append(recordOf(6), 1), /^0badcafe-0-2:/);
});

test("a worker whose write fails begins another file, and a new worker never takes an old one", (t) => {
  const { failing, writerOf, sync } = stand(t);
  const writer = writerOf(0);
  writer.append(recordOf(1), 1);
  failing.call = "write";
  assert.throws(() => writer.append(recordOf(2), 1), /EIO/);
  failing.call = "";
  assert.match(writer.append(recordOf(3), 1), /^0badcafe-0-2:/);
  assert.match(writerOf(0).append(recordOf(4), 1), /^0badcafe-0-3:/);
  sync.sync();
});

test("a successor of the committing thread syncs what its predecessor may not have", (t) => {
  const { writerOf, disk, ledger, slots, calls } = stand(t);
  writerOf(0).append(recordOf(1), 1);
  calls.length = 0;
  openBodySync(disk, ledger, run, slots).sync();
  assert.ok(calls.includes("sync bodies/0badcafe-0-1.bodies"));
});

test("files of bodies are for their owner only", (t) => {
  const { ledger, writerOf } = stand(t);
  writerOf(0).append(recordOf(1), 1);
  assert.equal(statSync(join(ledger, "bodies")).mode & 0o777, 0o700);
  assert.equal(statSync(join(ledger, "bodies/0badcafe-0-1.bodies")).mode & 0o777, 0o600);
});

test("no run has the number of one before", (t) => {
  const { ledger, writerOf } = stand(t);
  writerOf(0).append(recordOf(1), 1);
  const drawn = [Buffer.from(run, "hex"), Buffer.from("11223344", "hex")];
  const bytes = (): Buffer => drawn.shift() ?? random.bytes(4);
  assert.equal(newBodyRun(nodeDisk, ledger, { bytes }), "11223344");
});

test("files are dropped when all their entries are, never before, never the present one", (t) => {
  const { ledger, writerOf } = stand(t);
  const writer = writerOf(0);
  const hours = (count: number): number => count * bodyFileSpanMs;
  for (const hour of [0, 1, 2]) writer.append(recordOf(hour), hours(hour));
  const left = (): readonly string[] => readdirSync(join(ledger, "bodies"));
  assert.equal(dropBodies(nodeDisk, ledger, hours(1), hours(10)).files, 0);
  const dropped = dropBodies(nodeDisk, ledger, hours(1.5), hours(10));
  assert.deepEqual([dropped.files, dropped.bytes > 60], [1, true]);
  assert.deepEqual(left(), ["0badcafe-0-2.bodies", "0badcafe-0-3.bodies"]);
  assert.equal(dropBodies(nodeDisk, ledger, hours(9), hours(2.5)).files, 1);
  assert.deepEqual(left(), ["0badcafe-0-3.bodies"]);
});

test("a file of a clock that was ahead is dropped with the one that was written behind it", (t) => {
  const { ledger, writerOf } = stand(t, 2);
  const hours = (count: number): number => count * bodyFileSpanMs;
  const writer = writerOf(0);
  for (const hour of [9_000, 1, 4]) writer.append(recordOf(hour), hours(hour));
  writerOf(1).append(recordOf(7), hours(9_000));
  writeFileSync(join(ledger, "bodies", "other.bodies"), "");
  const left = (): readonly string[] => readdirSync(join(ledger, "bodies")).toSorted();
  assert.equal(dropBodies(nodeDisk, ledger, hours(1.5), hours(10)).files, 0);
  assert.equal(dropBodies(nodeDisk, ledger, hours(3.5), hours(10)).files, 2);
  assert.deepEqual(left(), ["0badcafe-0-3.bodies", "0badcafe-1-1.bodies", "other.bodies"]);
});
