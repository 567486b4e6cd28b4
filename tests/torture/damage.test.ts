/**
 * Every truncation and every flipped bit of the files of a small ledger: it is refused, or holds
 * what was written, but for a last group that nothing proves to have been whole.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openReader } from "#ledger/store/log-reader.ts";
import type { LogOptions } from "#ledger/store/log.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { LedgerProblem } from "#ledger/store/problems.ts";
import { createDice } from "#simulation/random.ts";
import { SimulatedDisk } from "#simulation/simulated-disk.ts";
import { simulatedOptions } from "#simulation/simulated-ledger.ts";

const entries = Array.from({ length: 12 }, (_, index) => Buffer.from(`entry ${index}`));
/** Entries that are written at once, and whether they are synced then. */
const groups = [
  { count: 1, isSynced: true },
  { count: 4, isSynced: true },
  { count: 2, isSynced: false },
  { count: 1, isSynced: true },
  { count: 4, isSynced: true },
];
/** Index of the first entry of the last group. */
const lastGroup = 8;
const partPath = "/ledger/segments/00000000.0000.log";

function createLedger(isSigned: boolean): SimulatedDisk {
  const disk = new SimulatedDisk(createDice(1));
  const { writer } = openLog(optionsOf(disk));
  let next = 0;
  for (const { count, isSynced } of groups) {
    for (const entry of entries.slice(next, next + count)) writer.add(entry, 0, entry.length);
    next += count;
    writer.write();
    if (isSynced) writer.sync();
  }
  if (isSigned) writer.checkpoint(0);
  writer.close();
  for (const folder of ["/ledger", "/ledger/segments"]) disk.syncFolder(folder);
  return disk;
}

function optionsOf(disk: SimulatedDisk): LogOptions {
  return simulatedOptions(disk, createDice(2), 99);
}

function contentOf(disk: SimulatedDisk, path: string): Buffer {
  const file = disk.open(path, "read");
  const bytes = Buffer.alloc(file.size());
  file.read(bytes, 0, bytes.length, 0);
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}

interface Outcome {
  /** Code of the problem; undefined: it was opened. */
  readonly refused: string | undefined;
  readonly size: number;
}

/** Opens the ledger as a reader and as a start do; both show true entries or none. */
function judge(disk: SimulatedDisk, what: string): Outcome {
  const reading = attempt(() => {
    const reader = openReader(optionsOf(disk));
    return checkEntries(reader, what);
  });
  const starting = attempt(() => {
    const { writer } = openLog(optionsOf(disk));
    const reader = openReader(optionsOf(disk));
    reader.refresh(writer.size);
    assert.equal(reader.size, writer.size, what);
    return checkEntries(reader, what);
  });
  assert.ok(reading.size <= entries.length, what);
  return starting;
}

function attempt(run: () => number): Outcome {
  try {
    return { refused: undefined, size: run() };
  } catch (error) {
    if (!(error instanceof LedgerProblem)) throw error;
    return { refused: error.problem.definition.code, size: 0 };
  }
}

function checkEntries(reader: ReturnType<typeof openReader>, what: string): number {
  reader.scan(0, reader.size, (index, bytes) => {
    assert.deepEqual(Buffer.from(bytes), entries[index], what);
    return undefined;
  });
  return reader.size;
}

function damagedCopy(disk: SimulatedDisk, path: string, change: Damage): SimulatedDisk {
  const copy = disk.copy(createDice(3));
  const file = copy.open(path, "write");
  if ("cutAt" in change) file.truncate(change.cutAt);
  else {
    const byte = Buffer.alloc(1);
    file.read(byte, 0, 1, change.position);
    file.write(Buffer.of((byte[0] as number) ^ (1 << change.bit)), 0, 1, change.position);
  }
  return copy;
}

type Damage = { readonly cutAt: number } | { readonly position: number; readonly bit: number };

function* everyDamage(length: number): Generator<Damage> {
  for (let cutAt = 0; cutAt < length; cutAt++) yield { cutAt };
  for (let position = 0; position < length; position++) {
    for (let bit = 0; bit < 8; bit++) yield { position, bit };
  }
}

test("a part that was changed anywhere shows no wrong entry and hides no synced one", () => {
  const disk = createLedger(false);
  const { length } = contentOf(disk, partPath);
  let refused = 0;
  let shortened = 0;
  for (const change of everyDamage(length)) {
    const what = JSON.stringify(change);
    const outcome = judge(damagedCopy(disk, partPath, change), what);
    if (outcome.refused !== undefined) refused++;
    else if (outcome.size < entries.length) {
      shortened++;
      // A cut leaves nothing behind it that could prove more.
      assert.ok(
        "cutAt" in change || outcome.size >= lastGroup,
        `${what}: ${outcome.size} are left`,
      );
    }
  }
  assert.ok(refused > 1_000 && shortened > 100, `${refused} refused, ${shortened} shortened`);
});

test("with a checkpoint, no damage of the part goes unnoticed", () => {
  const disk = createLedger(true);
  const { length } = contentOf(disk, partPath);
  for (const change of everyDamage(length)) {
    const { refused } = judge(damagedCopy(disk, partPath, change), JSON.stringify(change));
    assert.ok(
      refused === "ledger-damaged" || refused === "ledger-rolled-back",
      `${JSON.stringify(change)}: ${String(refused)}`,
    );
  }
});

test("the other files of a ledger, changed anywhere, refuse it or leave its entries alone", () => {
  const disk = createLedger(true);
  const files = [
    ...["/ledger/log.json", "/ledger/checkpoint", "/ledger/keys/0001.pem"],
    "/checkpoints/simulated.checkpoint",
  ];
  for (const path of files) {
    let refused = 0;
    for (const change of everyDamage(contentOf(disk, path).length)) {
      const what = `${path} ${JSON.stringify(change)}`;
      const outcome = judge(damagedCopy(disk, path, change), what);
      if (outcome.refused !== undefined) refused++;
      else assert.equal(outcome.size, entries.length, what);
    }
    assert.ok(refused > 0, `no change of ${path} was noticed`);
  }
});
