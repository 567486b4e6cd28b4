import assert from "node:assert/strict";
import test from "node:test";
import { startPoliced } from "#tests/support/policed-service.ts";
import { ipFilter } from "./index.ts";

const trusting = { listen: { trustedProxies: ["127.0.0.1/32", "10.9.0.0/16"] } };

async function statusFor(url: string, forwardedFor: string): Promise<number> {
  return (await fetch(url, { headers: { "x-forwarded-for": forwardedFor } })).status;
}

test("addresses that are denied, or not allowed, are refused before anything is sent", async (context) => {
  const denied = await startPoliced(context, [{ "ip-filter": { deny: ["127.0.0.0/8"] } }]);
  const answer = await fetch(denied.url);
  assert.equal(answer.status, 403);
  assert.equal(((await answer.json()) as { code: string }).code, "address-not-allowed");
  assert.equal(denied.asked(), 0);
  const allowed = await startPoliced(context, [{ "ip-filter": { allow: ["127.0.0.1"] } }]);
  assert.equal((await fetch(allowed.url)).status, 200);
});

test("what a caller writes into X-Forwarded-For counts for nothing", async (context) => {
  const { url } = await startPoliced(context, [{ "ip-filter": { allow: ["203.0.113.7"] } }]);
  assert.equal(await statusFor(url, "203.0.113.7"), 403);
});

test("behind trusted proxies the nearest address counts that is none of theirs", async (context) => {
  const policies = [{ "ip-filter": { allow: ["203.0.113.7"] } }];
  const { url } = await startPoliced(context, policies, undefined, trusting);
  assert.equal(await statusFor(url, "203.0.113.7"), 200);
  assert.equal(await statusFor(url, "203.0.113.7, 10.9.1.1"), 200);
  assert.equal(await statusFor(url, "203.0.113.7, 198.51.100.1"), 403);
  assert.equal(await statusFor(url, "203.0.113.7, nonsense"), 403);
});

test("an address that is denied is so in whatever spelling a proxy has it", async (context) => {
  const policies = [{ "ip-filter": { deny: ["203.0.113.0/24", "2001:db8:bad::/48"] } }];
  const { url } = await startPoliced(context, policies, undefined, trusting);
  for (const spelled of [
    "203.0.113.7",
    "203.0.113.7:50412",
    "::ffff:203.0.113.7",
    "[::ffff:203.0.113.7]:50412",
    "[2001:db8:bad::1]:50412",
    "[2001:db8:bad::1]",
    "2001:DB8:0BAD:0::1",
    "198.51.100.1, 203.0.113.7:50412, 10.9.1.1:443",
  ]) {
    assert.equal(await statusFor(url, spelled), 403, spelled);
  }
  assert.equal(await statusFor(url, "198.51.100.1:203"), 200);
});

test("who asks is looked at before who calls: no key is needed to be refused", async (context) => {
  const callers = { one: { key: "key-of-one-0123456789", may: ["*"] } };
  const policies = [{ "ip-filter": { deny: ["127.0.0.1"] } }];
  const { url } = await startPoliced(context, policies, undefined, { callers });
  assert.equal((await fetch(url)).status, 403);
});

test("what is no address is told", () => {
  const site = { serviceName: undefined, contract: undefined, callers: undefined };
  const findings = ipFilter.check?.({ allow: ["10.0.0.0/8", "10.0.0.0/33"], deny: ["x"] }, site);
  assert.deepEqual(
    findings?.map(({ path }) => path),
    [
      ["allow", 1],
      ["deny", 0],
    ],
  );
});
