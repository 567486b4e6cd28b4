/** The cost of choosing among 20,000 routes beside that of choosing among 10. */
import { setTimeout as sleep } from "node:timers/promises";
import { cpuUsOf } from "#bench/rig/process-tree.ts";
import type { Rig } from "#bench/rig/rig.ts";
import { median, ratiosByRound } from "#bench/rig/statistics.ts";
import type { Gateway, Services } from "./gateway.ts";
import { atMost, none, type LoadCase, type LoadSite } from "./load-case.ts";
import { becomesLive } from "./reload.ts";

interface Estate {
  readonly services: number;
  readonly routesEach: number;
}

const few: Estate = { services: 1, routesEach: 10 };

export const manyRoutes: LoadCase = {
  id: "routes",
  title: "20,000 routes beside 10, every route asked for in turn",
  run: async (site) => {
    const many: Estate = { services: site.tiny ? 10 : 1000, routesEach: 20 };
    const small = await startEstate(site, few);
    const large = await startEstate(site, many);
    const cpu: { readonly small: number[]; readonly large: number[] } = { small: [], large: [] };
    let errors = 0;
    for (let round = 0; round <= site.rounds; round += 1) {
      const first = await loadOnce(site, small, few);
      const second = await loadOnce(site, large, many);
      errors += first.errors + second.errors;
      if (round === 0) continue; // Warm-up.
      cpu.small.push(first.cpuUs);
      cpu.large.push(second.cpuUs);
    }
    const ratio = median(ratiosByRound(cpu.large, cpu.small));
    const again = await reloadLarge(site, large, many);
    const total = many.services * many.routesEach;
    const among = (count: number): string => `CPU per exchange among ${count} routes`;
    return [
      { name: among(few.routesEach), value: median(cpu.small), unit: "µs" },
      { name: among(total), value: median(cpu.large), unit: "µs" },
      atMost("many to few", ratio, 1.1, "x", !site.tiny),
      {
        name: `from process start to the first answer, ${total} routes`,
        value: large.readyMs,
        unit: "ms",
      },
      atMost(
        `from rewriting the file to live, ${total} routes`,
        again.liveMs,
        1000,
        "ms",
        !site.tiny,
      ),
      none("failed requests", errors + again.errors, "requests"),
    ];
  },
};

function startEstate(site: LoadSite, estate: Estate): Promise<Gateway> {
  const services = routedServices(site.rig, estate);
  const cores = site.rig.cores.gateway;
  return site.start({ workers: 1, cores, services, readyPath: "/s0/r0/42" });
}

function routedServices(rig: Rig, estate: Estate): Services {
  const instances = [`http://127.0.0.1:${rig.upstream.port}`];
  const entries = Array.from({ length: estate.services }, (_, service) => {
    const routes = Array.from({ length: estate.routesEach }, (__, route) => ({
      id: `r${route}`,
      path: `/s${service}/r${route}/{id}`,
    }));
    return [`s${service}`, { instances, routes }] as const;
  });
  return Object.fromEntries(entries);
}

async function loadOnce(
  site: LoadSite,
  gateway: Gateway,
  estate: Estate,
): Promise<{ readonly cpuUs: number; readonly errors: number }> {
  const before = cpuUsOf(gateway.pid);
  const { connections, seconds } = site;
  const url = `http://127.0.0.1:${gateway.port}/`;
  const result = await site.rig.load({ url, connections, seconds, script: scriptOf(estate) });
  return { cpuUs: (cpuUsOf(gateway.pid) - before) / result.requests, errors: result.errors };
}

/** The step is prime to every number of routes used here, so all of them get their turn. */
function scriptOf(estate: Estate): string {
  return `
local requests, at = {}, 0
function init()
  for s = 0, ${estate.services - 1} do
    for r = 0, ${estate.routesEach - 1} do
      requests[#requests + 1] = wrk.format("GET", "/s" .. s .. "/r" .. r .. "/42")
    end
  end
end
function request()
  at = (at + 7919) % #requests
  return requests[at + 1]
end
`;
}

/** Under load, one service more. */
async function reloadLarge(
  site: LoadSite,
  gateway: Gateway,
  estate: Estate,
): Promise<{ readonly liveMs: number; readonly errors: number }> {
  const load = loadOnce({ ...site, seconds: site.tiny ? 0.5 : 5 }, gateway, estate);
  await sleep(site.tiny ? 100 : 1000);
  const startedMs = performance.now();
  gateway.rewrite(routedServices(site.rig, { ...estate, services: estate.services + 1 }));
  const live = await becomesLive(gateway, `/s${estate.services}/r0/42`, 30_000);
  const liveMs = live ? performance.now() - startedMs : NaN;
  return { liveMs, errors: (await load).errors };
}
