/** Equal requests at the same time: one call to the service. */
import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import test, { type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import {
  saying,
  startCached,
  type Answering,
  type CachedService,
} from "./cached-service-fixture.ts";

const fresh = { "cache-control": "max-age=60" };

/** Nothing is answered before it is let. */
async function startHeld(
  context: TestContext,
  options: object,
  answer: Answering,
  more: Record<string, unknown> = {},
): Promise<CachedService & { readonly let: () => void }> {
  const held: (readonly [IncomingMessage, ServerResponse])[] = [];
  let isLet = false;
  const service = await startCached(
    context,
    options,
    (incoming, outgoing) => {
      if (isLet) answer(incoming, outgoing);
      else held.push([incoming, outgoing]);
    },
    more,
  );
  return Object.assign(service, {
    let() {
      isLet = true;
      for (const [incoming, outgoing] of held) answer(incoming, outgoing);
    },
  });
}

const manyAtOnce = 100;

function askMany(service: CachedService, headers: Record<string, string> = {}) {
  return Promise.all(Array.from({ length: manyAtOnce }, () => service.get("a", headers)));
}

test(`${manyAtOnce} equal requests at once are one call, and all get its answer`, async (context) => {
  const service = await startHeld(context, {}, saying(fresh));
  const all = askMany(service);
  await pause(200);
  assert.equal(service.asked.length, 1);
  service.let();
  const got = await all;
  assert.equal(service.asked.length, 1);
  for (const { text, status } of got) assert.deepEqual([status, text], [200, "answer 1"]);
  assert.equal(got.filter(({ cache }) => cache.endsWith("; collapsed")).length, manyAtOnce - 1);
});

test("with coalesce: all, also when the answer says nothing, and then it is not kept", async (context) => {
  const service = await startHeld(context, { coalesce: "all" }, saying({}));
  const all = askMany(service);
  await pause(200);
  service.let();
  assert.ok((await all).every(({ text }) => text === "answer 1"));
  assert.equal((await service.get("a")).text, "answer 2");
});

for (const [name, fields] of [
  ["no-store", { "cache-control": "no-store" }],
  ["private", { "cache-control": "private, max-age=60" }],
  ["max-age=0", { "cache-control": "max-age=0" }],
  ["a cookie", { "set-cookie": "a=b" }],
  ["Vary: *", { vary: "*" }],
] as const) {
  test(`with ${name} each gets an answer of its own, whatever coalesce says`, async (context) => {
    const service = await startHeld(context, { coalesce: "all" }, saying(fields));
    const all = Promise.all([1, 2, 3].map(() => service.get("a")));
    await pause(100);
    assert.equal(service.asked.length, 1);
    service.let();
    const texts = (await all).map(({ text }) => text);
    assert.deepEqual(texts.toSorted(), ["answer 1", "answer 2", "answer 3"]);
    // They need not wait for each other any more.
    const next = Promise.all([1, 2].map(() => service.get("a")));
    await next;
    assert.equal(service.asked.length, 5);
  });
}

test("with coalesce: off each is a call of its own", async (context) => {
  const service = await startHeld(context, { coalesce: "off" }, saying(fresh));
  const all = Promise.all([1, 2, 3].map(() => service.get("a")));
  await pause(100);
  service.let();
  await all;
  assert.equal(service.asked.length, 3);
});

test("callers do not wait for each other, nor do other credentials, nor what Vary tells apart", async (context) => {
  const callers = {
    one: { key: "key-of-one-0123456789", may: ["up.*"] },
    two: { key: "key-of-two-0123456789", may: ["up.*"] },
  };
  const answer = saying({ ...fresh, vary: "x-kind" });
  const service = await startHeld(context, {}, answer, { callers });
  const one = { "x-api-key": "key-of-one-0123456789" };
  const all = Promise.all([
    service.get("a", one),
    service.get("a", { "x-api-key": "key-of-two-0123456789" }),
    service.get("a", { ...one, cookie: "who=else" }),
  ]);
  await pause(100);
  assert.equal(service.asked.length, 3);
  const other = service.get("a", { ...one, "x-kind": "other" });
  await pause(50);
  service.let();
  await all;
  assert.equal((await other).text, "answer 4");
});

test("when the call fails, those who wait go on their own", async (context) => {
  let count = 0;
  const service = await startHeld(context, {}, (_incoming, outgoing) => {
    if (++count === 1) outgoing.destroy();
    else outgoing.writeHead(200, fresh).end("fine");
  });
  const all = Promise.all([1, 2, 3, 4].map(() => service.get("a")));
  await pause(100);
  assert.equal(service.asked.length, 1);
  service.let();
  const fine = (await all).filter(({ status }) => status === 200);
  assert.equal(fine.length, 3);
});

test("when who leads goes away, one of the others leads, and it stays one call", async (context) => {
  const { request } = await import("node:http");
  const service = await startHeld(context, {}, saying(fresh));
  const leader = request(`${service.url}a`);
  leader.on("error", () => undefined).end();
  await pause(50);
  const all = Promise.all([1, 2, 3].map(() => service.get("a")));
  await pause(50);
  assert.equal(service.asked.length, 1);
  leader.socket?.resetAndDestroy();
  await pause(50);
  assert.equal(service.asked.length, 2);
  service.let();
  for (const { text } of await all) assert.match(text, /^answer [12]$/);
  assert.equal(service.asked.length, 2);
});

test("nor does a leader that has less time than the others make each of them ask", async (context) => {
  const service = await startHeld(context, {}, saying(fresh));
  const leader = service.get("a", { "parlance-timeout-ms": "60" });
  await pause(20);
  const all = Promise.all([1, 2, 3, 4].map(() => service.get("a")));
  assert.equal((await leader).status, 504);
  await pause(50);
  assert.equal(service.asked.length, 2);
  service.let();
  for (const { status } of await all) assert.equal(status, 200);
  assert.equal(service.asked.length, 2);
});

test("who waits and goes away is no hindrance", async (context) => {
  const { request } = await import("node:http");
  const service = await startHeld(context, {}, saying(fresh));
  const leader = service.get("a");
  await pause(30);
  const gone = request(`${service.url}a`);
  gone.on("error", () => undefined).end();
  const other = service.get("a");
  await pause(50);
  gone.socket?.resetAndDestroy();
  await pause(30);
  service.let();
  assert.equal((await leader).text, "answer 1");
  assert.equal((await other).text, "answer 1");
  assert.equal(service.asked.length, 1);
});

test("who asks after a write does not get what was asked before it", async (context) => {
  let value = "old";
  const held: ServerResponse[] = [];
  const service = await startCached(context, {}, ({ method }, outgoing) => {
    if (method === "PUT") {
      value = "new";
      outgoing.writeHead(204).end();
      return;
    }
    outgoing.writeHead(200, fresh).write(value);
    held.push(outgoing);
  });
  const before = service.get("a");
  await pause(50);
  assert.equal((await service.get("a", {}, "PUT")).status, 204);
  const after = [service.get("a"), service.get("a"), service.get("a")];
  await pause(50);
  assert.equal(held.length, 1);
  held[0]?.end();
  assert.equal((await before).text, "old");
  await pause(50);
  for (const outgoing of held.slice(1)) outgoing.end();
  for (const { text } of await Promise.all(after)) assert.equal(text, "new");
  assert.equal(held.length, 2);
});

test("what is stale is validated once for all who ask meanwhile", async (context) => {
  const service = await startCached(context, {}, saying({ ...fresh, etag: '"a"' }));
  await service.get("a");
  service.passSeconds(61);
  const gate = Promise.withResolvers<void>();
  service.answer = (_incoming, outgoing) =>
    void gate.promise.then(() => outgoing.writeHead(304, { ...fresh, etag: '"a"' }).end());
  const all = Promise.all([1, 2, 3].map(() => service.get("a")));
  await pause(100);
  gate.resolve();
  for (const { text } of await all) assert.equal(text, "answer 1");
  assert.equal(service.asked.length, 2);
});
