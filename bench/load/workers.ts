/** What a second worker adds. On two cores it competes with the load generator: read with care. */
import { measure } from "#bench/peers/measure.ts";
import { workloads } from "#bench/peers/workloads.ts";
import { median, ratiosByRound } from "#bench/rig/statistics.ts";
import { plainPlan, type Gateway } from "./gateway.ts";
import type { Finding, LoadCase } from "./load-case.ts";
import { none } from "./load-case.ts";

/** Two for the workers, one each for the load generator and the upstream. */
const coresForVerdict = 4;

export const workers: LoadCase = {
  id: "workers",
  title: "One worker and two, 1 KB GET",
  run: async (site) => {
    const { rig } = site;
    const gateways: readonly Gateway[] = [
      await site.start(plainPlan(rig, rig.cores.all, 1)),
      await site.start(plainPlan(rig, rig.cores.all, 2)),
    ];
    const workload = workloads[0];
    if (workload === undefined) throw new Error("there is no workload");
    const perSecond: number[][] = gateways.map(() => []);
    const cpuUs: number[][] = gateways.map(() => []);
    let faults = 0;
    for (let round = 0; round <= site.rounds; round += 1) {
      for (const [place, gateway] of gateways.entries()) {
        const sample = await measure(rig, gateway, workload, site);
        faults += sample.faults.length;
        if (round === 0) continue; // Warm-up.
        perSecond[place]?.push(sample.requestsPerSecond);
        cpuUs[place]?.push(sample.cpuUsPerExchange);
      }
    }
    const [one = [], two = []] = perSecond;
    return [
      { name: "1 worker", value: median(one), unit: "requests/s" },
      { name: "2 workers", value: median(two), unit: "requests/s" },
      scaleOf(median(ratiosByRound(two, one)), rig.cores.loadCount + 1, site.tiny),
      { name: "CPU per exchange, 1 worker", value: median(cpuUs[0] ?? []), unit: "µs" },
      { name: "CPU per exchange, 2 workers", value: median(cpuUs[1] ?? []), unit: "µs" },
      none("runs with errors", faults, "runs"),
    ];
  },
};

function scaleOf(scale: number, cores: number, tiny: boolean): Finding {
  const finding = { name: `2 workers to 1, on ${cores} cores`, value: scale, unit: "x" };
  const reach = `>= 1.7 given ${coresForVerdict} cores`;
  if (tiny || cores < coresForVerdict) return { ...finding, reach };
  return { ...finding, reach, held: scale >= 1.7 };
}
