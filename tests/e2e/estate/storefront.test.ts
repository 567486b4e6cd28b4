/** The storefront's backend without a gateway: it says so instead of failing in silence. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { freePort } from "#tests/support/free-port.ts";
import { startService, type RunningProgram } from "./start-service.ts";

let service: RunningProgram;

before(async () => {
  const gatewayUrl = `http://127.0.0.1:${await freePort()}`;
  service = await startService("storefront", { GATEWAY_URL: gatewayUrl, STOREFRONT_KEY: "test" });
});

after(async () => {
  assert.equal(await service.stop(), 0);
});

function purchase(body: unknown): Promise<Response> {
  return fetch(`${service.url}/api/purchases`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

const wish = {
  items: [{ sku: "TEA-ASSAM-250", quantity: 1 }],
  customer: "asha",
  payer: "asha@okbank",
};

test("without a gateway a purchase is a 502 problem with the call that found nobody", async () => {
  const answer = await purchase(wish);
  assert.equal(answer.status, 502);
  assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
  const problem = (await answer.json()) as { steps: { status?: number; trouble: string }[] };
  assert.equal(problem.steps.length, 1);
  assert.equal(problem.steps[0]?.status, undefined);
  assert.match(problem.steps[0]?.trouble ?? "", /nothing listens at the gateway's address/);
});

test("without a gateway there are neither orders nor events, and both say why", async () => {
  for (const path of ["/api/orders", "/api/events"]) {
    const answer = await fetch(service.url + path);
    assert.equal(answer.status, 502, path);
    assert.match(await answer.text(), /gateway/);
  }
});

test("what is not in the catalogue, no quantity and extra members are refused", async () => {
  const wishes = [
    { ...wish, items: [{ sku: "NOTHING", quantity: 1 }] },
    { ...wish, items: [{ sku: "TEA-ASSAM-250", quantity: 0 }] },
    { ...wish, items: [{ sku: "TEA-ASSAM-250", quantity: "1" }] },
    { ...wish, items: [] },
    { ...wish, price: "0.01" },
  ];
  for (const bad of wishes) assert.equal((await purchase(bad)).status, 400);
});

test("the page allows no script and no address but its own", async () => {
  const answer = await fetch(`${service.url}/`);
  assert.equal(answer.status, 200);
  const policy = answer.headers.get("content-security-policy") ?? "";
  assert.match(policy, /^default-src 'self'; script-src 'self' 'sha256-[^' ]+'/);
  assert.doesNotMatch(await answer.text(), /(src|href)="(https?:)?\/\//);
});

test("without its key the storefront does not start and says which variable is missing", async () => {
  await assert.rejects(
    startService("storefront", { STOREFRONT_KEY: "" }),
    /ended \(2\)[^]*STOREFRONT_KEY is not set/,
  );
});
