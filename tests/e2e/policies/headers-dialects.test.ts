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
