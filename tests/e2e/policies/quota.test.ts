/** A quota that is used up, told in each dialect, and how it stands, told by `explain`. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { explainedKinds } from "#app/explained-kinds.ts";
import { nodePlatform } from "#base/platform.ts";
import { explainRoute } from "#gateway/explain.ts";
import { statelessRequest } from "../mcp/shop.ts";
import { envelopeOf, types } from "../translate/soap-messages.ts";
import { shopOpenApi } from "../translate/shop-contract.ts";
import { startStandIn, startTranslating } from "../translate/stand.ts";

const json = { "content-type": "application/json" };
const key = "key-of-partner-0123456789";

async function start(context: TestContext, quota: object) {
  const answer = { status: 200, headers: json, body: '{"id":"7"}' };
  const service = await startStandIn(context, () => answer);
  const text =
    "services:\n  shop:\n    contract: shop.yaml\n    mcp: ['*']\n" +
    `    instances: ["${service.url}"]\n    policies: ${JSON.stringify([{ quota }])}\n` +
    `callers:\n  partner: { key: "${key}", may: ["*"] }\n`;
  const gateway = await startTranslating(context, { text, files: { "shop.yaml": shopOpenApi } });
  return { gateway, service };
}

interface Asked {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly told: RegExp;
}

const soap = envelopeOf('<o:getOrder xmlns:o="urn:parlance:shop"><id>7</id></o:getOrder>');
const called = { jsonrpc: "2.0", id: 1, method: "shop.getOrder", params: { id: "7" } };
const tool = statelessRequest("tools/call", { name: "shop.getOrder", arguments: { id: "7" } });

const dialects: Readonly<Record<string, Asked>> = {
  REST: { path: "/shop/orders/7", told: /^429 .*"code":"quota-used-up"/ },
  Connect: {
    path: "/shop.Shop/GetOrder",
    headers: { ...json, "connect-protocol-version": "1" },
    body: '{"id":"7"}',
    told: /^429 .*"code":"resource_exhausted"/,
  },
  SOAP: {
    path: "/soap/shop",
    headers: { "content-type": types["1.1"] },
    body: soap,
    told: /^500 .*<p:code>quota-used-up<\/p:code>/s,
  },
  "JSON-RPC": {
    path: "/rpc",
    headers: json,
    body: JSON.stringify(called),
    told: /"error":.*"code":"quota-used-up"/,
  },
  GraphQL: {
    path: "/graphql",
    headers: json,
    body: '{"query":"{ shop_getOrder(id: \\"7\\") { id } }"}',
    told: /"errors":.*resource_exhausted/i,
  },
  MCP: { path: "/mcp", ...tool, told: /quota-used-up/ },
};

test("every dialect tells in its own words that a quota is used up", async (context) => {
  for (const [name, { path, headers, body, told }] of Object.entries(dialects)) {
    const { gateway, service } = await start(context, { requests: 1 });
    const ask = async (): Promise<string> => {
      const init = { headers: { ...headers, "x-api-key": key } };
      const sent = body === undefined ? init : { ...init, method: "POST", body };
      const answer = await fetch(`${gateway.url}${path}`, sent);
      return `${answer.status} ${await answer.text()}`;
    };
    assert.match(await ask(), /^200 /, name);
    assert.match(await ask(), told, name);
    assert.equal(service.requests.length, 1, name);
  }
});

test("explain tells how much of a quota is taken", async (context) => {
  const { gateway } = await start(context, { requests: 9, name: "plan", period: "month" });
  const ask = async (caller: string | undefined): Promise<string | undefined> => {
    const { configuration, contracts } = gateway.revision;
    const request = { method: "GET", url: "/shop/orders/7", headers: {}, caller };
    const kinds = explainedKinds(nodePlatform.clock);
    const { steps } = explainRoute(configuration, request, contracts, kinds);
    return steps.find(({ step }) => step === "policy")?.why;
  };
  const before = await ask("partner");
  assert.match(before ?? "", /^at most 9 in a month \(UTC\) for each caller \(for shop\)$/);
  for (let count = 0; count < 2; count++) {
    await fetch(`${gateway.url}/shop/orders/7`, { headers: { "x-api-key": key } });
  }
  assert.match((await ask("partner")) ?? "", /; 2 of 9 are taken in 2\d{3}-\d\d \(for shop\)$/);
  assert.doesNotMatch((await ask(undefined)) ?? "", /taken/);
});
