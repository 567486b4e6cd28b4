/** CPU for each exchange, with records and without: of the process, and of the worker's thread. */
import { atMost, none, type Finding, type LoadCase, type LoadSite } from "#bench/load/load-case.ts";
import type { Gateway } from "#bench/load/gateway.ts";
import { cpuUsOf, threadCpuUsOf } from "#bench/rig/process-tree.ts";
import type { Load } from "#bench/rig/wrk.ts";
import { median } from "#bench/rig/statistics.ts";
import { modes, pacedLoads, startModes } from "./modes.ts";

const workerThread = "worker 0";

interface Reach {
  readonly whole: number;
  readonly worker?: number;
}

interface Sums {
  readonly perSecond: number[];
  readonly whole: number[];
  readonly worker: number[];
}

export function cost(id: string, title: string, perSecond: number, reach: Reach): LoadCase {
  return {
    id,
    title,
    run: async (site) => {
      const sums: readonly Sums[] = modes.map(() => ({ perSecond: [], whole: [], worker: [] }));
      let errors = 0;
      for (let start = 0; start < (site.tiny ? 1 : starts); start += 1) {
        const gateways = await startModes(site);
        errors += await measure(site, gateways, perSecond, sums);
        await Promise.all(gateways.map((gateway) => gateway.stop()));
      }
      return [...findingsOf(sums, reach, site.tiny), none("failed requests", errors, "requests")];
    },
  };
}

/** Two processes of the same code differ by up to a microsecond, as long as they live. */
const starts = 3;

/** @returns how many requests failed. */
async function measure(
  site: LoadSite,
  gateways: readonly Gateway[],
  perSecond: number,
  sums: readonly Sums[],
): Promise<number> {
  const loads = await pacedLoads(site, gateways, perSecond);
  let errors = 0;
  for (let round = 0; round < site.rounds; round += 1) {
    for (const [place, gateway] of gateways.entries()) {
      const before = cpuOf(gateway);
      const result = await site.rig.load(loads[place] as Load);
      const after = cpuOf(gateway);
      errors += result.errors;
      const requests = Math.max(1, result.requests);
      sums[place]?.perSecond.push(result.requests / result.seconds);
      sums[place]?.whole.push((after.whole - before.whole) / requests);
      sums[place]?.worker.push((after.worker - before.worker) / requests);
    }
  }
  return errors;
}

function cpuOf({ pid }: Gateway): { readonly whole: number; readonly worker: number } {
  return { whole: cpuUsOf(pid), worker: threadCpuUsOf(pid, workerThread) };
}

function findingsOf(
  [off, strict, digest]: readonly Sums[],
  { whole, worker }: Reach,
  tiny: boolean,
): readonly Finding[] {
  if (off === undefined || strict === undefined || digest === undefined) return [];
  // Of neighbours in time, since the machine is not equally fast all the time.
  const added = (part: "whole" | "worker", mode = strict): number =>
    median(mode[part].map((value, round) => value - (off[part][round] ?? value)));
  const unit = "µs";
  const ofWorker = { name: "added on the worker's thread", value: added("worker"), unit };
  return [
    { name: "exchanges, ledger off", value: median(off.perSecond), unit: "1/s" },
    { name: "exchanges, strict", value: median(strict.perSecond), unit: "1/s" },
    { name: "CPU for each, ledger off", value: median(off.whole), unit },
    { name: "CPU for each, strict", value: median(strict.whole), unit },
    { name: "CPU for each, strict with digests", value: median(digest.whole), unit },
    atMost("added for each", added("whole"), whole, unit, !tiny),
    { name: "added for each, with digests", value: added("whole", digest), unit },
    worker === undefined ? ofWorker : atMost(ofWorker.name, ofWorker.value, worker, unit, !tiny),
  ];
}
