/** An agent is a caller like any other: its trace, its headers, its limits, its records. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import * as old from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { billingWsdl } from "#protocols/soap/billing-fixture.ts";
import { createHandRecorder } from "#tests/support/hand-recorder.ts";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { envelopeOf, textOf } from "#tests/e2e/translate/soap-messages.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";

type Call = (
  name: string,
  params: Record<string, unknown>,
  meta?: Record<string, unknown>,
) => Promise<Record<string, unknown>>;

const clients: readonly (readonly [string, (scope: TestContext, url: string) => Promise<Call>])[] =
  [
    [
      "2026-07-28",
      async (scope, url) => {
        const options = { versionNegotiation: { mode: { pin: "2026-07-28" } } } as const;
        const client = new Client({ name: "test", version: "1" }, options);
        await client.connect(new StreamableHTTPClientTransport(new URL(url), agent));
        scope.after(() => client.close());
        return (name, given, meta = {}) => client.callTool({ name, arguments: given, _meta: meta });
      },
    ],
    [
      "2025-11-25",
      async (scope, url) => {
        const client = new OldClient({ name: "test", version: "1" });
        await client.connect(new old.StreamableHTTPClientTransport(new URL(url), agent));
        scope.after(() => client.close());
        return (name, given, meta = {}) => client.callTool({ name, arguments: given, _meta: meta });
      },
    ],
  ];

const agent = { requestInit: { headers: { "x-api-key": "key-of-the-agent-0001" } } };
const callers = 'callers:\n  agent: { key: key-of-the-agent-0001, may: ["shop.*"] }\n';

async function start(scope: TestContext, policies = "") {
  const service = await startStandIn(scope, ({ url }) => ({
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id: url.split(/[/?]/)[2] }),
  }));
  const recorder = createHandRecorder();
  recorder.atOnce = true;
  const gateway = await startTranslating(scope, {
    text:
      `services:\n  shop: { contract: shop.yaml, instances: ["${service.url}"], mcp: ["*"] }\n` +
      callers +
      policies,
    files: { "shop.yaml": shopOpenApi },
    recorder,
  });
  return { service, gateway, recorder };
}

const invoice =
  '<b:getInvoiceResponse xmlns:b="urn:example:billing"><b:invoice><b:id>7</b:id>' +
  "<b:card>4000</b:card><b:line><b:sku>A</b:sku>" +
  '<b:price currency="EUR">0.10</b:price></b:line></b:invoice></b:getInvoiceResponse>';
const traceId = "0af7651916cd43dd8448eb211c80319c";

for (const [version, connect] of clients) {
  test(`${version}: the trace in _meta goes on to the service, and one that is none does not`, async (context) => {
    const { gateway, service } = await start(context);
    const call = await connect(context, `${gateway.url}/mcp`);
    const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
    await call("shop.getOrder", { id: "7" }, { traceparent });
    const sent = String(service.requests[0]?.headers["traceparent"]);
    assert.match(sent, new RegExp(`^00-${traceId}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`));
    await call("shop.getOrder", { id: "7" }, { traceparent: "00-x\r\nX-Injected: 1" });
    const { headers = {} } = service.requests[1] ?? {};
    assert.match(String(headers["traceparent"]), /^00-[0-9a-f]{32}-[0-9a-f]{16}-03$/);
    assert.equal(headers["x-injected"], undefined);
  });

  test(`${version}: SOAP headers of an operation are said in _meta`, async (context) => {
    const service = await startStandIn(context, () => ({
      headers: { "content-type": "text/xml; charset=utf-8" },
      body: envelopeOf(invoice),
    }));
    const { url } = await startTranslating(context, {
      text: `services:\n  shop: { contract: b.wsdl, instances: ["${service.url}"], mcp: ["*"] }\n${callers}`,
      files: { "b.wsdl": billingWsdl },
    });
    const call = await connect(context, `${url}/mcp`);
    const headers = { Session: "of <mine>" };
    const found = await call("shop.getInvoice", { id: "7" }, { "parlance/headers": headers });
    assert.equal(found["isError"] ?? false, false, JSON.stringify(found));
    assert.equal(textOf(service.requests[0]?.body ?? "", "Session"), "of <mine>");
    const wrong = { "parlance/headers": { Session: 7 } };
    const refused = await call("shop.getInvoice", { id: "7" }, wrong);
    assert.equal(refused["isError"], true);
    const meta = refused["_meta"] as Record<string, Record<string, unknown>>;
    assert.match(String(meta["parlance/fault"]?.["place"]), /^\/_meta\/parlance~1headers/);
    assert.equal(service.requests.length, 1);
  });

  test(`${version}: each call is an exchange on record, within the one that asked for it`, async (context) => {
    const { gateway, recorder } = await start(context);
    const call = await connect(context, `${gateway.url}/mcp`);
    await call("shop.getOrder", { id: "7" });
    const inner = recorder.records.find(({ operation }) => operation === "getOrder");
    assert.equal(inner?.service, "shop");
    assert.equal(inner?.status, 200);
    const outer = recorder.records.find(({ id }) => id === inner?.parent);
    assert.ok(outer, "the request of the agent is on record as well");
  });

  test(`${version}: limits hold for tools, and the agent is told as a result of the tool`, async (context) => {
    const limit =
      "policies:\n  - rate-limit: { requests: 1, windowMs: 60000, only: { operations: [shop.getOrder] } }\n";
    const { gateway, service } = await start(context, limit);
    const call = await connect(context, `${gateway.url}/mcp`);
    await call("shop.getOrder", { id: "7" });
    const refused = await call("shop.getOrder", { id: "8" });
    assert.equal(refused["isError"], true);
    const meta = refused["_meta"] as Record<string, Record<string, unknown>>;
    assert.equal(meta["parlance/fault"]?.["kind"], "resource_exhausted");
    assert.equal(service.requests.length, 1);
  });
}
