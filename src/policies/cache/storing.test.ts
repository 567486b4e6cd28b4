/** What a shared cache keeps, and for how long: each MUST of RFC 9111 §3, §4.2 and §5.2.2. */
import assert from "node:assert/strict";
import test from "node:test";
import { saying, startCached, type CachedService } from "./cached-service-fixture.ts";

interface Case {
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly status?: number;
  /** Of the request. */
  readonly sent?: Readonly<Record<string, string>>;
  /** Between the first request and the second. */
  readonly afterS?: number;
  /** Whether the second is answered without the service. */
  readonly isHit: boolean;
  readonly options?: object;
}

const old = "Mon, 01 Jan 2024 00:00:00 GMT";
const past = "Wed, 01 Jan 2020 00:00:00 GMT";
const fresh = "max-age=60";

const cases: readonly Case[] = [
  { name: "§3: nothing that says nothing is kept", fields: {}, isHit: false },
  {
    name: "§3: nor what only has validators, for heuristics are off",
    fields: { etag: '"a"', "last-modified": old },
    isHit: false,
  },
  { name: "§5.2.2.5: no-store", fields: { "cache-control": `${fresh}, no-store` }, isHit: false },
  {
    name: "§5.2.2.5: in any case",
    fields: { "cache-control": `${fresh}, NO-Store` },
    isHit: false,
  },
  { name: "§5.2.2.7: private", fields: { "cache-control": `${fresh}, private` }, isHit: false },
  {
    name: "§5.2.2.7: private with field names counts for all of it",
    fields: { "cache-control": `${fresh}, private="x-a, x-b"` },
    isHit: false,
  },
  {
    name: "§5.2.2.4: no-cache is not used without asking",
    fields: { "cache-control": `${fresh}, no-cache` },
    isHit: false,
  },
  {
    name: "§5.2.2.4: no-cache with field names counts for all of it",
    fields: { "cache-control": `${fresh}, no-cache="set-cookie"` },
    isHit: false,
  },
  { name: "§5.2.2.1: max-age", fields: { "cache-control": fresh }, afterS: 50, isHit: true },
  { name: "§5.2.2.1: and no longer", fields: { "cache-control": fresh }, afterS: 61, isHit: false },
  {
    name: "§5.2.2.10: s-maxage is stronger than max-age, when it is longer",
    fields: { "cache-control": `${fresh}, s-maxage=600` },
    afterS: 300,
    isHit: true,
  },
  {
    name: "§5.2.2.10: and when it is shorter",
    fields: { "cache-control": "max-age=600, s-maxage=60" },
    afterS: 61,
    isHit: false,
  },
  {
    name: "§5.3: Expires",
    fields: {
      date: new Date().toUTCString(),
      expires: new Date(Date.now() + 60_000).toUTCString(),
    },
    afterS: 30,
    isHit: true,
  },
  {
    name: "§5.3: Expires is measured from Date, not from here",
    fields: {
      date: new Date(Date.now() - 50_000).toUTCString(),
      expires: new Date().toUTCString(),
    },
    isHit: false,
  },
  { name: "§5.3: Expires: 0 is over", fields: { expires: "0", etag: '"a"' }, isHit: false },
  { name: "§5.3: Expires that is no date is over", fields: { expires: "soon" }, isHit: false },
  {
    name: "§5.3: max-age is stronger than Expires",
    fields: { "cache-control": fresh, expires: past },
    isHit: true,
  },
  {
    name: "§5.2.2.1: s-maxage is stronger than Expires",
    fields: { "cache-control": "s-maxage=60", expires: past },
    isHit: true,
  },
  {
    name: "§4.2.1: directives that contradict each other mean stale",
    fields: { "cache-control": "max-age=60, max-age=600" },
    isHit: false,
  },
  {
    name: "§4.2.1: a time that is no number means stale",
    fields: { "cache-control": "max-age=1h" },
    isHit: false,
  },
  { name: "negative", fields: { "cache-control": "max-age=-60" }, isHit: false },
  { name: "with a fraction", fields: { "cache-control": "max-age=60.5" }, isHit: false },
  { name: "§5.2: in quotes", fields: { "cache-control": 'max-age="60"' }, isHit: true },
  {
    name: "§1.2.2: a time beyond all bounds is a long one",
    fields: { "cache-control": "max-age=99999999999999999999" },
    afterS: 100_000,
    isHit: true,
  },
  {
    name: "§5.2.3: what is unknown is passed over",
    fields: { "cache-control": `x=",no-store", ${fresh}, y` },
    isHit: true,
  },
  {
    name: "what looks like a directive in quotes is none",
    fields: { "cache-control": 'x="a, max-age=60"' },
    isHit: false,
  },
  {
    name: "§3.5: not of requests with Authorization",
    fields: { "cache-control": fresh },
    sent: { authorization: "Basic YTpi" },
    isHit: false,
  },
  ...["public", "s-maxage=60", "must-revalidate"].map((allowed): Case => ({
    name: `§3.5: but with ${allowed}`,
    fields: { "cache-control": `${fresh}, ${allowed}` },
    sent: { authorization: "Basic YTpi" },
    isHit: true,
  })),
  { name: "§4.1: Vary: *", fields: { "cache-control": fresh, vary: "*" }, isHit: false },
  {
    name: "§4.1: Vary with * among others",
    fields: { "cache-control": fresh, vary: "accept, *" },
    isHit: false,
  },
  {
    name: "§4.2.3: its age counts",
    fields: { "cache-control": fresh, age: "50" },
    afterS: 11,
    isHit: false,
  },
  {
    name: "§4.2.3: what is old when it comes is stale",
    fields: { "cache-control": fresh, age: "61", etag: '"a"' },
    isHit: false,
  },
  {
    name: "§4.2.3: so is what Date says is old",
    fields: { "cache-control": fresh, date: past, etag: '"a"' },
    isHit: false,
  },
  {
    name: "§5.1: an age that is no number does not count",
    fields: { "cache-control": fresh, age: "old" },
    isHit: true,
  },
  {
    name: "§5.1: of several ages the first counts",
    fields: { "cache-control": fresh, age: "0, 100" },
    isHit: true,
  },
  {
    name: "§3.3: parts of an answer are not kept",
    status: 206,
    fields: { "cache-control": fresh },
    isHit: false,
  },
  ...[203, 301, 302, 404, 410, 500].map((status): Case => ({
    name: `§3: status ${status} is kept when it says so`,
    status,
    fields: { "cache-control": fresh, location: "/" },
    isHit: true,
  })),
  {
    name: "§5.2.2.3: must-understand, and the status is not understood",
    status: 299,
    fields: { "cache-control": `${fresh}, must-understand` },
    isHit: false,
  },
  {
    name: "§5.2.2.3: must-understand takes no-store's place where it is",
    fields: { "cache-control": `${fresh}, must-understand, no-store` },
    isHit: true,
  },
  {
    name: "§5.2.1.5: nor what a request with no-store brings",
    fields: { "cache-control": fresh },
    sent: { "cache-control": "no-store" },
    isHit: false,
  },
  {
    name: "§4.2.2: heuristics, once they are on: a tenth of the time since it was changed",
    fields: { "last-modified": new Date(Date.now() - 1_000_000).toUTCString() },
    options: { heuristicPercent: 10 },
    afterS: 90,
    isHit: true,
  },
  {
    name: "§4.2.2: and no longer",
    fields: { "last-modified": new Date(Date.now() - 1_000_000).toUTCString() },
    options: { heuristicPercent: 10 },
    afterS: 110,
    isHit: false,
  },
  {
    name: "§4.2.2: none where the answer says itself",
    fields: { "cache-control": "max-age=1", "last-modified": old },
    options: { heuristicPercent: 10 },
    afterS: 5,
    isHit: false,
  },
  {
    name: "§4.2.2: nor for statuses that are not for it",
    status: 403,
    fields: { "last-modified": old },
    options: { heuristicPercent: 10 },
    isHit: false,
  },
];

