/** What a service takes at most, where the request that asks is none of its own. */
import assert from "node:assert/strict";
import test from "node:test";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";

const json = { "content-type": "application/json" };

const limits = {
  "bodyBytesMax: 200": "service shop takes bodies of at most 200 bytes (bodyBytesMax)",
  "policies: [{ validate: { requests: { bytesMax: 200 } } }]":
    "a body of more than bytesMax of validate, 200 bytes",
};

for (const [limit, refused] of Object.entries(limits)) {
  test(`calls over all services are held to ${limit}, each by itself`, async (context) => {
    const service = await startStandIn(context, () => ({
      status: 201,
      headers: json,
      body: '{"id":"1"}',
    }));
    const { url } = await startTranslating(context, {
      text:
        `services:\n  shop:\n    contract: shop.yaml\n    instances: ["${service.url}"]\n` +
        `    ${limit}\n`,
      files: { "shop.yaml": shopOpenApi },
    });
    const call = (id: number, customer: string) => {
      const params = { customer, lines: [{ sku: "a", quantity: 1 }] };
      return { jsonrpc: "2.0", id, method: "shop.placeOrder", params };
    };
    const batch = [call(1, "C1"), call(2, "C".repeat(200)), call(3, "C3")];
    const body = JSON.stringify(batch);
    const answer = await fetch(`${url}/rpc`, { method: "POST", headers: json, body });
    const told = (await answer.json()) as readonly { id: number; error?: { message: string } }[];
    const messages = new Map(told.map(({ id, error }) => [id, error?.message]));
    assert.deepEqual(
      [1, 2, 3].map((id) => messages.get(id)),
      [undefined, refused, undefined],
    );
    assert.equal(service.requests.length, 2);
  });
}
