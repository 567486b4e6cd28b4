/**
 * Three times as much as a service can take: what still comes through, how soon, and whether a
 * caller who asks for little feels one who asks for much. A rate that does not wait for answers.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { quantile } from "#bench/rig/statistics.ts";
import { startBounded } from "./bounded-services.ts";
import type { Gateway } from "./gateway.ts";
import { atLeast, atMost, none, type Finding, type LoadCase, type LoadSite } from "./load-case.ts";
import { startSteadyLoad, type SteadyResult } from "./steady-load.ts";

/** 800 a second at most, by construction. */
const capacity = { atOnce: 8, tookMs: 10 };
const peakPerSecond = (capacity.atOnce * 1_000) / capacity.tookMs;
const keys = { many: "key-of-who-asks-for-much", few: "key-of-who-asks-for-little" };

export const overload: LoadCase = {
  id: "overload",
  title: `Three times what a service can take, of ${peakPerSecond} a second at most`,
  run: async (site) => {
    const service = await startBounded(site.rig, capacity);
    const callers = Object.fromEntries(
      Object.entries(keys).map(([name, key]) => [name, { key, may: ["*"] }]),
    );
    const concurrency = { adaptive: { min: 2, max: 200 }, queueMax: 8, waitMs: 1_000 };
    const start = (policies: readonly object[]): Promise<Gateway> =>
      site.start({
        workers: 1,
        cores: site.rig.cores.gateway,
        services: { up: { instances: [service.url], policies } },
        callers,
        readyPath: "/up/x",
        readyKey: keys.few,
      });
    const guarded = await start([{ concurrency }]);
    try {
      return await measure(site, guarded, await start([]));
    } finally {
      await service.running.stop();
    }
  },
};

async function measure(
  site: LoadSite,
  guarded: Gateway,
  open: Gateway,
): Promise<readonly Finding[]> {
  const seconds = site.tiny ? 0.3 : Math.max(5, site.seconds * 3);
  const few = { caller: "few", perSecond: peakPerSecond / 10 } as const;
  const run = (gateway: Gateway, ...loads: readonly Share[]) => runAll(gateway, seconds, loads);
  // Finds out how much the service takes.
  await run(guarded, { caller: "many", perSecond: peakPerSecond });
  const [peak] = await run(guarded, { caller: "many", perSecond: 1.1 * peakPerSecond });
  const [usual] = await run(guarded, { caller: "many", perSecond: 0.8 * peakPerSecond });
  const [over] = await run(guarded, { caller: "many", perSecond: 3 * peakPerSecond });
  const [alone] = await run(guarded, few, { caller: "many", perSecond: 0.5 * peakPerSecond });
  const [beside, noisy] = await run(guarded, few, { caller: "many", perSecond: 3 * peakPerSecond });
  // Last, for the service has much to work off afterwards.
  const [bare] = await run(open, { caller: "many", perSecond: 1.5 * peakPerSecond });
  const decided = !site.tiny;
  const goodput = rateOf(over) / rateOf(peak);
  return [
    { name: "goodput at the peak", value: rateOf(peak), unit: "1/s" },
    { name: "goodput at three times the peak", value: rateOf(over), unit: "1/s" },
    atLeast("goodput at three times to at the peak", goodput, 0.9, "x", decided),
    { name: "p99 of good answers at the peak", value: p99Of(peak), unit: "ms" },
    { name: "p99 of good answers at 0.8 of the peak", value: p99Of(usual), unit: "ms" },
    { name: "p99 of good answers at three times", value: p99Of(over), unit: "ms" },
    atMost("p99 at three times to at 0.8", p99Of(over) / p99Of(usual), 3, "x", decided),
    { name: "p99 at 1.5 times, without the policy", value: p99Of(bare), unit: "ms" },
    { name: "caller of little: good, beside half the peak", value: shareOf(alone), unit: "share" },
    atLeast("caller of little: good, beside three times", shareOf(beside), 0.99, "share", decided),
    { name: "caller of little: p99 beside half the peak", value: p99Of(alone), unit: "ms" },
    { name: "caller of little: p99 beside three times", value: p99Of(beside), unit: "ms" },
    { name: "caller of much: good", value: shareOf(noisy), unit: "share" },
    none("requests that failed otherwise", failedOf(over, alone, beside, noisy), "requests"),
  ];
}

interface Share {
  readonly caller: keyof typeof keys;
  readonly perSecond: number;
}

async function runAll(
  gateway: Gateway,
  seconds: number,
  loads: readonly Share[],
): Promise<readonly SteadyResult[]> {
  const origin = `http://127.0.0.1:${gateway.port}`;
  const running = loads.map(({ caller, perSecond }) =>
    startSteadyLoad(origin, "/up/x", perSecond, {
      connections: 256,
      headers: { "x-api-key": keys[caller] },
    }),
  );
  await sleep(seconds * 1_000);
  return Promise.all(running.map((one) => one.stop()));
}

function rateOf(result: SteadyResult | undefined): number {
  return result === undefined ? NaN : result.good / result.seconds;
}

function shareOf(result: SteadyResult | undefined): number {
  return result === undefined ? NaN : result.good / Math.max(1, result.requests);
}

function p99Of(result: SteadyResult | undefined): number {
  return quantile([...(result?.goodMs.values() ?? [])].flat(), 0.99);
}

function failedOf(...results: readonly (SteadyResult | undefined)[]): number {
  return results.reduce((sum, result) => sum + (result?.failed ?? 0), 0);
}