for (const { name, fields, status, sent, afterS = 0, isHit, options = {} } of cases) {
  test(`${name} (${isHit ? "given again" : "asked again"})`, async (context) => {
    const service = await startCached(context, options, saying(fields, status));
    const first = await service.get("a", sent);
    service.passSeconds(afterS);
    const second = await service.get("a", sent);
    assert.equal(second.text, isHit ? "answer 1" : "answer 2");
    assert.equal(second.cache.startsWith("parlance; hit"), isHit);
    assert.equal(second.status, first.status);
  });
}

async function isKept(service: CachedService, method: string): Promise<boolean> {
  await service.get("a", {}, method);
  const before = service.asked.length;
  await service.get("a");
  return service.asked.length === before;
}

for (const method of ["HEAD", "POST", "PUT", "OPTIONS"]) {
  test(`§3: answers to ${method} are not kept for GET`, async (context) => {
    const service = await startCached(context, {}, saying({ "cache-control": fresh }));
    assert.equal(await isKept(service, method), false);
  });
}

test("§4: HEAD is answered from what GET has brought, without content", async (context) => {
  const service = await startCached(context, {}, saying({ "cache-control": fresh, "x-a": "b" }));
  await service.get("a");
  const head = await service.get("a", {}, "HEAD");
  assert.equal(service.asked.length, 1);
  assert.equal(head.headers.get("x-a"), "b");
  assert.equal(head.headers.get("content-length"), "8");
  assert.equal(head.text, "");
});

