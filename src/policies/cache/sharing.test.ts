/** Who gets what was kept, and how much is kept. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Contract } from "#contract/contract.ts";
import { saying, startCached } from "./cached-service-fixture.ts";
import { cache } from "./index.ts";
import type { Options } from "./settings.ts";

const fresh = { "cache-control": "max-age=60, public" };
const callers = {
  one: { key: "key-of-one-0123456789", may: ["up.*"] },
  two: { key: "key-of-two-0123456789", may: ["up.*"] },
  three: { key: "key-of-three-0123456789", may: ["other.*"] },
};
const keyOf = (name: string): Record<string, string> => ({
  "x-api-key": `key-of-${name}-0123456789`,
});

test("what one caller has got, another does not get, unless all share", async (context) => {
  for (const per of [undefined, "caller", "all"]) {
    const options = per === undefined ? {} : { per };
    const service = await startCached(context, options, saying(fresh), { callers });
    await service.get("a", keyOf("one"));
    const own = await service.get("a", keyOf("one"));
    assert.match(own.cache, /hit/);
    const other = await service.get("a", keyOf("two"));
    assert.equal(other.text, per === "all" ? "answer 1" : "answer 2");
  }
});

test("who may not call it gets nothing of what is kept, though all share", async (context) => {
  const service = await startCached(context, { per: "all" }, saying(fresh), { callers });
  await service.get("a", keyOf("one"));
  assert.equal((await service.get("a", keyOf("three"))).status, 403);
  assert.equal((await service.get("a")).status, 401);
});

test("behind trusted proxies hosts are told apart by what those say, from others by Host", async (context) => {
  for (const trustedProxies of [["127.0.0.1"], []]) {
    const listen = { trustedProxies };
    const service = await startCached(context, {}, saying(fresh), { listen });
    const get = async (host: string) => (await service.get("a", { "x-forwarded-host": host })).text;
    const apart = trustedProxies.length > 0;
    assert.equal(await get("one.example"), "answer 1");
    assert.equal(await get("two.example"), apart ? "answer 2" : "answer 1");
    assert.equal(await get("one.example"), "answer 1");
    // A write that names the same host ends it, and no other does.
    await service.get("a", { "x-forwarded-host": "two.example" }, "DELETE");
    assert.equal(await get("one.example"), apart ? "answer 1" : "answer 3");
  }
});

test("§3.5: a token in Authorization counts though the gateway keeps it to itself", async (context) => {
  const service = await startCached(context, {}, saying({ "cache-control": "max-age=60" }), {
    callers,
  });
  const sent = { authorization: "Bearer key-of-one-0123456789" };
  await service.get("a", sent);
  assert.equal((await service.get("a", sent)).text, "answer 2");
});

test("a new revision begins without anything", async (context) => {
  const service = await startCached(context, {}, saying(fresh));
  await service.get("a");
  service.takeOptions({ answerBytesMax: 10_000 });
  assert.equal((await service.get("a")).text, "answer 2");
});

test("an answer that is longer than answerBytesMax is passed on and not kept", async (context) => {
  const large = Buffer.alloc(3_000, "x");
  for (const told of [true, false]) {
    const service = await startCached(context, { answerBytesMax: 2_000 }, (_incoming, outgoing) => {
      outgoing.writeHead(200, { ...fresh, ...(told ? { "content-length": "3000" } : {}) });
      outgoing.write(large.subarray(0, 1_500));
      outgoing.end(large.subarray(1_500));
    });
    const first = await service.get("a");
    assert.equal(first.text.length, 3_000);
    assert.equal(first.cache.includes("stored"), !told);
    await service.get("a");
    assert.equal(service.asked.length, 2);
  }
});

test("no more than bytesMax is kept: what was used longest ago gives way", async (context) => {
  const options = { bytesMax: 65_536, answerBytesMax: 20_000 };
  const body = "x".repeat(10_000);
  const service = await startCached(context, options, (_incoming, outgoing) => {
    outgoing.writeHead(200, fresh).end(body);
  });
  for (const path of ["a", "b", "c", "d", "e"]) await service.get(path);
  assert.match((await service.get("a")).cache, /hit/);
  await service.get("f");
  await service.get("g");
  assert.match((await service.get("a")).cache, /hit/);
  assert.match((await service.get("b")).cache, /fwd=uri-miss/);
});

test("the variants of one address are bounded too", async (context) => {
  const service = await startCached(context, {}, saying({ ...fresh, vary: "x-kind" }));
  for (let kind = 0; kind < 40; kind++) await service.get("a", { "x-kind": String(kind) });
  assert.match((await service.get("a", { "x-kind": "39" })).cache, /hit/);
  assert.match((await service.get("a", { "x-kind": "0" })).cache, /vary-miss/);
});

const wrong = [
  [{ per: "address" }, /per/],
  [{ bytesMax: 1 }, /65536/],
  [{ times: { getOrder: 0 } }, /1 to 2592000/],
  [{ staleIfErrorS: -1 }, /0 to 2592000/],
  [{ coalesce: true }, /coalesce/],
  [{ heuristicPercent: 101 }, /0 to 100/],
] as const;

for (const [options, message] of wrong) {
  test(`options ${JSON.stringify(options)} are refused, and it is said why`, async (context) => {
    await assert.rejects(startCached(context, options, saying({})), message);
  });
}

test("limits that contradict each other, and times of what is not safe, are told", () => {
  const checked = (options: object, serviceName: string | undefined, operations?: object[]) => {
    const contract = operations && ({ operations } as unknown as Contract);
    const whole = { times: {}, bytesMax: 100_000, answerBytesMax: 10_000, ...options } as Options;
    const found = cache.check?.(whole, { serviceName, contract, callers: undefined }) ?? [];
    return found.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  };
  const operations = [
    { id: "getOrder", safety: "safe" },
    { id: "putOrder", safety: "idempotent" },
  ];
  assert.match(checked({ answerBytesMax: 200_000 }, undefined), /more than bytesMax, 100000/);
  assert.match(checked({ times: { getOrder: 60 } }, "up"), /up has no contract/);
  assert.match(checked({ times: { getOrders: 60 } }, "up", operations), /no operation getOrders/);
  assert.match(
    checked({ times: { putOrder: 60 } }, "up", operations),
    /idempotent by its contract/,
  );
  assert.match(checked({ times: { getOrder: 60 } }, undefined), /expected service.operation/);
  assert.equal(checked({ times: { getOrder: 60 } }, "up", operations), "");
  assert.equal(checked({ times: { "up.getOrder": 60 } }, undefined), "");
});
