/** Gateways that share room through a redis-server of Debian. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test, { type TestContext } from "node:test";
import { configurationOf, runGateway } from "#tests/e2e/running/run-gateway.ts";
import { runRedis, type RedisServer } from "#tests/support/redis-server.ts";
import { lacks } from "#tests/support/tools.ts";
import { openClient } from "./stand.ts";

const skip = lacks("redis-server");

/** A service that takes its time, and counts what it has at once. */
async function runSlow(context: TestContext, ms: number) {
  let now = 0;
  let peak = 0;
  const server = createServer((_request, response) => {
    peak = Math.max(peak, ++now);
    response.on("close", () => now--);
    setTimeout(() => response.end("done"), ms);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    now: () => now,
    takePeak: () => [peak, (peak = now)][0],
  };
}

async function runBoth(
  context: TestContext,
  { port }: RedisServer,
  serviceUrl: string,
  { concurrency = "", store = "" } = {},
) {
  const bound = `max: 4, shared: true, queueMax: 100, waitMs: 20000${concurrency}`;
  const more =
    `limitStore: { url: "redis://127.0.0.1:${port}", timeoutMs: 2000${store} }\n` +
    `policies:\n  - concurrency: { ${bound} }\n`;
  const text = configurationOf(serviceUrl, { more });
  return Promise.all([runGateway(context, text), runGateway(context, text)]);
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

test("what has no room is refused at once where nobody waits", { skip }, async (context) => {
  const slow = await runSlow(context, 1_000);
  const choices = { concurrency: "" };
  const redis = await runRedis(context);
  const gateways = await runBoth(context, redis, slow.url, choices);
  const [first, second] = gateways.map(({ url }) => url) as [string, string];
  const held = askMany([first], 4);
  while (slow.now() < 4) await new Promise((resolve) => setTimeout(resolve, 10));
  const waiting = ask(second);
  assert.deepEqual(await held, [200, 200, 200, 200]);
  assert.equal(await waiting, 200);
  assert.equal(slow.takePeak(), 4);
});

test("what a gateway had that was killed comes back", { skip }, async (context) => {
  const redis = await runRedis(context);
  const slow = await runSlow(context, 3_000);
  const [first, second] = await runBoth(context, redis, slow.url);
  const lost = askMany([first.url], 4).catch(() => "gone");
  while (slow.now() < 4) await new Promise((resolve) => setTimeout(resolve, 10));
  first.kill("SIGKILL");
  assert.equal(await lost, "gone");
  assert.deepEqual(await askMany([second.url], 4), [200, 200, 200, 200]);
});
