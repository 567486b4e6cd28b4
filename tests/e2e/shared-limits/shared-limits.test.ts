/** Gateways that share rate limits through a redis-server of Debian. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { replaceFile, type RunningGateway } from "#tests/e2e/running/run-gateway.ts";
import { issueCertificate, makeAuthority } from "#tests/support/certificates.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { runRedis } from "#tests/support/redis-server.ts";
import { lacks } from "#tests/support/tools.ts";
import { ask, askSteadily, runGateways } from "./stand.ts";

const skip = lacks("redis-server");

const rateOf = (limit: string): string => `rate-limit: { ${limit} }`;

test("two gateways let through exactly what one limit allows", { skip }, async (context) => {
  const redis = await runRedis(context);
  const store = `{ url: "valkey://127.0.0.1:${redis.port}/3", timeoutMs: 2000 }`;
  const limit = "per: everything, requests: 50, windowMs: 3600000";
  const gateways = await runGateways(context, 2, store, rateOf(limit));
  const urls = gateways.map(({ url }) => url);
  assert.deepEqual(await ask(urls, 200), { 200: 50, 429: 150 });
  const refused = await fetch(`${urls[0]}/echo/`);
  assert.equal(refused.headers.get("ratelimit-policy"), '"everything";q=50;w=3600');
  assert.match(refused.headers.get("ratelimit") ?? "", /^"everything";r=0;t=7[12]$/);
  assert.match(refused.headers.get("retry-after") ?? "", /^7[12]$/);
});

test(
  "a store that asks for certificates is shown one",
  { skip: skip || lacks("openssl") },
  async (context) => {
    const folder = temporaryFolder(context);
    const authority = makeAuthority(folder, "authority");
    const own = issueCertificate(folder, "server", authority, ["DNS:localhost"]);
    const gateway = issueCertificate(folder, "gateway", authority, ["DNS:gateway"]);
    const files = ["--tls-cert-file", own.certFile, "--tls-key-file", own.keyFile];
    const more = ["--tls-ca-cert-file", authority.certFile, "--tls-auth-clients", "yes"];
    const { port } = await runRedis(context, [...files, ...more], true);
    const limit = rateOf("per: everything, requests: 50, windowMs: 3600000");
    const storeWith = (shown: string): string =>
      `{ url: "valkeys://127.0.0.1:${port}", timeoutMs: 2000, ` +
      `tls: { serverName: localhost, ca: ${authority.certFile}${shown} } }`;
    const shown = `, cert: ${gateway.certFile}, key: ${gateway.keyFile}`;
    const gateways = await runGateways(context, 2, storeWith(shown), limit);
    const urls = gateways.map(({ url }) => url);
    assert.deepEqual(await ask(urls, 80), { 200: 50, 429: 30 });
    const [bare] = await runGateways(context, 1, storeWith(""), limit);
    assert.match((await bare?.seen("limit-store-away"))?.message ?? "", /certificate required/);
  },
);

test(
  "a store over TLS that is named by its address has to have that in its certificate",
  { skip: skip || lacks("openssl") },
  async (context) => {
    const folder = temporaryFolder(context);
    const authority = makeAuthority(folder, "authority");
    const limit = rateOf("per: everything, requests: 5, windowMs: 3600000");
    const runAt = async (name: string, count: number) => {
      const { certFile, keyFile } = issueCertificate(folder, name.replace(":", "-"), authority, [
        name,
      ]);
      const files = ["--tls-cert-file", certFile, "--tls-key-file", keyFile];
      const more = ["--tls-ca-cert-file", authority.certFile, "--tls-auth-clients", "no"];
      const { port } = await runRedis(context, [...files, ...more], true);
      const url = `valkeys://127.0.0.1:${port}`;
      const store = `{ url: "${url}", timeoutMs: 2000, tls: { ca: ${authority.certFile} } }`;
      return runGateways(context, count, store, limit);
    };
    const urls = (await runAt("IP:127.0.0.1", 2)).map(({ url }) => url);
    assert.deepEqual(await ask(urls, 12), { 200: 5, 429: 7 });
    const [other] = await runAt("IP:127.0.0.2", 1);
    assert.match((await other?.seen("limit-store-away"))?.message ?? "", /altnames/);
  },
);

test("killed under load and started again it costs nobody an answer", { skip }, async (context) => {
  const redis = await runRedis(context);
  const store = `{ url: "redis://127.0.0.1:${redis.port}", timeoutMs: 200 }`;
  const limit = "per: everything, requests: 100000, windowMs: 1000";
  const [gateway] = await runGateways(context, 1, store, rateOf(limit));
  const { url, adminUrl, seen } = gateway as RunningGateway;
  const metrics = async () => (await fetch(`${adminUrl}/metrics`)).text();
  const load = askSteadily([url]);
  await redis.kill();
  assert.match((await seen("limit-store-away")).message, /each gateway counts for itself/);
  await redis.start();
  await seen("limit-store-back");
  assert.deepEqual(Object.keys(await load.stop()), ["200"]);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  assert.match(await metrics(), /^parlance_limit_store_up\{worker="\d"\} 1$/m);
  assert.match(await metrics(), /^parlance_limit_store_missed_total\{worker="\d"\} \d+$/m);
});

test("one that stops answering delays a few requests, and then none", { skip }, async (context) => {
  const redis = await runRedis(context);
  const store = `{ url: "redis://127.0.0.1:${redis.port}", timeoutMs: 300 }`;
  const limit = "per: everything, requests: 10, windowMs: 3600000";
  const [gateway] = await runGateways(context, 1, store, rateOf(limit));
  const { url, log, seen } = gateway as RunningGateway;
  assert.deepEqual(await ask([url], 4), { 200: 4 });
  redis.freeze();
  context.after(() => redis.thaw());
  // Counted here from now on, by both workers together.
  assert.deepEqual(await ask([url], 30), { 200: 10, 429: 20 });
  await seen("limit-store-away");
  redis.thaw();
  await seen("limit-store-back");
  assert.ok(log.filter(({ event }) => event === "limit-store-away").length <= 4);
});

test("another store is taken with a new revision", { skip }, async (context) => {
  const [redis, other] = [await runRedis(context), await runRedis(context)];
  const store = (port: number) => `{ url: "redis://127.0.0.1:${port}", timeoutMs: 2000 }`;
  const limit = "per: everything, requests: 3, windowMs: 3600000";
  const [gateway] = await runGateways(context, 1, store(redis.port), rateOf(limit));
  const { url, configPath, seen } = gateway as RunningGateway;
  assert.deepEqual(await ask([url], 5), { 200: 3, 429: 2 });
  const text = readFileSync(configPath, "utf8");
  replaceFile(configPath, text.replace(store(redis.port), store(other.port)));
  assert.match((await seen("revision-taken")).message, /limitStore/);
  assert.deepEqual(await ask([url], 5), { 200: 3, 429: 2 });
});

for (const [whenAway, status] of [
  ["local", 200],
  ["allow", 200],
  ["refuse", 503],
] as const) {
  test(`away from the start, and whenAway is ${whenAway}: ${status}`, { skip }, async (context) => {
    const redis = await runRedis(context);
    await redis.kill();
    const store = `{ url: "redis://127.0.0.1:${redis.port}", whenAway: ${whenAway} }`;
    const limit = "per: everything, requests: 1, windowMs: 3600000";
    const [gateway] = await runGateways(context, 1, store, rateOf(limit));
    const { url, seen } = gateway as RunningGateway;
    const away = await seen("limit-store-away");
    assert.match(away.message, /ECONNREFUSED/);
    const first = await fetch(`${url}/echo/`);
    assert.equal(first.status, status);
    const second = await fetch(`${url}/echo/`);
    assert.equal(second.status, whenAway === "local" ? 429 : status);
    if (whenAway !== "refuse") return;
    const { code, detail } = (await second.json()) as { code: string; detail: string };
    assert.equal(code, "limit-store-away");
    assert.match(detail, /the store of limits does not answer/);
    assert.equal(second.headers.get("retry-after"), "1");
  });
}
