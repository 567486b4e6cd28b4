/**
 * What a call costs among 100,000 callers beside among ten, and what memory they take: at first,
 * under load, and when the file is read again under load.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { hash } from "node:crypto";
import { cpuUsOf, residentBytesOf } from "#bench/rig/process-tree.ts";
import { median, ratiosByRound } from "#bench/rig/statistics.ts";
import { mebibytes } from "#bench/rig/table.ts";
import { servicesOf, type Gateway } from "./gateway.ts";
import { atMost, none, type Finding, type LoadCase, type LoadSite } from "./load-case.ts";
import { becomesLive, steadyDuring } from "./reload.ts";

const fewCallers = 10;
const addedMiBMax = 100;

export const manyCallers: LoadCase = {
  id: "callers",
  title: "100,000 callers beside ten, each asking in turn",
  run: async (site) => {
    const count = site.tiny ? 100 : 100_000;
    const small = await startWith(site, fewCallers);
    const large = await startWith(site, count);
    /** Of both, all threads and children, after the same requests. */
    const added = (): number => mebibytes(residentBytesOf(large.pid) - residentBytesOf(small.pid));
    const idle = added();
    const cpu: { readonly small: number[]; readonly large: number[] } = { small: [], large: [] };
    let errors = 0;
    for (let round = 0; round <= site.rounds; round += 1) {
      const first = await loadOnce(site, small, fewCallers);
      const second = await loadOnce(site, large, count);
      errors += first.errors + second.errors;
      if (round === 0) continue; // Warm-up.
      cpu.small.push(first.cpuUs);
      cpu.large.push(second.cpuUs);
    }
    const loaded = added();
    const ratio = median(ratiosByRound(cpu.large, cpu.small));
    const among = (callers: number): string => `CPU per exchange among ${callers} callers`;
    const readAgain = await readAllAgain(site, small, large, count);
    return [
      { name: among(fewCallers), value: median(cpu.small), unit: "µs" },
      { name: among(count), value: median(cpu.large), unit: "µs" },
      atMost("many to few", ratio, 1.1, "x", !site.tiny),
      { name: "memory added, idle", value: idle, unit: "MiB" },
      atMost("memory added, after the load", loaded, addedMiBMax, "MiB", !site.tiny),
      { name: "from process start to the first answer", value: large.readyMs, unit: "ms" },
      none("failed requests", errors, "requests"),
      ...readAgain,
      atMost("memory added, after that", added(), addedMiBMax, "MiB", !site.tiny),
    ];
  },
};

const keyOf = (caller: number): string => `key-of-caller-number-${caller}`;
const path = "/up/json";

function callersOf(count: number): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, caller) => [`c${caller}`, withKey(keyOf(caller))]),
  );
}

function withKey(key: string): object {
  return { keySha256: hash("sha256", key), may: ["up.*"] };
}

function startWith({ rig, start }: LoadSite, count: number): Promise<Gateway> {
  const services = servicesOf(rig);
  const callers = callersOf(count);
  const readyKey = keyOf(0);
  const cores = rig.cores.gateway;
  return start({ workers: 1, cores, services, callers, readyPath: path, readyKey });
}

/** Both gateways, the large one last, each under a load of its own: one caller gets another key. */
async function readAllAgain(
  site: LoadSite,
  small: Gateway,
  large: Gateway,
  count: number,
): Promise<readonly Finding[]> {
  const times = site.tiny ? 1 : 4;
  await renewKeys(site, small, fewCallers, times);
  const headers = { "x-api-key": keyOf(0) };
  const quiet = await steadyDuring(site, large, () => sleep(site.tiny ? 100 : 2_000), headers);
  let live: readonly number[] = [];
  const readAgain = async (): Promise<void> => {
    live = await renewKeys(site, large, count, times);
  };
  const busy = await steadyDuring(site, large, readAgain, headers);
  await sleep(500); // Until the process that has read the file is gone.
  const failed = quiet.failed + busy.failed;
  return [
    { name: "p99 before the file is read again", value: quiet.p99Ms, unit: "ms" },
    { name: "p99 while it is", value: busy.p99Ms, unit: "ms" },
    { name: "from rewriting the file to live, median", value: median(live), unit: "ms" },
    none("reloads not live", times - live.length, `of ${times}`),
    none("failed requests meanwhile", failed, `of ${quiet.requests + busy.requests}`),
  ];
}

/** @returns how long each took to be live. */
async function renewKeys(
  { rig }: LoadSite,
  gateway: Gateway,
  count: number,
  times: number,
): Promise<readonly number[]> {
  const callers = callersOf(count);
  const liveMs: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const key = `renewed-key-of-caller-number-1-${time}`;
    const startedMs = performance.now();
    gateway.rewrite(servicesOf(rig), { ...callers, c1: withKey(key) });
    const isLive = await becomesLive(gateway, path, 30_000, { "x-api-key": key });
    if (isLive) liveMs.push(performance.now() - startedMs);
  }
  return liveMs;
}

async function loadOnce(
  { rig, connections, seconds }: LoadSite,
  gateway: Gateway,
  callers: number,
): Promise<{ readonly cpuUs: number; readonly errors: number }> {
  const before = cpuUsOf(gateway.pid);
  const url = `http://127.0.0.1:${gateway.port}${path}`;
  const result = await rig.load({ url, connections, seconds, script: scriptOf(callers) });
  return { cpuUs: (cpuUsOf(gateway.pid) - before) / result.requests, errors: result.errors };
}

/** The step is prime to every number of callers used here, so all of them get their turn. */
function scriptOf(callers: number): string {
  return `
local at = 0
function request()
  at = (at + 7919) % ${callers}
  return wrk.format("GET", nil, { ["X-Api-Key"] = "key-of-caller-number-" .. at })
end
`;
}
