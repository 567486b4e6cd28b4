/** When what is kept may be used: RFC 9111 §4.1, §4.2.4, §5.1 and §5.2.1. */
import assert from "node:assert/strict";
import { get } from "node:http";
import test from "node:test";
import { saying, startCached } from "./cached-service-fixture.ts";

const fresh = { "cache-control": "max-age=60" };

test("§4: another address, query or host is another answer", async (context) => {
  const service = await startCached(context, {}, saying(fresh));
  await service.get("a");
  for (const path of ["b", "a?x=1", "a?x=2", "A"]) {
    assert.equal((await service.get(path)).cache.includes("fwd=uri-miss"), true, path);
  }
  const status = await new Promise((resolve) => {
    const headers = { host: "other.example" };
    get(`${service.url}a`, { headers }, (incoming) => {
      incoming.resume();
      resolve(incoming.headers["cache-status"]);
    });
  });
  assert.match(String(status), /fwd=uri-miss/);
  assert.equal((await service.get("a")).text, "answer 1");
});

test("§4.1: each combination of the fields that Vary names is kept apart", async (context) => {
  let count = 0;
  const service = await startCached(context, {}, (incoming, outgoing) => {
    outgoing.writeHead(200, { ...fresh, vary: "Accept-Language, X-Kind" });
    outgoing.end(`${incoming.headers["accept-language"]} ${++count}`);
  });
  const ask = (language: string, kind?: string) =>
    service.get("a", {
      "accept-language": language,
      ...(kind === undefined ? {} : { "x-kind": kind }),
    });
  assert.equal((await ask("de")).text, "de 1");
  const other = await ask("fr");
  assert.equal(other.text, "fr 2");
  assert.match(other.cache, /fwd=vary-miss/);
  assert.equal((await ask("de", "k")).text, "de 3");
  assert.equal((await ask("de")).text, "de 1");
  assert.equal((await ask("fr")).text, "fr 2");
  assert.equal((await ask("de", "k")).text, "de 3");
});

test("§4.1: Vary in several lines is one list", async (context) => {
  let count = 0;
  const service = await startCached(context, {}, (_incoming, outgoing) => {
    outgoing.setHeader("vary", ["Accept-Language", "X-Kind"]);
    outgoing.writeHead(200, fresh);
    outgoing.end(`answer ${++count}`);
  });
  assert.equal((await service.get("a", { "x-kind": "1" })).text, "answer 1");
  const other = await service.get("a", { "x-kind": "2" });
  assert.equal(other.text, "answer 2");
  assert.match(other.cache, /fwd=vary-miss/);
});

test("§4.1: a newer answer that does not vary takes the place of those that did", async (context) => {
  const service = await startCached(context, {}, saying({ ...fresh, vary: "x-kind" }));
  await service.get("a", { "x-kind": "1" });
  service.answer = saying(fresh);
  assert.equal((await service.get("a", { "x-kind": "2" })).text, "answer 1");
  assert.match((await service.get("a", { "x-kind": "3" })).cache, /hit/);
});

test("§4.2.3: an age that came with the answer is added to", async (context) => {
  const service = await startCached(context, {}, saying({ ...fresh, age: "10" }));
  assert.equal((await service.get("a")).headers.get("age"), "10");
  service.passSeconds(20);
  assert.equal((await service.get("a")).headers.get("age")?.[0], "3");
});

test("§6.6.1 of RFC 9110: an answer without Date is kept with that of when it came", async (context) => {
  const service = await startCached(context, {}, (_incoming, outgoing) => {
    outgoing.removeHeader("date");
    outgoing.writeHead(200, fresh).end();
  });
  const { headers } = await service.get("a");
  service.passSeconds(30);
  const again = await service.get("a");
  assert.match(again.cache, /hit/);
  const apartMs =
    Date.parse(again.headers.get("date") ?? "") - Date.parse(headers.get("date") ?? "");
  assert.ok(Math.abs(apartMs) <= 1_000, `${apartMs} ms`);
});