test("§3.1: fields of the connection are not kept, others are, in all their lines", async (context) => {
  const service = await startCached(context, {}, (_incoming, outgoing) => {
    outgoing.setHeader("cache-control", fresh);
    outgoing.setHeader("connection", "x-hop");
    outgoing.setHeader("x-hop", "1");
    outgoing.setHeader("proxy-authentication-info", "x");
    outgoing.setHeader("x-twice", ["a", "b"]);
    outgoing.end("fine");
  });
  await service.get("a");
  const { headers, text } = await service.get("a");
  assert.equal(service.asked.length, 1);
  assert.equal(text, "fine");
  assert.equal(headers.get("x-hop"), null);
  assert.equal(headers.get("proxy-authentication-info"), null);
  assert.equal(headers.get("x-twice"), "a, b");
});

test("§3.3: what breaks off is not kept", async (context) => {
  const service = await startCached(context, {}, (_incoming, outgoing) => {
    outgoing.writeHead(200, { "cache-control": fresh, "content-length": "100" });
    outgoing.write("half");
    setTimeout(() => outgoing.destroy(), 20);
  });
  await assert.rejects(service.get("a"));
  service.answer = saying({});
  assert.equal((await service.get("a")).text, "answer 1");
});

test("answers of chunks are kept whole, and a length is told of them", async (context) => {
  const service = await startCached(context, {}, (_incoming, outgoing) => {
    outgoing.writeHead(200, { "cache-control": fresh });
    outgoing.write("one ");
    setTimeout(() => outgoing.end("two"), 10);
  });
  await service.get("a");
  const again = await service.get("a");
  assert.equal(again.text, "one two");
  assert.equal(again.headers.get("content-length"), "7");
  assert.equal(service.asked.length, 1);
});

test("a request with a body is none that the cache has to do with", async (context) => {
  const service = await startCached(context, {}, saying({ "cache-control": fresh }));
  const { request } = await import("node:http");
  const answer = await new Promise<string>((resolve) => {
    const sent = request(`${service.url}a`, { method: "GET" }, (incoming) => {
      incoming.setEncoding("utf8").on("data", resolve);
    });
    sent.setHeader("content-length", "3");
    sent.end("abc");
  });
  assert.equal(answer, "answer 1");
  assert.equal((await service.get("a")).text, "answer 2");
});
