/** What docs/guides/json-rpc.md shows is what callers get. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";
import { readProjectFile } from "#tests/support/source-files.ts";

const json = { "content-type": "application/json" };
const blocks = Array.from(
  readProjectFile("docs/guides/json-rpc.md").matchAll(/^```json\n(.*?)^```/gms),
  ([, text = ""]) => text,
);

test("requests of the guide get the answers that stand behind them", async (context) => {
  const service = await startStandIn(context, ({ url }) =>
    url === "/orders/7"
      ? { headers: json, body: '{"id":"7"}' }
      : { status: 404, headers: json, body: '{"reason":"no such order"}' },
  );
  const gateway = await startTranslating(context, {
    text: `services:\n  shop: { contract: shop.yaml, instances: ["${service.url}"] }\n`,
    files: { "shop.yaml": shopOpenApi },
  });
  assert.equal(blocks.length, 4);
  for (let index = 0; index < blocks.length; index += 2) {
    const body = blocks[index] as string;
    const response = await fetch(`${gateway.url}/rpc/shop`, {
      method: "POST",
      headers: json,
      body,
    });
    const told = (await response.text()).replace(/"exchange":"[0-9a-f]{32}"/, '"exchange":"..."');
    assert.deepEqual(JSON.parse(told), JSON.parse(blocks[index + 1] as string), told);
  }
  assert.deepEqual(
    service.requests.map(({ method, url }) => `${method} ${url}`),
    ["GET /orders/7", "GET /orders/404"],
  );
});
