/**
 * What it costs that policies are timed, one exchange in 64: CPU nanoseconds that it adds to an
 * exchange with one policy, medians of rounds that alternate with exchanges that are never timed.
 * Run: `node bench/micro/policy-costs.ts [--tiny]`.
 */
import { standardPolicies } from "#app/standard-policies.ts";
import type { PolicyCosts } from "#gateway/policy-costs.ts";
import { median, quantile } from "#bench/rig/statistics.ts";
import { benchRevision } from "./revision.ts";
import { plain, runExchanges } from "./stub-gateway.ts";

const tiny = process.argv.includes("--tiny");
const rounds = tiny ? 1 : 15;
const count = tiny ? 200 : 150_000;

let timed = 0;
let totalMs = 0;
const costs: PolicyCosts = {
  cellOf: () => ({
    begin: () => void timed++,
    add: (ms) => void (totalMs += ms),
  }),
};

async function measure(isTimed: boolean): Promise<number> {
  const { configuration, ...revision } = benchRevision();
  const source = { file: "parlance.yaml", line: 1, column: 1 };
  const options = { request: { set: { "X-Tenant": "a" }, remove: [] } };
  const answer = { set: {}, remove: [] };
  const use = { name: "headers", only: undefined, source };
  const policies = [{ ...use, options: { ...options, answer, secure: false } }];
  const policed = { ...revision, configuration: { ...configuration, policies } };
  const before = process.cpuUsage();
  const traffic = { ...plain, ...(isTimed ? { costs } : {}) };
  await runExchanges(policed, count, standardPolicies, traffic);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1e3) / count;
}

await measure(true);
const added: number[] = [];
for (let round = 0; round < rounds; round++) {
  const without = await measure(false);
  added.push((await measure(true)) - without);
}
const spread = [quantile(added, 0.25), quantile(added, 0.75)].map(Math.round);
const policyUs = Math.round((totalMs / timed) * 1e6) / 1e3;
console.log(JSON.stringify({ addedCpuNs: Math.round(median(added)), spread, policyUs }));
process.exit(0);
