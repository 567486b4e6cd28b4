/** Gateways that share quotas through a redis-server of Debian. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import test from "node:test";
import type { RunningGateway } from "#tests/e2e/running/run-gateway.ts";
import { runRedis, type RedisServer } from "#tests/support/redis-server.ts";
import { lacks } from "#tests/support/tools.ts";
import { ask, askSteadily, openClient, runGateways, seenByAll } from "./stand.ts";

const skip = lacks("redis-server");
const program = join(import.meta.dirname, "..", "..", "..", "src", "cli", "main.ts");

const storeAt = ({ port }: RedisServer, more = ""): string =>
  `{ url: "valkey://127.0.0.1:${port}", timeoutMs: 2000${more} }`;

const quotaOf = (requests: number, more = ""): string =>
  `quota: { name: plan, per: everything, period: month, requests: ${requests}${more} }`;

const urlsOf = (gateways: readonly RunningGateway[]): readonly string[] =>
  gateways.map(({ url }) => url);

/** What `parlance explain` tells of the quota. */
function explained({ configPath }: RunningGateway): string {
  const args = [program, "explain", "GET", "/echo/", "--config", configPath];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return /(?:\d+ of \d+ are taken|is not known).*/.exec(stdout)?.[0] ?? stdout + stderr;
}

/** What a gateway owes the store it tells with the next request that it asks for. */
async function askUntil(gateway: RunningGateway, told: RegExp): Promise<void> {
  for (let tries = 0; !told.test(explained(gateway)); tries++) {
    assert.ok(tries < 20, explained(gateway));
    await ask([gateway.url], 1);
  }
}

test("two gateways let through exactly what one quota allows", { skip }, async (context) => {
  const redis = await runRedis(context);
  const gateways = await runGateways(context, 2, storeAt(redis), quotaOf(150));
  assert.deepEqual(await ask(urlsOf(gateways), 400), { 200: 150, 429: 250 });
  const refused = await fetch(`${gateways[1]?.url}/echo/`);
  assert.match(refused.headers.get("ratelimit") ?? "", /^"plan";r=0;t=\d+$/);
  const { code } = (await refused.json()) as { code: string };
  assert.equal(code, "quota-used-up");
});

test("blocks that were not used come back when a gateway is stopped", { skip }, async (context) => {
  const redis = await runRedis(context);
  const gateways = await runGateways(context, 2, storeAt(redis), quotaOf(20_000));
  const [first, second] = gateways as [RunningGateway, RunningGateway];
  assert.deepEqual(await ask([first.url], 5), { 200: 5 });
  assert.deepEqual(await ask([second.url], 7), { 200: 7 });
  // Blocks are of twenty; each of the workers may have taken one.
  assert.match(explained(second), /^[4-8]0 of 20000 are taken in \d{4}-\d\d, by all gateways/);
  first.kill("SIGTERM");
  assert.equal(await first.ended, 0);
  assert.match(explained(second), /^[24]5 of 20000/);
  second.kill("SIGTERM");
  assert.equal(await second.ended, 0);
  assert.match(explained(second), /^12 of 20000/);
});

