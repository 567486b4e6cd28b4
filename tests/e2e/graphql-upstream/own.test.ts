import assert from "node:assert/strict";
import test from "node:test";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { startStandIn, startTranslating, type ServiceAnswer } from "#tests/e2e/translate/stand.ts";

const json = { "content-type": "application/json" };

/** One gateway before another, which is called in GraphQL, before a service in REST. */
async function startTwo(scope: test.TestContext) {
  const service = await startStandIn(scope, ({ method, url, body }): ServiceAnswer => {
    if (method === "POST") {
      return { status: 201, headers: json, body: `{"id":"o1","order":${body}}` };
    }
    if (url.startsWith("/orders/404")) {
      return { status: 404, headers: json, body: '{"reason":"no such order"}' };
    }
    return { headers: json, body: JSON.stringify({ id: url.split(/[/?]/)[2] }) };
  });
  const files = { "shop.yaml": shopOpenApi };
  const inner = await startTranslating(scope, {
    text: `services:\n  shop: { contract: shop.yaml, instances: ["${service.url}"] }\n`,
    files,
  });
  const outer = await startTranslating(scope, {
    text: `services:
  shop: { contract: shop.yaml, speaks: graphql, instances: ["${inner.url}/graphql/shop"] }
`,
    files,
  });
  return { service, outer };
}

test("a gateway calls another in GraphQL, by a contract that knows none", async (context) => {
  const { service, outer } = await startTwo(context);
  const found = await fetch(`${outer.url}/shop/orders/7`);
  assert.equal(found.status, 200, await found.clone().text());
  assert.deepEqual(await found.json(), { id: "7" });
  const placed = await fetch(`${outer.url}/shop/orders`, {
    method: "POST",
    headers: json,
    body: '{"customer":"x","number":"9007199254740993","lines":[]}',
  });
  const text = await placed.text();
  assert.equal(placed.status, 201, text);
  assert.match(text, /"number":"?9007199254740993"?[,}]/);
  assert.match(service.requests[1]?.body ?? "", /"number":"?9007199254740993"?[,}]/);
});

test("a fault of the service is the same behind two gateways", async (context) => {
  const { outer } = await startTwo(context);
  const missing = await fetch(`${outer.url}/shop/orders/404`);
  assert.equal(missing.status, 404, await missing.clone().text());
  assert.deepEqual(await missing.json(), { reason: "no such order" });
});
