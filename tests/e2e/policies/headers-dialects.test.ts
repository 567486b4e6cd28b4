/** Fields that are set and removed, in whatever dialect a caller speaks. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test from "node:test";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { startTranslating } from "#tests/e2e/translate/stand.ts";

test("fields of requests are set once and removed, in each dialect", async (context) => {
  const seen: string[][] = [];
  const server = createServer((request, answer) => {
    seen.push(request.rawHeaders);
    answer.writeHead(200, { "content-type": "application/json" });
    answer.end('{"id":"7"}');
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const set = { Authorization: "Bearer of-the-gateway", Accept: "application/own" };
  const request = { set, remove: ["User-Agent", "Accept-Language"] };
  const text =
    `services:\n  shop:\n    contract: shop.yaml\n    instances: ["http://127.0.0.1:${port}"]\n` +
    `    policies: ${JSON.stringify([{ headers: { request } }])}\n`;
  const gateway = await startTranslating(context, { text, files: { "shop.yaml": shopOpenApi } });
  const sent = { "content-type": "application/json", accept: "application/json" };
  const more = { "user-agent": "test", "accept-language": "de", authorization: "Basic YTpi" };
  const rpc = { jsonrpc: "2.0", id: 1, method: "getOrder", params: { id: "7" } };
  for (const [path, init] of [
    ["/shop/orders/7", {}],
    ["/rpc/shop", { method: "POST", body: JSON.stringify(rpc) }],
  ] as const) {
    const answer = await fetch(gateway.url + path, { ...init, headers: { ...sent, ...more } });
    assert.equal(answer.status, 200, await answer.text());
    const fields = seen.pop() ?? [];
    const valuesOf = (name: string): readonly string[] =>
      fields.filter((_value, at) => at % 2 === 1 && fields[at - 1]?.toLowerCase() === name);
    assert.deepEqual(valuesOf("authorization"), ["Bearer of-the-gateway"], path);
    assert.deepEqual(valuesOf("accept"), ["application/own"], path);
    assert.deepEqual([...valuesOf("user-agent"), ...valuesOf("accept-language")], [], path);
  }
});

test("fields of answers go with each answer, whoever gives it, and once", async (context) => {
  const server = createServer((_request, answer) => {
    answer.writeHead(200, { "content-type": "application/json", "cache-control": "max-age=60" });
    answer.end('{"id":"7"}');
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const policies = [
    { headers: { answer: { set: { "X-Own": "{caller}" } }, secure: true } },
    { cache: {} },
    { maintenance: { only: { operations: ["shop.placeOrder"] } } },
  ];
  const [key, other] = ["key-of-shop-0123456789", "key-of-other-0123456789"];
  const text =
    `services:\n  shop:\n    contract: shop.yaml\n    instances: ["http://127.0.0.1:${port}"]\n` +
    `policies: ${JSON.stringify(policies)}\n` +
    `callers:\n  shop: { key: ${key}, may: ["*"] }\n  other: { key: ${other}, may: [] }\n`;
  const gateway = await startTranslating(context, { text, files: { "shop.yaml": shopOpenApi } });
  const json = { "content-type": "application/json" };
  const rpc = { jsonrpc: "2.0", id: 1, method: "getOrder", params: { id: "7" } };
  const order = { customer: "C1", lines: [{ sku: "a", quantity: 2 }] };
  const post = (body: object) => ({ method: "POST", body: JSON.stringify(body) });
  const cases: readonly (readonly [string, RequestInit, number, string | undefined])[] = [
    ["/shop/orders/7", {}, 200, key],
    // Out of the cache.
    ["/shop/orders/7", {}, 200, key],
    ["/rpc/shop", post(rpc), 200, key],
    ["/graphql", post({ query: "{ __typename }" }), 200, key],
    ["/shop/orders", post(order), 503, key],
    ["/shop/orders/7", {}, 401, undefined],
    ["/rpc/shop", post(rpc), 401, undefined],
    ["/shop/orders/7", {}, 403, other],
    ["/nowhere", {}, 404, key],
    ["/shop/orders/7", { method: "DELETE" }, 405, key],
  ];
  for (const [path, init, status, sent] of cases) {
    const headers = { ...json, ...(sent !== undefined && { "x-api-key": sent }) };
    const answer = await fetch(gateway.url + path, { ...init, headers });
    const where = `${path}: ${await answer.text()}`;
    assert.equal(answer.status, status, where);
    const isKnown = status !== 401 && status !== 404 && status !== 405;
    const caller = sent === other ? "other" : "shop";
    assert.equal(answer.headers.get("x-own"), isKnown ? caller : "anonymous", where);
    assert.equal(answer.headers.get("x-frame-options"), "DENY", where);
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff", where);
  }
});
