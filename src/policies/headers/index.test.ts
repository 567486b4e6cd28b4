import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import test from "node:test";
import { startPoliced } from "#tests/support/policed-service.ts";
import { headers } from "./index.ts";

const key = "key-of-one-0123456789";
const callers = { one: { key, may: ["*"] } };

const tellAll: RequestListener = (incoming, outgoing) => {
  outgoing.setHeader("server", "old/1.0");
  outgoing.setHeader("x-frame-options", "SAMEORIGIN");
  outgoing.end(JSON.stringify(incoming.headers));
};

test("fields of requests are set, with what is known of them, and removed", async (context) => {
  const request = { set: { "X-Tenant": "{caller} by {operation}" }, remove: ["Cookie"] };
  const policies = [{ headers: { request } }];
  const { url } = await startPoliced(context, policies, [tellAll], { callers });
  const sent = { "x-api-key": key, "x-tenant": "forged", cookie: "a=b", "x-kept": "1" };
  const seen = (await (await fetch(url, { headers: sent })).json()) as Record<string, string>;
  assert.equal(seen["x-tenant"], "one by default");
  assert.equal(seen["cookie"], undefined);
  assert.equal(seen["x-kept"], "1");
});

test("nor do they reach instances spelled with underscores, which many take for hyphens", async (context) => {
  const request = { set: { "X-Tenant-Id": "own", user_name: "own" }, remove: ["X-Secret"] };
  const { url } = await startPoliced(context, [{ headers: { request } }], [tellAll]);
  const forged = { "X_Tenant-ID": "no", x_tenant_id: "no", "User-Name": "no", X_SECRET: "no" };
  const sent = { ...forged, x_other: "1" };
  const seen = (await (await fetch(url, { headers: sent })).json()) as Record<string, string>;
  const found = Object.entries(seen).filter(([, value]) => ["no", "own", "1"].includes(value));
  const expected = { "x-tenant-id": "own", user_name: "own", x_other: "1" };
  assert.deepEqual(Object.fromEntries(found), expected);
});

test("fields of answers are set and removed, and those of refusals too", async (context) => {
  const answer = { set: { "X-Exchange": "{exchange}" }, remove: ["Server"] };
  const policies = [{ headers: { answer } }, { maintenance: { only: { callers: ["one"] } } }];
  const more = { callers: { ...callers, anonymous: { may: ["*"] } } };
  const { url } = await startPoliced(context, policies, [tellAll], more);
  for (const [sent, status] of [
    [{}, 200],
    [{ "x-api-key": key }, 503],
  ] as const) {
    const given = await fetch(url, { headers: sent });
    assert.equal(given.status, status);
    assert.equal(given.headers.get("x-exchange"), given.headers.get("parlance-exchange"));
    assert.equal(given.headers.get("server"), null);
  }
});

test("browsers are told to be careful, unless the service says something itself", async (context) => {
  const { url } = await startPoliced(context, [{ headers: { secure: true } }], [tellAll]);
  const given = await fetch(url);
  assert.equal(given.headers.get("x-content-type-options"), "nosniff");
  assert.equal(given.headers.get("x-frame-options"), "SAMEORIGIN");
  assert.match(given.headers.get("content-security-policy") ?? "", /default-src 'none'/);
});

test("refusals of the gateway's own tell browsers the same", async (context) => {
  const policies = [{ headers: { secure: true } }, { maintenance: {} }];
  const { url } = await startPoliced(context, policies, [tellAll]);
  const refused = await fetch(url);
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get("x-content-type-options"), "nosniff");
  assert.equal(refused.headers.get("x-frame-options"), "DENY");
});

test("Strict-Transport-Security is for callers over TLS, by the word of trusted proxies", async (context) => {
  const name = "strict-transport-security";
  const policies = [{ headers: { secure: true } }];
  const plain = await startPoliced(context, policies, [tellAll]);
  const sent = { headers: { "x-forwarded-proto": "https" } };
  assert.equal((await fetch(plain.url, sent)).headers.get(name), null);
  const listen = { trustedProxies: ["127.0.0.1/32"] };
  const behind = await startPoliced(context, policies, [tellAll], { listen });
  assert.equal((await fetch(behind.url)).headers.get(name), null);
  assert.match((await fetch(behind.url, sent)).headers.get(name) ?? "", /^max-age=31536000/);
});

test("what delimits messages, or what the gateway vouches for, cannot be touched", () => {
  const site = { serviceName: undefined, contract: undefined, callers: undefined };
  const nothing = { set: {}, remove: [] };
  const one = { secret: "1" };
  const request = {
    set: { "content-length": one, "X-Fine": one },
    remove: ["Host", "X-Forwarded-For"],
  };
  const answer = { set: { "Parlance-Receipt": one }, remove: [] };
  const found = headers.check?.({ request, answer, secure: false }, site) ?? [];
  assert.deepEqual(
    found.map(({ path }) => path[0]),
    ["request", "request", "request", "answer"],
  );
  assert.deepEqual(headers.check?.({ request: nothing, answer: nothing, secure: true }, site), []);
});

test("a word that was meant to stand for something, and does not, is told", () => {
  const site = { serviceName: undefined, contract: undefined, callers: undefined };
  const set = {
    "X-A": { secret: "{calller} {caller}" },
    "X-B": { secret: "/orders/{id} {constructor} {}" },
  };
  const request = { set, remove: [] };
  const answer = { set: {}, remove: [] };
  assert.deepEqual(headers.check?.({ request, answer, secure: false }, site), [
    {
      path: ["request", "set", "X-A"],
      severity: "warning",
      message: "`{calller}` stands for nothing, and is sent as it is",
      suggestion: "did you mean `caller`?",
    },
  ]);
});
