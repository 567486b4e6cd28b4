/** Answers that are given after their time: RFC 5861, and what the operator says. */
import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import {
  saying,
  startCached,
  type Answering,
  type CachedService,
} from "./cached-service-fixture.ts";

const said = { "cache-control": "max-age=60, stale-if-error=600", etag: '"a"' };
const unsaid = { "cache-control": "max-age=60", etag: '"a"' };

const failures: readonly { readonly name: string; readonly fail: Answering }[] = [
  ...[500, 502, 503, 504].map((status) => ({
    name: `answers ${status}`,
    fail: saying({ "cache-control": "no-store" }, status),
  })),
  { name: "closes the connection", fail: (_incoming, outgoing) => void outgoing.destroy() },
  { name: "does not answer in time", fail: () => undefined },
];

for (const { name, fail } of failures) {
  test(`stale-if-error: what is kept is given when the service ${name}, and no longer than it says`, async (context) => {
    const more = { timeouts: { drainMs: 1, firstByteMs: 200 } };
    const service = await startCached(context, {}, saying(said), more);
    await service.get("a");
    service.answer = fail;
    service.passSeconds(100);
    const stale = await service.get("a");
    assert.equal(stale.status, 200);
    assert.equal(stale.text, "answer 1");
    assert.match(stale.cache, /^parlance; fwd=stale/);
    assert.ok(Number(stale.headers.get("age")) >= 100);
    service.passSeconds(600);
    assert.ok((await service.get("a")).status >= 500);
  });
}

test("stale-if-error: an error that may be kept is an answer like others", async (context) => {
  const service = await startCached(context, {}, saying(unsaid));
  await service.get("a");
  service.passSeconds(100);
  service.answer = saying({}, 503);
  assert.equal((await service.get("a")).status, 503);
});

test("stale-if-error: the operator's time holds where the answer does not say", async (context) => {
  const service = await startCached(context, { staleIfErrorS: 600 }, saying(unsaid));
  await service.get("a");
  service.passSeconds(100);
  service.answer = saying({}, 503);
  assert.equal((await service.get("a")).text, "answer 1");
});

test("stale-if-error: a request may ask for it", async (context) => {
  const service = await startCached(context, {}, saying(unsaid));
  await service.get("a");
  service.passSeconds(100);
  service.answer = saying({}, 503);
  assert.equal((await service.get("a", { "cache-control": "stale-if-error=600" })).status, 200);
});

test("stale-if-error: a 404 is no error of the service's", async (context) => {
  const service = await startCached(context, {}, saying(said));
  await service.get("a");
  service.passSeconds(100);
  service.answer = saying({}, 404);
  assert.equal((await service.get("a")).status, 404);
});

async function waitForAsked(service: CachedService, count: number): Promise<void> {
  for (let tries = 0; service.asked.length < count && tries < 200; tries++) await pause(10);
  assert.equal(service.asked.length, count);
}

/** What was fetched meanwhile is given some moments after it was asked for. */
async function untilFresh(
  service: CachedService,
  headers: Readonly<Record<string, string>> = {},
): ReturnType<CachedService["get"]> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await service.get("a", headers);
    if (!answer.cache.includes("ttl=-")) return answer;
    await pause(10);
  }
  return assert.fail("it is not renewed");
}

const renewing = { "cache-control": "max-age=60, stale-while-revalidate=600" };

test("stale-while-revalidate: the old answer at once, a new one is fetched once meanwhile", async (context) => {
  const service = await startCached(context, {}, saying(renewing));
  await service.get("a");
  service.passSeconds(100);
  const gate = Promise.withResolvers<void>();
  const fetched = saying({ ...renewing, "x-new": "1" });
  service.answer = (incoming, outgoing) =>
    void gate.promise.then(() => fetched(incoming, outgoing));
  const stale = await Promise.all([service.get("a"), service.get("a"), service.get("a")]);
  for (const { text, cache } of stale) {
    assert.equal(text, "answer 1");
    assert.match(cache, /hit; ttl=-4\d/);
  }
  await waitForAsked(service, 2);
  gate.resolve();
  const next = await untilFresh(service);
  assert.equal(next.headers.get("x-new"), "1");
  assert.match(next.cache, /hit; ttl=(5\d|60)/);
  assert.equal(service.asked.length, 2);
});

test("stale-while-revalidate: validated in the background with what is kept, as the same caller", async (context) => {
  const more = { callers: { one: { key: "key-of-one-0123456789", may: ["up.*"] } } };
  const sent = { "x-api-key": "key-of-one-0123456789", "if-none-match": '"other"', "x-mine": "m" };
  const service = await startCached(context, {}, saying({ ...renewing, etag: '"a"' }), more);
  await service.get("a", sent);
  service.passSeconds(100);
  service.answer = (_incoming, outgoing) =>
    void outgoing.writeHead(304, { ...renewing, etag: '"a"' }).end();
  await service.get("a", { ...sent, "if-none-match": '"a"' });
  await waitForAsked(service, 2);
  const { headers } = service.asked[1] as (typeof service.asked)[0];
  assert.equal(headers["if-none-match"], '"a"');
  assert.equal(headers["x-mine"], "m");
  assert.equal(headers["x-api-key"], undefined);
  const { text, cache } = await untilFresh(service, { "x-api-key": "key-of-one-0123456789" });
  assert.equal(text, "answer 1");
  assert.match(cache, /hit; ttl=(5\d|60)/);
});

test("stale-while-revalidate: when that fails, the old answer is given on, and asked for again", async (context) => {
  const service = await startCached(context, {}, saying(renewing));
  await service.get("a");
  service.passSeconds(100);
  service.answer = (_incoming, outgoing) => void outgoing.destroy();
  for (let tries = 0; service.asked.length < 4 && tries < 200; tries++) {
    assert.equal((await service.get("a")).text, "answer 1");
    await pause(10);
  }
  assert.equal(service.asked.length, 4);
  service.passSeconds(600);
  assert.equal((await service.get("a")).status, 502);
});

test("stale-while-revalidate: the operator's time holds where the answer does not say", async (context) => {
  const options = { staleWhileRevalidateS: 600 };
  const service = await startCached(context, options, saying({ "cache-control": "max-age=60" }));
  await service.get("a");
  service.passSeconds(100);
  assert.equal((await service.get("a")).text, "answer 1");
  assert.equal((await untilFresh(service)).text, "answer 2");
  assert.equal(service.asked.length, 2);
});
