/** Asking whether what is kept still holds, and callers who ask the same: RFC 9111 §3.2, §4.3. */
import assert from "node:assert/strict";
import test from "node:test";
import { saying, startCached, type Answering } from "./cached-service-fixture.ts";

const changed = "Mon, 01 Jan 2024 00:00:00 GMT";
const later = "Tue, 02 Jan 2024 00:00:00 GMT";
const earlier = "Sun, 31 Dec 2023 00:00:00 GMT";

/** Answers 304 where the validator is its own. */
function validating(
  fields: Record<string, string>,
  fieldsOf304: Record<string, string | string[]> = fields,
): Answering {
  let count = 0;
  return (incoming, outgoing) => {
    count++;
    const { "if-none-match": tag, "if-modified-since": since } = incoming.headers;
    const holds = tag === undefined ? since === fields["last-modified"] : tag === fields["etag"];
    if (holds && (tag ?? since) !== undefined)
      return void outgoing.writeHead(304, fieldsOf304).end();
    outgoing.writeHead(200, fields).end(`answer ${count}`);
  };
}

for (const [name, validator, sent] of [
  ["etag", '"a"', "if-none-match"],
  ["etag", 'W/"a"', "if-none-match"],
  ["last-modified", changed, "if-modified-since"],
] as const) {
  test(`§4.3.1: what is stale is validated with its ${name} ${validator}, and is fresh again`, async (context) => {
    const fields = { "cache-control": "max-age=60", [name]: validator };
    const service = await startCached(context, {}, validating(fields));
    await service.get("a");
    service.passSeconds(61);
    const validated = await service.get("a");
    assert.equal(service.asked[1]?.headers[sent], validator);
    assert.equal(validated.status, 200);
    assert.equal(validated.text, "answer 1");
    assert.equal(validated.cache, "parlance; fwd=stale; fwd-status=304; stored");
    service.passSeconds(50);
    assert.match((await service.get("a")).cache, /hit/);
    assert.equal(service.asked.length, 2);
  });
}

test("§4.3.3: an answer with content takes the place of what was kept", async (context) => {
  const service = await startCached(
    context,
    {},
    validating({ "cache-control": "max-age=60", etag: '"a"' }),
  );
  await service.get("a");
  service.answer = saying({ "cache-control": "max-age=60", etag: '"b"' });
  service.passSeconds(61);
  const next = await service.get("a");
  assert.equal(next.cache, "parlance; fwd=stale; fwd-status=200; stored");
  const again = await service.get("a");
  assert.equal(again.headers.get("etag"), '"b"');
  assert.match(again.cache, /hit/);
});

test("§4.3.3: one that may not be kept removes it", async (context) => {
  const service = await startCached(
    context,
    { staleIfErrorS: 600 },
    validating({ "cache-control": "max-age=60", etag: '"a"' }),
  );
  await service.get("a");
  service.answer = saying({ "cache-control": "no-store" });
  service.passSeconds(61);
  await service.get("a");
  service.answer = (_incoming, outgoing) => void outgoing.destroy();
  assert.equal((await service.get("a")).status, 502);
});

test("§3.2: a 304 changes the fields of what is kept, but what says how to read it", async (context) => {
  const fields = {
    "cache-control": "max-age=60",
    etag: '"a"',
    "content-type": "text/plain",
    "x-old": "stays",
    "x-new": "1",
  };
  const fields304 = {
    "cache-control": "max-age=600",
    etag: '"a"',
    "content-type": "text/html",
    "x-new": "2",
  };
  const service = await startCached(context, {}, validating(fields, fields304));
  await service.get("a");
  service.passSeconds(61);
  const { headers } = await service.get("a");
  assert.equal(headers.get("x-new"), "2");
  assert.equal(headers.get("x-old"), "stays");
  assert.equal(headers.get("content-type"), "text/plain");
  assert.equal(headers.get("content-length"), "8");
  service.passSeconds(300);
  assert.match((await service.get("a")).cache, /hit/);
});

test("§3.2: what a 304 says in several lines counts in all of them", async (context) => {
  const fields = { "cache-control": "max-age=60", etag: '"a"' };
  const fields304 = { ...fields, "cache-control": ["max-age=600", "private"] };
  const service = await startCached(context, {}, validating(fields, fields304));
  await service.get("a");
  service.passSeconds(61);
  await service.get("a");
  assert.match((await service.get("a")).cache, /fwd=uri-miss/);
});

test("§4.1: what a 304 says of Vary tells answers apart from then on", async (context) => {
  const fields = { "cache-control": "max-age=60", etag: '"a"' };
  const service = await startCached(context, {}, validating(fields, { ...fields, vary: "x-kind" }));
  await service.get("a", { "x-kind": "1" });
  service.passSeconds(61);
  await service.get("a", { "x-kind": "1" });
  assert.match((await service.get("a", { "x-kind": "1" })).cache, /hit/);
  assert.match((await service.get("a", { "x-kind": "2" })).cache, /fwd=vary-miss/);
});

