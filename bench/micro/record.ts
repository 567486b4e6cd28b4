/**
 * What putting an exchange on record costs the thread of a worker, without sockets: exchanges of
 * two hundred callers through a whole gateway, with a strict ledger and without one. CPU
 * nanoseconds of the thread, medians of alternating rounds; the ledger's own is not counted.
 * Run: `node bench/micro/record.ts [--tiny]`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRecorder } from "#app/ledger/recorder.ts";
import { openLedger } from "#app/ledger/start-ledger.ts";
import { createLog } from "#base/log.ts";
import { nodePlatform } from "#base/platform.ts";
import { median } from "#bench/rig/statistics.ts";
import type { Capture, Revision } from "#configuration/configuration.ts";
import type { Recorder } from "#gateway/recorder.ts";
import { benchRevision } from "./revision.ts";
import { plain, runExchanges } from "./stub-gateway.ts";

const tiny = process.argv.includes("--tiny");
const rounds = tiny ? 1 : 7;
const count = tiny ? 1_000 : 200_000;
const callers = 200;
const captures: readonly Capture[] = ["none", "digest"];
const log = createLog(nodePlatform.clock.nowMs, () => undefined);
const folder = mkdtempSync(join(tmpdir(), "parlance-bench-"));

function revisionWith(capture: Capture): Revision {
  const revision = benchRevision();
  const { configuration } = revision;
  const services = configuration.services.map((service) => ({
    ...service,
    ledger: { mode: "strict", capture, operations: {}, sensitive: [] } as const,
  }));
  return { ...revision, id: "0123456789abcdef", configuration: { ...configuration, services } };
}

async function nsOf(revision: Revision, recorder: Recorder | undefined): Promise<number> {
  const before = process.threadCpuUsage();
  await runExchanges(revision, count, [], { ...plain, recorder, callers });
  const { user, system } = process.threadCpuUsage(before);
  return ((user + system) * 1e3) / count;
}

const service = await openLedger({
  platform: nodePlatform,
  log,
  ledger: {
    ...{ path: join(folder, "ledger"), checkpoints: join(folder, "checkpoints") },
    ...{ origin: "bench/record", mode: "strict", capture: "none" },
    retention: { days: 0, bytesMax: 0 },
  },
  revision: revisionWith("none"),
  version: "bench",
  workers: 1,
});
const recorder = createRecorder(nodePlatform, log, service.ringFor(0), () => callers);
for (const capture of captures) {
  const revision = revisionWith(capture);
  await nsOf(revision, recorder);
  const added: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const without = await nsOf(revision, undefined);
    added.push((await nsOf(revision, recorder)) - without);
  }
  const spread = [Math.min(...added), Math.max(...added)].map(Math.round);
  console.log(JSON.stringify({ capture, addedCpuNs: Math.round(median(added)), spread }));
}
await service.stop({ kind: "stop", reason: "the measurement is over" });
rmSync(folder, { recursive: true });
process.exit(0);
