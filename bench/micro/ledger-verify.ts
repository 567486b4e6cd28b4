/**
 * What it costs to verify a sealed segment of a ledger: unpacking, hashing, the tree, what is
 * searched by. On one thread, in CPU time; `ledger verify` uses as many threads as there are cores.
 * Run: `node bench/micro/ledger-verify.ts [--tiny]`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import type { EntryOf } from "#ledger/entry/entry.ts";
import { typicalEntry } from "#ledger/entry/typical-entry-fixture.ts";
import { openReader } from "#ledger/store/log-reader.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { verifySegment } from "#ledger/verify/verify-segment.ts";

const isTiny = process.argv.includes("--tiny");
/** One full segment, which is sealed; with `--tiny` the start of one, which is not. */
const size = isTiny ? 1_000 : 65_536;
const rounds = isTiny ? 1 : 10;
const groupEntries = 250;
const settlesMax = 5_000;

const { random } = nodePlatform;
const digits = (bytes: number): string => random.bytes(bytes).toString("hex");

/** Of the size that most entries have; the parts that are random in life are so here. */
function entryOf(index: number): EntryOf<"exchange"> {
  return {
    ...typicalEntry,
    ...{ timeUs: typicalEntry.timeUs + index, exchange: digits(16), trace: digits(16) },
    ...{ totalUs: 1_000 + (index % 977), requestHead: digits(32), responseHead: digits(32) },
    ...{ requestBody: digits(32), responseBody: digits(32) },
  };
}

function writeLedger(folder: string): number {
  const { writer } = openLog({
    ...{ path: join(folder, "ledger"), checkpoints: join(folder, "checkpoints") },
    ...{ name: "bench/verify", disk: nodeDisk, random, processes: nodeProcesses, nowMs: 0 },
    log: createLog(Date.now, () => {}),
  });
  let bytes = 0;
  for (let index = 0; index < size; index++) {
    const entry = encodeEntry(entryOf(index));
    bytes += entry.length;
    writer.add(entry, 0, entry.length);
    if (index % groupEntries < groupEntries - 1 && index < size - 1) continue;
    writer.write();
    writer.sync();
    writer.settle();
  }
  for (let settles = 0; settles < settlesMax; settles++) writer.settle();
  writer.checkpoint(0);
  writer.close();
  return bytes;
}

const folder = mkdtempSync(join(tmpdir(), "parlance-bench-"));
try {
  const bytes = writeLedger(folder);
  const path = join(folder, "ledger");
  const reader = openReader({ path, disk: nodeDisk, processes: nodeProcesses });
  const [segment] = reader.segments();
  if (segment === undefined) throw new Error("the ledger has no segment");
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    const { damage, count } = verifySegment(reader, segment, new Set([size]));
    const { user, system } = process.cpuUsage(before);
    if (damage !== undefined || count !== size) throw new Error(damage?.detail ?? "too few");
    rates.push(Math.round((size / (user + system)) * 1e6));
  }
  reader.close();
  const sorted = rates.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  const facts = { entries: size, bytesPerEntry: Math.round(bytes / size), sealed: segment.sealed };
  process.stdout.write(`${JSON.stringify({ ...facts, entriesPerCpuS: median, rates })}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
