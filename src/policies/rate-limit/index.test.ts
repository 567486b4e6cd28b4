import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { startPoliced } from "#tests/support/policed-service.ts";
import { rateLimit } from "./index.ts";

async function start(
  context: TestContext,
  options: Readonly<Record<string, unknown>>,
  callers: unknown = "open",
): Promise<string> {
  const policies = [{ "rate-limit": { windowMs: 60_000, ...options } }];
  return (await startPoliced(context, policies, undefined, { callers })).url;
}

test("beyond the limit it is 429, with the fields that say when to come again", async (context) => {
  const url = await start(context, { requests: 2 });
  const first = await fetch(url);
  assert.equal(first.headers.get("ratelimit-policy"), '"caller";q=2;w=60');
  assert.equal(first.headers.get("ratelimit"), '"caller";r=1;t=30');
  assert.equal((await fetch(url)).headers.get("ratelimit"), '"caller";r=0;t=60');
  const third = await fetch(url);
  assert.equal(third.status, 429);
  assert.match(third.headers.get("ratelimit") ?? "", /^"caller";r=0;t=(29|30)$/);
  assert.match(third.headers.get("retry-after") ?? "", /^(29|30)$/);
  assert.equal(third.headers.get("parlance-fault"), "policy");
  const { code, detail } = (await third.json()) as { code: string; detail: string };
  assert.equal(code, "rate-limited");
  assert.match(detail, /^at most 2 requests in 60000 ms are allowed for each caller; wait \d+ ms$/);
});

test("callers are counted apart, and so are those that are not known, by address", async (context) => {
  const callers = {
    one: { key: "key-of-one-0123456789", may: ["*"] },
    two: { key: "key-of-two-0123456789", may: ["*"] },
    anonymous: { may: ["*"] },
  };
  const url = await start(context, { requests: 1 }, callers);
  const ask = async (key: string | undefined): Promise<number> => {
    const headers: Record<string, string> = key === undefined ? {} : { "x-api-key": key };
    return (await fetch(url, { headers })).status;
  };
  const keys = ["key-of-one-0123456789", "key-of-two-0123456789", undefined];
  assert.deepEqual(await Promise.all(keys.map(ask)), [200, 200, 200]);
  assert.deepEqual(await Promise.all(keys.map(ask)), [429, 429, 429]);
});

test("a forged X-Forwarded-For gives nobody another allowance", async (context) => {
  const url = await start(context, { per: "address", requests: 2 });
  const statuses: number[] = [];
  for (const forged of ["192.0.2.1", "192.0.2.2", "192.0.2.3, 127.0.0.1", "x".repeat(4_000)]) {
    const headers = { "x-forwarded-for": forged, forwarded: `for=${forged.slice(0, 20)}` };
    statuses.push((await fetch(url, { headers })).status);
  }
  assert.deepEqual(statuses, [200, 200, 429, 429]);
});

test("one who is anonymous does not use up what others who are have", async (context) => {
  const policies = [{ "rate-limit": { requests: 1, windowMs: 3_600_000 } }];
  const listen = { trustedProxies: ["127.0.0.1"] };
  const callers = { anonymous: { may: ["*"] } };
  const { url } = await startPoliced(context, policies, undefined, { listen, callers });
  const statuses: number[] = [];
  for (const address of ["192.0.2.1", "192.0.2.1", "192.0.2.2"]) {
    statuses.push((await fetch(url, { headers: { "x-forwarded-for": address } })).status);
  }
  assert.deepEqual(statuses, [200, 429, 200]);
});

for (const per of ["address", "caller"]) {
  test(`by ${per}, an IPv6 subscriber has one allowance, whatever address it takes`, async (context) => {
    const policies = [{ "rate-limit": { per, requests: 2, windowMs: 3_600_000 } }];
    const listen = { trustedProxies: ["127.0.0.1"] };
    const callers = { anonymous: { may: ["*"] } };
    const { url } = await startPoliced(context, policies, undefined, { listen, callers });
    const statuses: number[] = [];
    for (const address of [
      "2001:db8:1::1",
      "2001:db8:1:0:f::2",
      "2001:DB8:1::3",
      "2001:db8:2::1",
    ]) {
      const headers = { "x-forwarded-for": address };
      statuses.push((await fetch(url, { headers })).status);
    }
    assert.deepEqual(statuses, [200, 200, 429, 200]);
  });
}

test("it can be for some callers only", async (context) => {
  const callers = {
    one: { key: "key-of-one-0123456789", may: ["*"] },
    two: { key: "key-of-two-0123456789", may: ["*"] },
  };
  const url = await start(context, { requests: 1, only: { callers: ["one"] } }, callers);
  const statuses: number[] = [];
  for (const key of ["key-of-one-0123456789", "key-of-two-0123456789"]) {
    for (let count = 0; count < 2; count++) {
      statuses.push((await fetch(url, { headers: { "x-api-key": key } })).status);
    }
  }
  assert.deepEqual(statuses, [200, 429, 200, 200]);
});

test("a rate that cannot be counted is told", () => {
  const site = { serviceName: undefined, contract: undefined, callers: undefined };
  const findings = rateLimit.check?.({ per: "caller", requests: 2_000, windowMs: 10 }, site);
  assert.deepEqual(
    findings?.map(({ path, severity }) => [path, severity]),
    [[["requests"], "error"]],
  );
});
