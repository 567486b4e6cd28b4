/** A ledger of a million entries: how long it takes to open it, and to prove one of them. */
import { randomBytes } from "node:crypto";
import { rmSync, statSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import type { LoadCase } from "#bench/load/load-case.ts";
import { median } from "#bench/rig/statistics.ts";
import { figure } from "#bench/rig/table.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import type { LogWriter } from "#ledger/store/log.ts";
import { openReader } from "#ledger/store/log-reader.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { proveEntry } from "#ledger/verify/prove-entry.ts";
import { diskFolder } from "./modes.ts";
import { typicalEntry } from "#ledger/entry/typical-entry-fixture.ts";

const openMsMax = 2_000;
const groupEntries = 500;
const settlesMax = 50_000;
const proofs = 20;

export const million: LoadCase = {
  id: "million",
  title: "A ledger of a million entries",
  run: async ({ rounds, tiny }) => {
    const size = tiny ? 2_000 : 1_000_000;
    const folder = diskFolder();
    try {
      write(folder, size);
      const opening: number[] = [];
      const proving: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const startedMs = performance.now();
        const writer = open(folder);
        opening.push(performance.now() - startedMs);
        writer.close();
        proving.push(prove(folder, size));
      }
      const openMs = median(opening);
      return [
        {
          name: `opening ${figure(size)} entries`,
          value: openMs,
          unit: "ms",
          reach: `<= ${figure(openMsMax)}`,
          ...(tiny ? {} : { held: openMs <= openMsMax }),
        },
        { name: "proving one", value: median(proving), unit: "ms" },
        { name: "on the disk, for each", value: bytesIn(folder) / size, unit: "bytes" },
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function open(folder: string): LogWriter {
  return openLog({
    ...{ path: join(folder, "ledger"), checkpoints: join(folder, "checkpoints") },
    ...{ disk: nodeDisk, random: nodePlatform.random, processes: nodeProcesses },
    ...{ name: "bench/million", nowMs: nodePlatform.clock.nowMs() },
    log: createLog(nodePlatform.clock.nowMs, () => undefined),
  }).writer;
}

/** What is random in life is so here: ids and commitments. */
function write(folder: string, size: number): void {
  const writer = open(folder);
  const digits = (bytes: number) => randomBytes(bytes).toString("hex");
  for (let index = 0; index < size; index++) {
    const bytes = encodeEntry({
      ...typicalEntry,
      timeUs: typicalEntry.timeUs + index * 50,
      exchange: digits(16),
      requestHead: digits(32),
      requestBody: digits(32),
      responseHead: digits(32),
      responseBody: digits(32),
    });
    writer.add(bytes, 0, bytes.length);
    if (index % groupEntries !== groupEntries - 1 && index !== size - 1) continue;
    writer.write();
    writer.sync();
    writer.settle();
  }
  for (let slices = 0; slices < settlesMax; slices++) writer.settle();
  writer.checkpoint(nodePlatform.clock.nowMs());
  writer.close();
}

/** @returns milliseconds for each. */
function prove(folder: string, size: number): number {
  const path = join(folder, "ledger");
  const reader = openReader({ path, disk: nodeDisk, processes: nodeProcesses });
  const startedMs = performance.now();
  for (let n = 0; n < proofs; n++) proveEntry(reader, Math.floor((size / proofs) * n));
  const elapsedMs = performance.now() - startedMs;
  reader.close();
  return elapsedMs / proofs;
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, found) => sum + (found.isFile() ? found.size : 0), 0);
}
