/**
 * What each policy adds to an exchange, in JavaScript alone, with the options of its example: CPU
 * nanoseconds, medians of rounds that alternate with exchanges without any.
 * Run: `node bench/micro/policies.ts [--tiny] [NAME...]`.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { standardPolicies } from "#app/standard-policies.ts";
import { configurationSchema } from "#app/configuration-schema.ts";
import { loadConfiguration } from "#configuration/load.ts";
import type { Configuration } from "#configuration/configuration.ts";
import type { Policy } from "#extension/policy.ts";
import { openRecords } from "#state/open-records.ts";
import { orderRevision, orderTraffic } from "./order-service.ts";
import { benchRevision } from "./revision.ts";
import {
  cacheableTraffic,
  keyedTraffic,
  plain as plainTraffic,
  runExchanges,
  type StubTraffic,
} from "./stub-gateway.ts";

const tiny = process.argv.includes("--tiny");
const names = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const rounds = tiny ? 1 : 7;
const count = tiny ? 200 : 150_000;

/**
 * Those whose example refuses every request, or wants files or a folder, say nothing here; those
 * that read messages follow by themselves.
 */
const unmeasured = new Set(["maintenance", "fallback", "validate", "mask"]);

const records = openRecords(mkdtempSync(join(tmpdir(), "parlance-bench-")));

/** As its example, but for so many requests that none is refused. */
function usesOf({ name, example }: Policy): Configuration["policies"] {
  const [use] = parse(example) as Record<string, Record<string, unknown>>[];
  const plenty: Record<string, Record<string, unknown>> = {
    "rate-limit": { requests: 1_000_000, windowMs: 60_000 },
    "ip-filter": { allow: ["127.0.0.0/8"] },
    idempotency: { required: false, only: undefined },
    timeout: { only: undefined },
    quota: { requests: 1_000_000_000 },
    sign: { keys: join(mkdtempSync(join(tmpdir(), "parlance-bench-")), "signing") },
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
  // A signature takes longer than an exchange.
  const isSlow = uses.some(({ name }) => name === "sign");
  const own = isSlow ? Math.ceil(count / 15) : count;
  const revision = { ...plain, configuration };
  const traffic = { ...plainTraffic, records };
  return cpuOf(() => runExchanges(revision, own, standardPolicies, traffic), own);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] as number;
}

/** Those that read messages: of 1 KB, of an operation whose contract has a list of records. */
const readers: Readonly<Record<string, object>> = {
  "validate requests": { validate: { answers: { mode: "off" } } },
  "validate answers": { validate: { requests: { mode: "off" }, answers: { mode: "refuse" } } },
  "validate limits": {
    validate: { requests: { itemsMax: 9, textLengthMax: 99 }, answers: { mode: "off" } },
  },
  mask: { mask: { answers: [{ field: "order.customer" }] } },
};

async function measureOrders(policies: readonly object[]): Promise<number> {
  const revision = await orderRevision(policies);
  return cpuOf(() => runExchanges(revision, count, standardPolicies, orderTraffic));
}

/** What is kept is given again, or asked for and kept each time. */
const cached: Readonly<Record<string, StubTraffic>> = {
  "cache hit": cacheableTraffic(),
  "cache miss, kept": cacheableTraffic("Cache-Control: no-cache\r\n"),
};

async function measureCached(traffic: StubTraffic, isCached: boolean): Promise<number> {
  const plain = benchRevision();
  const cache = standardPolicies.find(({ name }) => name === "cache") as Policy;
  const configuration = { ...plain.configuration, policies: isCached ? usesOf(cache) : [] };
  const revision = { ...plain, configuration };
  return cpuOf(() => runExchanges(revision, count, standardPolicies, traffic));
}

/** Each is answered as the first one was. */
async function measureKeyed(isKept: boolean): Promise<number> {
  const plain = benchRevision();
  const policy = standardPolicies.find(({ name }) => name === "idempotency") as Policy;
  const configuration = { ...plain.configuration, policies: isKept ? usesOf(policy) : [] };
  const traffic = { ...keyedTraffic, records };
  const own = Math.ceil(count / 15);
  const revision = { ...plain, configuration };
  return cpuOf(() => runExchanges(revision, own, standardPolicies, traffic), own);
}

async function cpuOf(run: () => Promise<void>, exchanges = count): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1e3) / exchanges;
}

/** Rounds with and without alternate. */
async function compare(
  name: string,
  measureWith: () => Promise<number>,
  plain: () => Promise<number>,
) {
  await measureWith();
  const added: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const without = await plain();
    added.push((await measureWith()) - without);
  }
  const spread = [Math.min(...added), Math.max(...added)].map(Math.round);
  console.log(JSON.stringify({ policy: name, addedCpuNs: Math.round(median(added)), spread }));
}

const isWanted = (name: string): boolean => names.length === 0 || names.includes(name);

await measure([]);
for (const policy of standardPolicies) {
  const { name } = policy;
  if (unmeasured.has(name) || !isWanted(name)) continue;
  const uses = usesOf(policy);
  await compare(
    name,
    () => measure(uses),
    () => measure([]),
  );
}
for (const [name, traffic] of Object.entries(cached)) {
  if (!isWanted("cache")) continue;
  await compare(
    name,
    () => measureCached(traffic, true),
    () => measureCached(traffic, false),
  );
}
if (isWanted("idempotency")) {
  await compare(
    "idempotency, repeated",
    () => measureKeyed(true),
    () => measureKeyed(false),
  );
}
await measureOrders([]);
for (const [name, use] of Object.entries(readers)) {
  if (!isWanted(name.split(" ")[0] as string)) continue;
  await compare(
    name,
    () => measureOrders([use]),
    () => measureOrders([]),
  );
}
process.exit(0);
