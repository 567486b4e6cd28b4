/** Who may ask one service, where the face is over all of them. */
import assert from "node:assert/strict";
import test from "node:test";
import { statelessRequest } from "#tests/e2e/mcp/shop.ts";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";

const json = { "content-type": "application/json" };

const asked: Readonly<Record<string, (name: string) => readonly [string, RequestInit]>> = {
  "/rpc": (name) => {
    const call = { jsonrpc: "2.0", id: 1, method: `${name}.getOrder`, params: { id: "1" } };
    return ["/rpc", { method: "POST", headers: json, body: JSON.stringify(call) }];
  },
  "/rpc of the service": (name) => {
    const call = { jsonrpc: "2.0", id: 1, method: "getOrder", params: { id: "1" } };
    return [`/rpc/${name}`, { method: "POST", headers: json, body: JSON.stringify(call) }];
  },
  "/graphql": (name) => {
    const query = `{ ${name}_getOrder(id: "1") { id } }`;
    return ["/graphql", { method: "POST", headers: json, body: JSON.stringify({ query }) }];
  },
  "/mcp": (name) => {
    const tool = { name: `${name}.getOrder`, arguments: { id: "1" } };
    return ["/mcp", { method: "POST", ...statelessRequest("tools/call", tool) }];
  },
};

for (const [face, make] of Object.entries(asked)) {
  test(`${face}: addresses that a service does not take do not reach it`, async (context) => {
    const service = await startStandIn(context, () => ({ headers: json, body: '{"id":"found"}' }));
    const shop = `contract: shop.yaml, mcp: ["*"], instances: ["${service.url}"]`;
    const { url } = await startTranslating(context, {
      text:
        `services:\n  free: { ${shop} }\n` +
        `  own: { ${shop}, policies: [{ ip-filter: { deny: ["127.0.0.0/8"] } }] }\n`,
      files: { "shop.yaml": shopOpenApi },
    });
    const ask = async (name: string): Promise<string> => {
      const [path, init] = make(name);
      return (await fetch(`${url}${path}`, init)).text();
    };
    assert.match(await ask("free"), /found/);
    const refused = await ask("own");
    assert.match(refused, /requests from 127\.0\.0\.1 are not allowed/);
    assert.doesNotMatch(refused, /found/);
    assert.equal(service.requests.length, 1);
  });
}

test("what is for operations of one service keeps nobody from the others, and lets no page in", async (context) => {
  const service = await startStandIn(context, () => ({ headers: json, body: '{"id":"found"}' }));
  const shop = `contract: shop.yaml, instances: ["${service.url}"]`;
  const only = 'only: { operations: ["own.*"] }';
  const { url } = await startTranslating(context, {
    text:
      `policies:\n  - ip-filter: { deny: ["127.0.0.0/8"], ${only} }\n` +
      `  - cors: { origins: ["https://a.example"], ${only} }\n` +
      `services:\n  free: { ${shop} }\n  own: { ${shop} }\n`,
    files: { "shop.yaml": shopOpenApi },
  });
  const ask = async (name: string): Promise<Response> => {
    const call = { jsonrpc: "2.0", id: 1, method: `${name}.getOrder`, params: { id: "1" } };
    const headers = { ...json, origin: "https://a.example" };
    return fetch(`${url}/rpc`, { method: "POST", headers, body: JSON.stringify(call) });
  };
  const free = await ask("free");
  assert.match(await free.text(), /found/);
  assert.equal(free.headers.get("access-control-allow-origin"), null);
  assert.match(await (await ask("own")).text(), /requests from 127\.0\.0\.1 are not allowed/);
});
