/** For whom a call is, in the course of another exchange: by the word of trusted proxies. */
import assert from "node:assert/strict";
import test from "node:test";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";

const json = { "content-type": "application/json" };
const body = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "shop.getOrder",
  params: { id: "1" },
});

const policies = [{ "rate-limit": { per: "address", requests: 1, windowMs: 3_600_000 } }];

test("limits and services see whom proxies ask for, also in calls over all services", async (context) => {
  const service = await startStandIn(context, () => ({ headers: json, body: '{"id":"1"}' }));
  const { url } = await startTranslating(context, {
    text:
      "listen: { trustedProxies: [127.0.0.1] }\nservices:\n  shop:\n    contract: shop.yaml\n" +
      `    instances: ["${service.url}"]\n    policies: ${JSON.stringify(policies)}\n`,
    files: { "shop.yaml": shopOpenApi },
  });
  const ask = async (address: string): Promise<string> => {
    const proxied = { "x-forwarded-proto": "https", "x-forwarded-host": "shop.example.org" };
    const headers = { ...json, ...proxied, "x-forwarded-for": address };
    return (await fetch(`${url}/rpc`, { method: "POST", headers, body })).text();
  };
  assert.match(await ask("192.0.2.1"), /"result"/);
  assert.match(await ask("192.0.2.1"), /rate-limited/);
  assert.match(await ask("192.0.2.2"), /"result"/);
  const { headers } = service.requests[1] ?? assert.fail("it was not asked");
  assert.equal(headers["x-forwarded-for"], "192.0.2.2, 127.0.0.1");
  assert.equal(headers["x-forwarded-proto"], "https");
  assert.equal(headers["x-forwarded-host"], "shop.example.org");
});

test("what others write there counts for nothing", async (context) => {
  const service = await startStandIn(context, () => ({ headers: json, body: '{"id":"1"}' }));
  const { url } = await startTranslating(context, {
    text:
      "services:\n  shop:\n    contract: shop.yaml\n" +
      `    instances: ["${service.url}"]\n    policies: ${JSON.stringify(policies)}\n`,
    files: { "shop.yaml": shopOpenApi },
  });
  const ask = async (address: string): Promise<string> => {
    const headers = { ...json, "x-forwarded-for": address };
    return (await fetch(`${url}/rpc`, { method: "POST", headers, body })).text();
  };
  assert.match(await ask("192.0.2.1"), /"result"/);
  assert.match(await ask("192.0.2.2"), /rate-limited/);
  assert.equal(service.requests[0]?.headers["x-forwarded-for"], "127.0.0.1");
});

test("a service that wants the host that was asked for gets it", async (context) => {
  const service = await startStandIn(context, () => ({ headers: json, body: '{"id":"1"}' }));
  const { url, port } = await startTranslating(context, {
    text:
      "services:\n  shop:\n    contract: shop.yaml\n    host: caller\n" +
      `    instances: ["${service.url}"]\n`,
    files: { "shop.yaml": shopOpenApi },
  });
  const answer = await fetch(`${url}/rpc`, { method: "POST", headers: json, body });
  assert.match(await answer.text(), /"result"/);
  const { headers } = service.requests[0] ?? assert.fail("it was not asked");
  assert.equal(headers.host, `127.0.0.1:${port}`);
  assert.equal(headers["x-forwarded-host"], `127.0.0.1:${port}`);
});
