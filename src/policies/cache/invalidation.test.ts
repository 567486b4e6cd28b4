/** What was kept is not given any more once it was changed: RFC 9111 §4.4. */
import assert from "node:assert/strict";
import test from "node:test";
import { saying, startCached } from "./cached-service-fixture.ts";

const fresh = { "cache-control": "max-age=600" };

for (const method of ["PUT", "POST", "DELETE", "PATCH", "MKCOL"]) {
  test(`§4.4: ${method} that does not fail ends what was kept for its address, and only that`, async (context) => {
    const service = await startCached(context, {}, saying(fresh));
    await service.get("a");
    await service.get("b");
    const written = await service.get("a", {}, method);
    assert.match(written.cache, /fwd=method/);
    assert.match((await service.get("a")).cache, /fwd=uri-miss/);
    assert.match((await service.get("a")).cache, /hit/);
    assert.match((await service.get("b")).cache, /hit/);
  });
}

for (const status of [400, 404, 500, 503]) {
  test(`§4.4: a write that fails with ${status} ends nothing`, async (context) => {
    const service = await startCached(context, {}, saying(fresh));
    await service.get("a");
    service.answer = saying({}, status);
    await service.get("a", {}, "PUT");
    assert.match((await service.get("a")).cache, /hit/);
  });
}

test("§4.4: nor does a method that is safe", async (context) => {
  const service = await startCached(context, {}, saying(fresh));
  await service.get("a");
  await service.get("a", {}, "OPTIONS");
  await service.get("a", {}, "QUERY");
  assert.match((await service.get("a")).cache, /hit/);
});

test("§4.4: Location and Content-Location of the write are ended too, of other hosts not", async (context) => {
  const service = await startCached(context, {}, saying(fresh));
  for (const path of ["a", "b", "c", "d"]) await service.get(path);
  service.answer = (_incoming, outgoing) => {
    const { port } = service;
    outgoing.writeHead(201, {
      location: `http://127.0.0.1:${port}/up/b`,
      "content-location": "c",
    });
    outgoing.end();
  };
  await service.get("a", {}, "POST");
  service.answer = (_incoming, outgoing) => {
    outgoing.writeHead(201, { location: "http://elsewhere.example/up/d" }).end();
  };
  await service.get("x", {}, "POST");
  service.answer = saying(fresh);
  for (const path of ["a", "b", "c"]) {
    assert.match((await service.get(path)).cache, /fwd=uri-miss/, path);
  }
  assert.match((await service.get("d")).cache, /hit/);
});

test("what was asked for before a write, and comes after it, is not kept", async (context) => {
  const asked = Promise.withResolvers<() => void>();
  const service = await startCached(context, {}, (incoming, outgoing) => {
    if (incoming.method !== "GET") return void outgoing.end();
    outgoing.writeHead(200, fresh);
    asked.resolve(() => outgoing.end("old"));
  });
  const slow = service.get("a");
  const end = await asked.promise;
  await service.get("a", {}, "PUT");
  end();
  assert.equal((await slow).text, "old");
  service.answer = saying(fresh);
  assert.equal((await service.get("a")).text, "answer 1");
});

test("every variant and every caller's is ended", async (context) => {
  const service = await startCached(context, {}, saying({ ...fresh, vary: "x-kind" }), {
    callers: {
      one: { key: "key-of-one-0123456789", may: ["up.*"] },
      two: { key: "key-of-two-0123456789", may: ["up.*"] },
    },
  });
  const askers = ["one", "two"].flatMap((name) =>
    ["1", "2"].map((kind) => ({ "x-api-key": `key-of-${name}-0123456789`, "x-kind": kind })),
  );
  for (const headers of askers) await service.get("a", headers);
  assert.equal(service.asked.length, 4);
  await service.get("a", askers[0], "PUT");
  for (const headers of askers) {
    assert.match((await service.get("a", headers)).cache, /fwd=uri-miss/);
  }
});
