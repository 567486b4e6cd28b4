/** Three instances under load: one is killed, and one becomes ten times as slow. */
import { setTimeout as sleep } from "node:timers/promises";
import { median, quantile } from "#bench/rig/statistics.ts";
import { startBounded, type BoundedService } from "./bounded-services.ts";
import type { Gateway } from "./gateway.ts";
import { atMost, none, type Finding, type LoadCase, type LoadSite } from "./load-case.ts";
import { startSteadyLoad, type SteadyResult } from "./steady-load.ts";

/** Three of them take 2,400 a second. */
const capacity = { atOnce: 8, tookMs: 10 };
const perSecond = 800;

export const instances: LoadCase = {
  id: "instances",
  title: "One of three instances dies, and one becomes ten times as slow",
  run: async (site) => [...(await killOne(site)), ...(await slowOne(site))],
};

async function killOne(site: LoadSite): Promise<readonly Finding[]> {
  return withThree(site, async (gateway, three) => {
    const load = steady(site, gateway);
    await sleep(spanMs(site));
    three[0]?.running.signal("SIGKILL");
    await sleep(spanMs(site));
    const { failed, refused, requests } = await load.stop();
    return [none("failed GETs, one instance killed", failed + refused, `of ${requests}`)];
  });
}

async function slowOne(site: LoadSite): Promise<readonly Finding[]> {
  return withThree(site, async (gateway, three) => {
    const during = async (): Promise<SteadyResult> => {
      const load = steady(site, gateway);
      await sleep(2 * spanMs(site));
      return load.stop();
    };
    const [slow, ...others] = three;
    await during(); // Warm-up.
    const before: SteadyResult[] = [];
    const beside: SteadyResult[] = [];
    for (let round = 0; round < site.rounds; round += 1) {
      before.push(await during());
      slow?.running.signal("SIGUSR2");
      beside.push(await during());
      slow?.running.signal("SIGUSR2");
    }
    return findingsOf(site, before, beside, slow?.name ?? "", others);
  });
}

/** The two are neighbours in time, since the machine is not equally fast all the time. */
function findingsOf(
  site: LoadSite,
  before: readonly SteadyResult[],
  beside: readonly SteadyResult[],
  slow: string,
  others: readonly BoundedService[],
): readonly Finding[] {
  const [ms, besideMs] = [before, beside].map((all) => all.map((one) => p99Of(one, others)));
  const ratios = ms?.map((value, round) => (besideMs?.[round] ?? NaN) / value) ?? [];
  const all = [...before, ...beside];
  const sum = (count: (one: SteadyResult) => number, of: readonly SteadyResult[] = all): number =>
    of.reduce((total, one) => total + count(one), 0);
  const ofSlow = sum(({ goodMs }) => goodMs.get(slow)?.length ?? 0, beside);
  const failed = sum((one) => one.failed + one.refused);
  return [
    { name: "p99 of the other two, before", value: median(ms ?? []), unit: "ms" },
    { name: "p99 of the other two, one slow", value: median(besideMs ?? []), unit: "ms" },
    atMost("p99 of the other two to before", median(ratios), 1.2, "x", !site.tiny),
    {
      name: "share of the slow one",
      value: ofSlow / sum((one) => one.good, beside),
      unit: "share",
    },
    none("failed GETs, one instance slow", failed, `of ${sum((one) => one.requests)}`),
  ];
}

function spanMs(site: LoadSite): number {
  return site.tiny ? 300 : Math.max(3, site.seconds) * 1_000;
}

function steady({ tiny }: LoadSite, { port }: Gateway) {
  const rate = tiny ? 100 : perSecond;
  return startSteadyLoad(`http://127.0.0.1:${port}`, "/up/x", rate, { connections: 256 });
}

function p99Of({ goodMs }: SteadyResult, services: readonly BoundedService[]): number {
  return quantile(
    services.flatMap(({ name }) => goodMs.get(name) ?? []),
    0.99,
  );
}

async function withThree(
  site: LoadSite,
  measure: (gateway: Gateway, three: readonly BoundedService[]) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  const start = (): Promise<BoundedService> => startBounded(site.rig, capacity);
  const three = await Promise.all([start(), start(), start()]);
  const service = {
    instances: three.map(({ url }) => url),
    balance: { strategy: "peak-ewma" },
    outlier: { failures: 3 },
    policies: [{ retry: { attemptsMax: 3 } }],
  };
  try {
    const gateway = await site.start({
      workers: 1,
      cores: site.rig.cores.gateway,
      services: { up: service },
      readyPath: "/up/x",
    });
    return await measure(gateway, three);
  } finally {
    await Promise.all(three.map(({ running }) => running.stop()));
  }
}
