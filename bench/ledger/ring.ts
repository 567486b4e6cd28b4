/** The ring and the ledger thread alone: as many durable entries as there can be. */
import { setImmediate as turn } from "node:timers/promises";
import { openLedger } from "#app/ledger/start-ledger.ts";
import { createLog } from "#base/log.ts";
import { atTurnEnd, nodePlatform } from "#base/platform.ts";
import type { Finding, LoadCase } from "#bench/load/load-case.ts";
import { figure } from "#bench/rig/table.ts";
import { median } from "#bench/rig/statistics.ts";
import type { Revision } from "#configuration/configuration.ts";
import { Bell } from "#ledger/commit/bell.ts";
import { CommitQueue } from "#ledger/commit/commit-queue.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import { typicalEntry } from "#ledger/entry/typical-entry-fixture.ts";
import { spawnSync } from "node:child_process";
import { diskFolder } from "./modes.ts";

/** As many as exchanges that wait for their records in a busy worker. */
const pendingMax = 2_048;
const target = 50_000;

/** 326 bytes. */
const entry = encodeEntry(typicalEntry);

interface Sample {
  readonly perSecond: number;
  readonly cpuUs: number;
  readonly entriesABatch: number;
}

export const ring: LoadCase = {
  id: "ring",
  title: `Ring and ledger thread alone, entries of ${entry.length} bytes`,
  run: async ({ rig, rounds, seconds, tiny }) => {
    // The benchmark itself fills the ring: it and the ledger thread have all cores.
    if (rig.cores.all !== "")
      spawnSync("taskset", ["-a", "-p", "-c", rig.cores.all, `${process.pid}`]);
    const samples: Sample[] = [];
    for (let round = 0; round < rounds; round += 1) samples.push(await fill(seconds));
    if (rig.cores.load !== "")
      spawnSync("taskset", ["-a", "-p", "-c", rig.cores.load, `${process.pid}`]);
    const perSecond = median(samples.map((sample) => sample.perSecond));
    const reached: Finding = {
      name: "durable entries a second",
      value: perSecond,
      unit: "1/s",
      reach: `>= ${figure(target)}`,
      ...(tiny ? {} : { held: perSecond >= target }),
    };
    const unit = "µs";
    return [
      reached,
      { name: "CPU for each", value: median(samples.map((sample) => sample.cpuUs)), unit },
      {
        name: "entries a batch",
        value: median(samples.map((sample) => sample.entriesABatch)),
        unit: "",
      },
    ];
  },
};

async function fill(seconds: number): Promise<Sample> {
  const folder = diskFolder();
  const service = await openLedger({
    platform: nodePlatform,
    log: createLog(nodePlatform.clock.nowMs, () => undefined),
    ledger: {
      path: `${folder}/ledger`,
      checkpoints: `${folder}/checkpoints`,
      origin: "bench/ring",
      mode: "strict",
      capture: "digest",
      retention: { days: 0, bytesMax: 0 },
    },
    revision: { id: "0123456789abcdef" } as Revision,
    version: "bench",
    workers: 1,
  });
  const { ring: memory, bell } = service.ringFor(0);
  let durable = 0;
  const queue = new CommitQueue<true>({
    memory,
    bell: new Bell(bell),
    entryBytesMax: entry.length,
    callers: () => pendingMax,
    nowMs: nodePlatform.clock.monotonicMs,
    tell: {
      committed: () => void durable++,
      written: () => undefined,
      notCommitted: () => undefined,
    },
    atTurnEnd,
    encodeGap: (_, __, at) => at,
  });
  queue.listen();
  const cpuBefore = process.cpuUsage();
  const { batches: batchesBefore } = service.facts();
  const startedMs = performance.now();
  while (performance.now() - startedMs < seconds * 1_000) {
    while (queue.pending < pendingMax) {
      queue.reserve();
      queue.out.set(entry, queue.at);
      queue.commit(queue.at + entry.length, "durable", true, 0, 0, undefined);
    }
    await turn();
    queue.poll();
  }
  const elapsedS = (performance.now() - startedMs) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const { batches } = service.facts();
  const sample = {
    perSecond: durable / elapsedS,
    cpuUs: (user + system) / Math.max(1, durable),
    entriesABatch: durable / Math.max(1, batches - batchesBefore),
  };
  await service.stop({ kind: "stop", reason: "the measurement is over" });
  return sample;
}
