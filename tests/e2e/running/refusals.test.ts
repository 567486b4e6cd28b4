/** Every refusal carries, in its caller's dialect, the exchange that the admin API explains. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ledgerFolder } from "#tests/e2e/ledger/read-ledger.ts";
import { statelessRequest } from "#tests/e2e/mcp/shop.ts";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { envelopeOf, envelope12, types } from "#tests/e2e/translate/soap-messages.ts";
import { runGateway } from "./run-gateway.ts";

interface Asked {
  readonly path: string;
  readonly type?: string;
  readonly body?: string | Buffer<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

const getOrder = '<t:getOrder xmlns:t="urn:parlance:shop"><id>7</id></t:getOrder>';
const emptyFrame = Buffer.alloc(5);
const rpcCall = { jsonrpc: "2.0", id: 1, method: "getOrder", params: { id: "7" } };
const tool = statelessRequest("tools/call", { name: "getOrder", arguments: { id: "7" } });

const dialects: Readonly<Record<string, Asked>> = {
  "REST in JSON": { path: "/shop/orders/7" },
  "REST in XML": { path: "/shop/orders/7", headers: { accept: "application/xml" } },
  "SOAP 1.1": { path: "/soap/shop", type: types["1.1"], body: envelopeOf(getOrder) },
  "SOAP 1.2": {
    path: "/soap/shop",
    type: types["1.2"],
    body: envelopeOf(getOrder, "", envelope12),
  },
  gRPC: { path: "/shop.Shop/GetOrder", type: "application/grpc", body: emptyFrame },
  "gRPC-Web": { path: "/shop.Shop/GetOrder", type: "application/grpc-web", body: emptyFrame },
  Connect: { path: "/shop.Shop/GetOrder", type: "application/json", body: '{"id":"7"}' },
  GraphQL: {
    path: "/graphql/shop",
    type: "application/json",
    body: JSON.stringify({ query: '{ getOrder(id: "7") { id } }' }),
  },
  "JSON-RPC": { path: "/rpc/shop", type: "application/json", body: JSON.stringify(rpcCall) },
  MCP: { path: "/mcp/shop", type: "application/json", ...tool },
  "no route": { path: "/nowhere" },
};

test("every refusal carries the exchange that leads to its explanation, in each dialect", async (t) => {
  const ledger = ledgerFolder(t);
  const contract = join(ledger.folder, "shop.yaml");
  writeFileSync(contract, shopOpenApi);
  const gateway = await runGateway(
    t,
    `version: 1
listen: { host: 127.0.0.1, port: 0, adminPort: 0, workers: 1 }
services:
  shop: { contract: ${contract}, instances: ["http://127.0.0.1:9"], mcp: ["*"] }
policies: [{ maintenance: { message: "not now" } }]
callers: open
${ledger.text()}`,
  );
  for (const [name, { path, type, body, headers = {} }] of Object.entries(dialects)) {
    const typed = type === undefined ? {} : { "content-type": type };
    const answer = await fetch(gateway.url + path, {
      method: body === undefined ? "GET" : "POST",
      headers: { ...headers, ...typed },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    const own = answer.headers.get("parlance-exchange") ?? "";
    assert.match(own, /^[0-9a-f]{32}$/, name);
    const inBody = idsIn(`${text} ${answer.headers.get("grpc-status-details-bin") ?? ""}`);
    assert.ok(inBody.includes(own), `${name}: ${text}`);
    const told = (await (await fetch(`${gateway.adminUrl}/api/v1/explain/${own}`)).json()) as Told;
    const why = name === "no route" ? /refused, status 404: no-route/ : /in-maintenance/;
    assert.ok(
      told.happened.some(({ what }) => why.test(what)),
      `${name}: ${JSON.stringify(told)}`,
    );
  }
});

interface Told {
  readonly happened: readonly { readonly phase: string; readonly what: string }[];
}

/** As text, or in the details of gRPC, which are base64. */
function idsIn(text: string): readonly string[] {
  const decoded = (text.match(/[A-Za-z0-9+/_-]{60,}/g) ?? []).map((part) =>
    Buffer.from(part, "base64").toString("latin1"),
  );
  return [text, ...decoded].flatMap((part) => part.match(/[0-9a-f]{32}/g) ?? []);
}
