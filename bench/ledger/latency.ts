/** How much later answers come when they wait for their records. */
import { atMost, none, type LoadCase } from "#bench/load/load-case.ts";
import { median } from "#bench/rig/statistics.ts";
import { modes, pacedLoads, startModes } from "./modes.ts";

const perSecond = 10_000;

export const latency: LoadCase = {
  id: "latency",
  title: "Latency at 10,000 exchanges a second, strict beside off",
  run: async (site) => {
    const gateways = await startModes(site);
    const p50: number[][] = modes.map(() => []);
    const p99: number[][] = modes.map(() => []);
    const rates: number[] = [];
    let errors = 0;
    const loads = await pacedLoads(site, gateways, perSecond);
    for (let round = 0; round < site.rounds; round += 1) {
      for (const [place, load] of loads.entries()) {
        const result = await site.rig.load(load);
        errors += result.errors;
        p50[place]?.push(result.p50Ms);
        p99[place]?.push(result.p99Ms);
        rates.push(result.requests / result.seconds);
      }
    }
    const added = ([off = [], strict = []]: readonly number[][]): number =>
      median(strict.map((value, round) => value - (off[round] ?? value)));
    const unit = "ms";
    return [
      { name: "exchanges", value: median(rates), unit: "1/s" },
      { name: "p50, ledger off", value: median(p50[0] ?? []), unit },
      { name: "p50, strict", value: median(p50[1] ?? []), unit },
      atMost("added at p50", added(p50), 1, unit, !site.tiny),
      { name: "p99, ledger off", value: median(p99[0] ?? []), unit },
      { name: "p99, strict", value: median(p99[1] ?? []), unit },
      atMost("added at p99", added(p99), 10, unit, !site.tiny),
      none("failed requests", errors, "requests"),
    ];
  },
};