const requests = [
  { directive: "no-cache", afterS: 0, isHit: false },
  { directive: "max-age=0", afterS: 1, isHit: false },
  { directive: "max-age=10", afterS: 5, isHit: true },
  { directive: "max-age=10", afterS: 11, isHit: false },
  { directive: "max-age=ten", afterS: 1, isHit: false },
  { directive: "min-fresh=30", afterS: 20, isHit: true },
  { directive: "min-fresh=30", afterS: 40, isHit: false },
  { directive: "max-stale=30", afterS: 80, isHit: true },
  { directive: "max-stale=30", afterS: 100, isHit: false },
  { directive: "max-stale", afterS: 100_000, isHit: true },
  { directive: "no-transform", afterS: 1, isHit: true },
  { directive: "only-if-cached", afterS: 1, isHit: true },
  { directive: "no-store", afterS: 1, isHit: false },
] as const;

for (const { directive, afterS, isHit } of requests) {
  const what = isHit ? "is answered from what is kept" : "goes to the service";
  test(`§5.2.1: a request with ${directive} after ${afterS} s ${what}`, async (context) => {
    const service = await startCached(context, {}, saying(fresh));
    await service.get("a");
    service.passSeconds(afterS);
    const { text } = await service.get("a", { "cache-control": directive });
    assert.equal(text, isHit ? "answer 1" : "answer 2");
  });
}

for (const said of ["must-revalidate", "proxy-revalidate", "s-maxage=60", "no-cache"]) {
  test(`§4.2.4: with ${said} nothing stale is given, whatever the request allows`, async (context) => {
    const headers = { "cache-control": `max-age=60, ${said}`, etag: '"a"' };
    const service = await startCached(context, { staleIfErrorS: 3_600 }, saying(headers));
    await service.get("a");
    service.passSeconds(61);
    assert.equal((await service.get("a", { "cache-control": "max-stale" })).text, "answer 2");
    service.passSeconds(61);
    service.answer = (_incoming, outgoing) => void outgoing.destroy();
    const refused = await service.get("a", { "cache-control": "max-stale, stale-if-error=60" });
    assert.equal(refused.status, 502);
  });
}

test("§5.2.1.7: only-if-cached is answered with 504 when nothing is kept", async (context) => {
  const service = await startCached(context, {}, saying(fresh));
  const refused = await service.get("a", { "cache-control": "only-if-cached" });
  assert.equal(refused.status, 504);
  assert.equal((JSON.parse(refused.text) as { code: string }).code, "not-in-cache");
  assert.equal(service.asked.length, 0);
});

const bypassing = [
  ["range", "bytes=0-1"],
  ["if-range", '"a"'],
  ["if-match", '"a"'],
  ["if-unmodified-since", "Mon, 01 Jan 2024 00:00:00 GMT"],
] as const;

for (const [name, value] of bypassing) {
  test(`§4.3.2: a request with ${name} is for the service to judge`, async (context) => {
    const service = await startCached(context, {}, saying(fresh));
    await service.get("a");
    const { text, cache } = await service.get("a", { [name]: value });
    assert.equal(text, "answer 2");
    assert.match(cache, /fwd=bypass/);
    assert.equal((await service.get("a")).text, "answer 1");
  });
}

test("a Cache-Status of a cache before this one is kept, ours stands behind it", async (context) => {
  const service = await startCached(
    context,
    {},
    saying({ ...fresh, "cache-status": "other; hit" }),
  );
  const { cache } = await service.get("a");
  assert.equal(cache, "other; hit, parlance; fwd=uri-miss; fwd-status=200; stored");
});

test("with cacheStatus: false nothing is told", async (context) => {
  const service = await startCached(context, { cacheStatus: false }, saying(fresh));
  assert.equal((await service.get("a")).cache, "");
  const again = await service.get("a");
  assert.equal(again.text, "answer 1");
  assert.equal(again.cache, "");
});
