/**
 * What each policy adds to an exchange, in JavaScript alone, with the options of its example: CPU
 * nanoseconds, medians of rounds that alternate with exchanges without any.
 * Run: `node bench/micro/policies.ts [--tiny] [NAME...]`.
 */
import { parse } from "yaml";
import { standardPolicies } from "#app/standard-policies.ts";
import { configurationSchema } from "#app/configuration-schema.ts";
import { loadConfiguration } from "#configuration/load.ts";
import type { Configuration } from "#configuration/configuration.ts";
import type { Policy } from "#extension/policy.ts";
import { benchRevision } from "./revision.ts";
import { runExchanges } from "./stub-gateway.ts";

const tiny = process.argv.includes("--tiny");
const names = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const rounds = tiny ? 1 : 7;
const count = tiny ? 200 : 150_000;

/** Those whose example refuses every request, or names files of its own, say nothing here. */
const unmeasured = new Set(["maintenance", "fallback"]);

/** As its example, but for so many requests that none is refused. */
function usesOf({ name, example }: Policy): Configuration["policies"] {
  const [use] = parse(example) as Record<string, Record<string, unknown>>[];
  const plenty: Record<string, Record<string, unknown>> = {
    "rate-limit": { requests: 1_000_000, windowMs: 60_000 },
    "ip-filter": { allow: ["127.0.0.0/8"] },
    quota: { requests: 1_000_000_000 },
  };
  const policies = [{ [name]: { ...use?.[name], ...plenty[name] } }];
  const services = { up: { instances: ["http://127.0.0.1:9000"] } };
  const text = JSON.stringify({ version: 1, callers: "open", services, policies });
  const { configuration, diagnostics } = loadConfiguration("parlance.yaml", {
    files: { readUpTo: () => Buffer.from(text) },
    env: {},
    schema: configurationSchema,
  });
  if (configuration === undefined) throw new Error(`${name}: ${JSON.stringify(diagnostics)}`);
  return configuration.policies;
}

async function measure(uses: Configuration["policies"]): Promise<number> {
  const plain = benchRevision();
  const configuration = { ...plain.configuration, policies: uses };
  const before = process.cpuUsage();
  await runExchanges({ ...plain, configuration }, count, standardPolicies);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1e3) / count;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] as number;
}

await measure([]);
for (const policy of standardPolicies) {
  const { name } = policy;
  if (unmeasured.has(name) || (names.length > 0 && !names.includes(name))) continue;
  const uses = usesOf(policy);
  await measure(uses);
  const added: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const without = await measure([]);
    added.push((await measure(uses)) - without);
  }
  const spread = [Math.min(...added), Math.max(...added)].map(Math.round);
  console.log(JSON.stringify({ policy: name, addedCpuNs: Math.round(median(added)), spread }));
}
process.exit(0);