test("§4.3.4: a 304 about another answer does not make this one fresh", async (context) => {
  const fields = { "cache-control": "max-age=60", etag: '"a"' };
  const service = await startCached(context, {}, validating(fields, { ...fields, etag: '"b"' }));
  await service.get("a");
  service.passSeconds(61);
  assert.equal((await service.get("a")).text, "answer 1");
  assert.match((await service.get("a")).cache, /fwd=uri-miss/);
});

test("§5.2.2.4: no-cache is validated each time", async (context) => {
  const fields = { "cache-control": "no-cache", etag: '"a"' };
  const service = await startCached(context, {}, validating(fields));
  for (let count = 1; count <= 3; count++) {
    assert.equal((await service.get("a")).text, "answer 1");
    assert.equal(service.asked.length, count);
  }
});

test("§4.3.1: a request with no-cache has what is fresh validated too", async (context) => {
  const service = await startCached(
    context,
    {},
    validating({ "cache-control": "max-age=60", etag: '"a"' }),
  );
  await service.get("a");
  const { text, cache } = await service.get("a", { "cache-control": "no-cache" });
  assert.equal(text, "answer 1");
  assert.equal(cache, "parlance; fwd=request; fwd-status=304; stored");
});

const conditions = [
  { name: "If-None-Match", headers: { "if-none-match": '"a"' }, is304: true },
  { name: "If-None-Match with a weak tag", headers: { "if-none-match": 'W/"a"' }, is304: true },
  { name: "If-None-Match with several", headers: { "if-none-match": '"x", "a"' }, is304: true },
  { name: "If-None-Match: *", headers: { "if-none-match": "*" }, is304: true },
  { name: "If-None-Match with another", headers: { "if-none-match": '"b"' }, is304: false },
  { name: "If-Modified-Since, the same", headers: { "if-modified-since": changed }, is304: true },
  { name: "If-Modified-Since, later", headers: { "if-modified-since": later }, is304: true },
  { name: "If-Modified-Since, earlier", headers: { "if-modified-since": earlier }, is304: false },
  { name: "If-Modified-Since, no date", headers: { "if-modified-since": "never" }, is304: false },
  {
    name: "If-None-Match, which is stronger than If-Modified-Since",
    headers: { "if-none-match": '"b"', "if-modified-since": changed },
    is304: false,
  },
];

for (const { name, headers, is304 } of conditions) {
  test(`§4.3.2: a caller's ${name} is answered with ${is304 ? 304 : 200} from what is kept`, async (context) => {
    const fields = {
      "cache-control": "max-age=60",
      etag: '"a"',
      "last-modified": changed,
      "x-a": "b",
    };
    const service = await startCached(context, {}, validating(fields));
    await service.get("a");
    const got = await service.get("a", headers);
    assert.equal(service.asked.length, 1);
    assert.equal(got.status, is304 ? 304 : 200);
    assert.equal(got.text, is304 ? "" : "answer 1");
    assert.equal(got.headers.get("etag"), '"a"');
    assert.equal(got.headers.get("x-a"), is304 ? null : "b");
    if (is304) assert.equal(got.headers.get("content-length"), null);
  });
}

test("§4.3.2: once it was validated, the caller's condition is held against it", async (context) => {
  const fields = { "cache-control": "max-age=60", etag: '"a"' };
  const service = await startCached(context, {}, validating(fields));
  await service.get("a");
  service.passSeconds(61);
  const other = await service.get("a", { "if-none-match": '"other"' });
  assert.equal(service.asked[1]?.headers["if-none-match"], '"a"');
  assert.equal(other.status, 200);
  assert.equal(other.text, "answer 1");
  service.passSeconds(61);
  assert.equal((await service.get("a", { "if-none-match": '"a"' })).status, 304);
});

test("a 304 that only the caller asked for passes, and nothing is kept of it", async (context) => {
  const service = await startCached(
    context,
    {},
    validating({ "cache-control": "max-age=60", etag: '"a"' }),
  );
  const got = await service.get("a", { "if-none-match": '"a"' });
  assert.equal(got.status, 304);
  assert.equal((await service.get("a")).text, "answer 2");
});

test("§4.3.5: HEAD that tells of another answer removes what is kept, of the same one not", async (context) => {
  const fields = { "cache-control": "max-age=60", etag: '"a"' };
  const service = await startCached(context, {}, saying(fields));
  await service.get("a");
  await service.get("a", { "cache-control": "no-cache" }, "HEAD");
  assert.match((await service.get("a")).cache, /hit/);
  service.answer = saying({ ...fields, etag: '"b"' });
  await service.get("a", { "cache-control": "no-cache" }, "HEAD");
  assert.match((await service.get("a")).cache, /fwd=uri-miss/);
});
