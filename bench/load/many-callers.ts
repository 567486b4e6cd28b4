/** What a call costs among 100,000 callers beside among ten, and what memory they take. */
import { hash } from "node:crypto";
import { cpuUsOf, residentBytesOf } from "#bench/rig/process-tree.ts";
import { median, ratiosByRound } from "#bench/rig/statistics.ts";
import { mebibytes } from "#bench/rig/table.ts";
import { servicesOf, type Gateway } from "./gateway.ts";
import { atMost, none, type LoadCase, type LoadSite } from "./load-case.ts";

const fewCallers = 10;

export const manyCallers: LoadCase = {
  id: "callers",
  title: "100,000 callers beside ten, each asking in turn",
  run: async (site) => {
    const count = site.tiny ? 100 : 100_000;
    const small = await startWith(site, fewCallers);
    const large = await startWith(site, count);
    const idleBytes = residentBytesOf(large.pid) - residentBytesOf(small.pid);
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
    const added = mebibytes(residentBytesOf(large.pid) - residentBytesOf(small.pid));
    const ratio = median(ratiosByRound(cpu.large, cpu.small));
    const among = (callers: number): string => `CPU per exchange among ${callers} callers`;
    return [
      { name: among(fewCallers), value: median(cpu.small), unit: "µs" },
      { name: among(count), value: median(cpu.large), unit: "µs" },
      atMost("many to few", ratio, 1.1, "x", !site.tiny),
      { name: "memory added, idle", value: mebibytes(idleBytes), unit: "MiB" },
      atMost("memory added, after the load", added, 100, "MiB", !site.tiny),
      { name: "from process start to the first answer", value: large.readyMs, unit: "ms" },
      none("failed requests", errors, "requests"),
    ];
  },
};

const keyOf = (caller: number): string => `key-of-caller-number-${caller}`;

function startWith({ rig, start }: LoadSite, count: number): Promise<Gateway> {
  const callers = Object.fromEntries(
    Array.from({ length: count }, (_, caller) => [
      `c${caller}`,
      { keySha256: hash("sha256", keyOf(caller)), may: ["up.*"] },
    ]),
  );
  const services = servicesOf(rig);
  const readyKey = keyOf(0);
  const cores = rig.cores.gateway;
  return start({ workers: 1, cores, services, callers, readyPath: "/up/json", readyKey });
}

async function loadOnce(
  { rig, connections, seconds }: LoadSite,
  gateway: Gateway,
  callers: number,
): Promise<{ readonly cpuUs: number; readonly errors: number }> {
  const before = cpuUsOf(gateway.pid);
  const url = `http://127.0.0.1:${gateway.port}/up/json`;
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
