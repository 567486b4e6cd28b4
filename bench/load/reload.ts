/** New configurations under load: every second one, each shown to be live, no request lost. */
import { setTimeout as sleep } from "node:timers/promises";
import { median } from "#bench/rig/statistics.ts";
import { answers, plainPlan, servicesOf, type Gateway } from "./gateway.ts";
import { atMost, none, type Finding, type LoadCase, type LoadSite } from "./load-case.ts";
import { startSteadyLoad, type SteadyResult } from "./steady-load.ts";

export const reload: LoadCase = {
  id: "reload",
  title: "A new configuration every second, under load",
  run: async (site) => {
    const gateway = await site.start(plainPlan(site.rig));
    const periodMs = site.tiny ? 300 : 1000;
    const reloads = site.tiny ? 2 : Math.max(5, Math.ceil(site.seconds * 5));
    const spanMs = periodMs * reloads;
    const url = `http://127.0.0.1:${gateway.port}/up/json`;
    const { connections } = site;
    await site.rig.load({ url, connections, seconds: site.seconds }); // Warm-up.
    const before = await steadyDuring(site, gateway, () => sleep(spanMs));
    let live: readonly number[] = [];
    const during = await steadyDuring(site, gateway, async () => {
      live = await rewriteEvery(site, gateway, periodMs, reloads, "steady");
    });
    const [full, liveFull] = await Promise.all([
      site.rig.load({ url, connections, seconds: spanMs / 1000 }),
      rewriteEvery(site, gateway, periodMs, reloads, "full"),
    ]);
    return [
      ...findingsOf(site, before, during, live),
      none("failed requests, as many as it can take", full.errors, `of ${full.requests}`),
      none("reloads not live, as many as it can take", reloads - liveFull.length, `of ${reloads}`),
      none("reloads not live, constant rate", reloads - live.length, `of ${reloads}`),
    ];
  },
};

function findingsOf(
  site: LoadSite,
  before: SteadyResult,
  during: SteadyResult,
  live: readonly number[],
): readonly Finding[] {
  const failed = before.failed + during.failed;
  const total = before.requests + during.requests;
  const ratio = during.p99Ms / before.p99Ms;
  return [
    none("failed requests, constant rate", failed, `of ${total}`),
    { name: "p99 before", value: before.p99Ms, unit: "ms" },
    { name: "p99 while reloading", value: during.p99Ms, unit: "ms" },
    atMost("p99 while reloading to before", ratio, 2, "x", !site.tiny),
    atMost("from rewriting the file to live, median", median(live), 1000, "ms", !site.tiny),
  ];
}

export async function steadyDuring(
  site: LoadSite,
  gateway: Gateway,
  happen: () => Promise<unknown>,
  headers: Readonly<Record<string, string>> = {},
): Promise<SteadyResult> {
  const origin = `http://127.0.0.1:${gateway.port}`;
  const load = startSteadyLoad(origin, "/up/json", site.tiny ? 100 : 1000, { headers });
  await happen();
  return load.stop();
}

/** Each configuration names one service more; when that answers, the new one is live. */
async function rewriteEvery(
  site: LoadSite,
  gateway: Gateway,
  periodMs: number,
  times: number,
  name: string,
): Promise<readonly number[]> {
  const liveMs: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const service = `${name}-${time}`;
    const startedMs = performance.now();
    gateway.rewrite(servicesOf(site.rig, service));
    if (await becomesLive(gateway, `/${service}/json`)) liveMs.push(performance.now() - startedMs);
    await sleep(Math.max(0, periodMs - (performance.now() - startedMs)));
  }
  return liveMs;
}

export async function becomesLive(
  gateway: Gateway,
  path: string,
  waitMs = 5000,
  headers: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  const deadline = performance.now() + waitMs;
  while (performance.now() < deadline) {
    if (await answers(gateway.port, path, headers).catch(() => false)) return true;
    await sleep(10);
  }
  return false;
}
