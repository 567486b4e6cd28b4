/** Gateways that share room through a redis-server of Debian. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { configurationOf, runGateway } from "#tests/e2e/running/run-gateway.ts";
import { listenHttp } from "#tests/support/listen-http.ts";
import { runRedis, type RedisServer } from "#tests/support/redis-server.ts";
import { lacks } from "#tests/support/tools.ts";
import { openClient } from "./stand.ts";

const skip = lacks("redis-server");

/** A service that takes its time, and counts what it has at once. */
async function runSlow(context: TestContext, ms: number) {
  let now = 0;
  let peak = 0;
  const url = await listenHttp(context, (_request, response) => {
    peak = Math.max(peak, ++now);
    response.on("close", () => now--);
    setTimeout(() => response.end("done"), ms);
  });
  return {
    url,
    now: () => now,
    takePeak() {
      const before = peak;
      peak = now;
      return before;
    },
  };
}

async function runBoth(
  context: TestContext,
  { port }: RedisServer,
  serviceUrl: string,
  { queueMax = 100, store = "" } = {},
) {
  const bound = `max: 4, shared: true, queueMax: ${queueMax}, waitMs: 20000`;
  const more =
    `limitStore: { url: "redis://127.0.0.1:${port}", timeoutMs: 2000${store} }\n` +
    `policies:\n  - concurrency: { ${bound} }\n`;
  const text = configurationOf(serviceUrl, { more });
  return Promise.all([runGateway(context, text), runGateway(context, text)]);
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 1_500, holds.toString());
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function ask(url: string): Promise<number> {
  const answer = await fetch(`${url}/echo/`);
  await answer.bytes();
  return answer.status;
}

const askMany = (urls: readonly string[], count: number): Promise<readonly number[]> =>
  Promise.all(
    Array.from({ length: count }, (_, index) => ask(urls[index % urls.length] as string)),
  );

test("two gateways have no more under way than one bound", { skip }, async (context) => {
  const redis = await runRedis(context);
  const slow = await runSlow(context, 30);
  const gateways = await runBoth(context, redis, slow.url);
  const urls = gateways.map(({ url }) => url);
  const statuses = await askMany(urls, 80);
  assert.deepEqual(new Set(statuses), new Set([200]));
  assert.equal(slow.takePeak(), 4);
  const client = await openClient(context, redis);
  while ((await client.keys("parlance:concurrency*")).length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

test("who finds no room is refused at once where nobody waits", { skip }, async (context) => {
  const redis = await runRedis(context);
  const slow = await runSlow(context, 1_000);
  const [first, second] = await runBoth(context, redis, slow.url, { queueMax: 0 });
  const held = askMany([first.url], 4);
  await until(() => slow.now() === 4);
  const refused = await fetch(`${second.url}/echo/`);
  assert.equal(refused.status, 503);
  const { code, detail } = (await refused.json()) as { code: string; detail: string };
  assert.equal(code, "too-many-at-once");
  assert.match(
    detail,
    /^at most 4 requests may be under way at once \(concurrency\); nobody waits/,
  );
  assert.deepEqual(await held, [200, 200, 200, 200]);
  assert.equal(await ask(second.url), 200);
});

test("a gateway with very many requests keeps no other one out", { skip }, async (context) => {
  const redis = await runRedis(context);
  const slow = await runSlow(context, 20);
  const [first, second] = await runBoth(context, redis, slow.url);
  const over = new AbortController();
  const busy = Array.from({ length: 8 }, async () => {
    while (!over.signal.aborted) assert.equal(await ask(first.url), 200);
  });
  await until(() => slow.now() === 4);
  for (let count = 0; count < 10; count++) assert.equal(await ask(second.url), 200);
  over.abort();
  await Promise.all(busy);
  assert.equal(slow.takePeak(), 4);
});

test("while it is away each keeps to the bound by itself", { skip }, async (context) => {
  const redis = await runRedis(context);
  const slow = await runSlow(context, 30);
  const gateways = await runBoth(context, redis, slow.url);
  const urls = gateways.map(({ url }) => url);
  const during = askMany(urls, 100);
  await until(() => slow.now() > 0);
  await redis.kill();
  assert.deepEqual(new Set(await during), new Set([200]));
  for (const { seen } of gateways) await seen("limit-store-away");
  assert.deepEqual(new Set(await askMany(urls, 40)), new Set([200]));
  const peak = slow.takePeak();
  assert.ok(peak > 4 && peak <= 8, `${peak}`);
  await redis.start();
  // Each of two workers.
  await until(() =>
    gateways.every(({ log }) => {
      const times = (event: string) => log.filter((line) => line.event === event).length;
      return times("limit-store-back") === times("limit-store-away");
    }),
  );
  slow.takePeak();
  assert.deepEqual(new Set(await askMany(urls, 80)), new Set([200]));
  assert.equal(slow.takePeak(), 4);
});

test("where it is refused while it is away, nobody is let in", { skip }, async (context) => {
  const redis = await runRedis(context);
  const slow = await runSlow(context, 30);
  const gateways = await runBoth(context, redis, slow.url, { store: ", whenAway: refuse" });
  const [{ url }] = gateways;
  const client = await openClient(context, redis);
  const [, held] = await Promise.all([ask(url), findKey(client)]);
  await client.del(held);
  await client.set(held, "no hash");
  const spoilt = await fetch(`${url}/echo/`);
  assert.equal(spoilt.status, 503);
  assert.equal(((await spoilt.json()) as { code: string }).code, "concurrency-unavailable");
  await client.del(held);
  assert.equal(await ask(url), 200);
  await redis.kill();
  assert.deepEqual(new Set(await askMany([url], 20)), new Set([503]));
  assert.equal(slow.now(), 0);
});

async function findKey(client: Awaited<ReturnType<typeof openClient>>): Promise<string> {
  for (;;) {
    const [key] = await client.keys("parlance:concurrency*");
    if (key !== undefined) return key;
  }
}

test("what a gateway had that was killed comes back", { skip }, async (context) => {
  const redis = await runRedis(context);
  const slow = await runSlow(context, 3_000);
  const [first, second] = await runBoth(context, redis, slow.url);
  const lost = askMany([first.url], 4).catch(() => "gone");
  await until(() => slow.now() === 4);
  first.kill("SIGKILL");
  assert.equal(await lost, "gone");
  assert.deepEqual(await askMany([second.url], 4), [200, 200, 200, 200]);
});