test("a store that was killed in use and forgot all counts on", { skip }, async (context) => {
  const redis = await runRedis(context);
  const store = storeAt(redis, ", whenAway: refuse");
  const gateways = await runGateways(context, 2, store, quotaOf(100));
  const [first, second] = gateways as [RunningGateway, RunningGateway];
  const load = askSteadily([first.url]);
  await redis.kill();
  await first.seen("limit-store-away");
  const before = await load.stop();
  assert.deepEqual(await ask([second.url], 4), { 503: 4 });
  const away = await fetch(`${second.url}/echo/`);
  const { code, detail } = (await away.json()) as { code: string; detail: string };
  assert.equal(code, "quota-unavailable");
  assert.match(detail, /^quota plan cannot be counted: the store of limits does not answer/);
  assert.equal(away.headers.get("retry-after"), "1");
  assert.match(explained(first), /^is not known: valkey:\S+ does not answer: .*ECONNREFUSED/);
  await redis.start();
  let passed = before[200] ?? 0;
  for (let tries = 0; tries < 100 && passed < 100; tries++) {
    passed += (await ask([first.url], 20))[200] ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(passed, 100);
  await second.seen("limit-store-back");
  const after = await ask([second.url], 40);
  assert.equal(after[200], undefined);
  assert.ok((after[429] ?? 0) > 0);
});

test(
  "while it is away each counts on from what it knew, and tells it then",
  { skip },
  async (context) => {
    const redis = await runRedis(context, ["--appendonly", "yes", "--appendfsync", "always"]);
    const gateways = await runGateways(context, 2, storeAt(redis), quotaOf(100));
    const [first, second] = gateways as [RunningGateway, RunningGateway];
    assert.deepEqual(await ask([first.url], 20), { 200: 20 });
    assert.deepEqual(await ask([second.url], 30), { 200: 30 });
    await redis.kill();
    for (const gateway of gateways) await seenByAll(gateway, "limit-store-away");
    // The first has last heard of its own 20, the second of all 50.
    assert.deepEqual(await ask([first.url], 120), { 200: 80, 429: 40 });
    assert.deepEqual(await ask([second.url], 20), { 200: 20 });
    await redis.start();
    // A worker that is not back yet would still let pass what its gateway has left.
    for (const gateway of gateways) await seenByAll(gateway, "limit-store-back");
    await askUntil(first, /^130 of 100 are taken/);
    await askUntil(second, /^150 of 100 are taken/);
    assert.deepEqual(await ask(urlsOf(gateways), 4), { 429: 4 });
  },
);

test("where nothing is counted while it is away, all pass", { skip }, async (context) => {
  const redis = await runRedis(context);
  await redis.kill();
  const store = storeAt(redis, ", whenAway: allow");
  const gateways = await runGateways(context, 1, store, quotaOf(2));
  assert.deepEqual(await ask(urlsOf(gateways), 20), { 200: 20 });
});

test(
  "what is no count under a quota's key is told, and spoils no other",
  { skip },
  async (context) => {
    const redis = await runRedis(context);
    const store = storeAt(redis, ", whenAway: refuse");
    const other = "rate-limit: { per: everything, requests: 1000, windowMs: 60000 }";
    const policies = `${quotaOf(50)}\n  - ${other}`;
    const [gateway] = await runGateways(context, 1, store, policies);
    const { url, log, seen, adminUrl } = gateway as RunningGateway;
    assert.deepEqual(await ask([url], 5), { 200: 5 });
    const client = await openClient(context, redis);
    const [key = ""] = await client.keys("parlance:quota *");
    assert.match(key, /^parlance:quota \/plan UTC \d{4}-\d\d $/);
    await client.rename(key, "aside");
    await client.lPush(key, "a list");
    assert.deepEqual(await ask([url], 10), { 503: 10 });
    const told = await seen("limit-store-bad-key");
    assert.equal(told["key"], key);
    assert.match(
      told.message,
      /WRONGTYPE.*; remove it: what cannot be counted is refused until then$/,
    );
    assert.match(explained(gateway as RunningGateway), /^is not known: .*WRONGTYPE/);
    await client.del(key);
    await client.hSet(key, "taken", "many");
    assert.deepEqual(await ask([url], 4), { 503: 4 });
    assert.match(explained(gateway as RunningGateway), /BADVALUE Expected a hash of two counts/);
    await client.del(key);
    assert.deepEqual(await ask([url], 60), { 200: 45, 429: 15 });
    assert.ok(!log.some(({ event }) => event === "limit-store-away"));
    const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
    assert.match(metrics, /^parlance_limit_store_up\{worker="\d"\} 1$/m);
  },
);
