/** One Idempotency-Key in each dialect: the second call gets the first answer. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { statelessRequest } from "../mcp/shop.ts";
import { envelopeOf, types } from "../translate/soap-messages.ts";
import { shopOpenApi } from "../translate/shop-contract.ts";
import { startStandIn, startTranslating, type ServiceRequest } from "../translate/stand.ts";

const json = { "content-type": "application/json" };
const order = { customer: "C1", lines: [{ sku: "a", quantity: 2 }] };

async function start(context: TestContext, status = 201, options: object = {}) {
  let number = 0;
  const service = await startStandIn(context, ({ body }: ServiceRequest) => {
    const answer = { id: `o${++number}`, order: JSON.parse(body) as unknown };
    return { status, headers: json, body: JSON.stringify(answer) };
  });
  const text =
    "services:\n  shop:\n    contract: shop.yaml\n    mcp: ['*']\n" +
    `    instances: ["${service.url}"]\n` +
    `    policies: ${JSON.stringify([{ idempotency: options }])}\n`;
  const gateway = await startTranslating(context, { text, files: { "shop.yaml": shopOpenApi } });
  return { gateway, service };
}

interface Asked {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Ask = (asked: typeof order) => Asked;

const dialects: Readonly<Record<string, Ask>> = {
  Connect: (body) => ({
    path: "/shop.Shop/PlaceOrder",
    headers: { ...json, "connect-protocol-version": "1" },
    body: JSON.stringify(body),
  }),
  "SOAP 1.1": ({ customer, lines }) => {
    const [line] = lines;
    const content =
      `<customer>${customer}</customer>` +
      `<lines><sku>${line?.sku}</sku><quantity>${line?.quantity}</quantity></lines>`;
    const body = envelopeOf(`<o:placeOrder xmlns:o="urn:parlance:shop">${content}</o:placeOrder>`);
    return { path: "/soap/shop", headers: { "content-type": types["1.1"] }, body };
  },
  "JSON-RPC": (params) => ({
    path: "/rpc",
    headers: json,
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "shop.placeOrder", params }),
  }),
  GraphQL: ({ customer, lines }) => ({
    path: "/graphql",
    headers: json,
    body: JSON.stringify({
      query:
        "mutation ($customer: String!, $lines: [shop_LineInput!]!) " +
        "{ shop_placeOrder(customer: $customer, lines: $lines) { id order { customer } } }",
      variables: { customer, lines },
    }),
  }),
  MCP: (body) => ({
    path: "/mcp",
    ...statelessRequest("tools/call", { name: "shop.placeOrder", arguments: body }),
  }),
};

async function ask(url: string, { path, headers, body }: Asked, key?: string): Promise<string> {
  const own = key === undefined ? {} : { "idempotency-key": key };
  const answer = await fetch(`${url}${path}`, {
    method: "POST",
    headers: { ...headers, ...own },
    body,
  });
  return `${answer.status} ${await answer.text()}`;
}

/** Without what differs in each answer. */
async function told(url: string, asked: Asked, key?: string): Promise<string> {
  return (await ask(url, asked, key)).replaceAll(/[0-9a-f]{32}|"value":"[^"]*"/g, "");
}

for (const [name, make] of Object.entries(dialects)) {
  test(`${name}: a repetition gets the first answer, another input a refusal`, async (context) => {
    const { gateway, service } = await start(context);
    const first = await told(gateway.url, make(order), "k");
    assert.match(first, /^200 .*o1/s);
    assert.equal(await told(gateway.url, make(order), "k"), first);
    assert.equal(service.requests.length, 1);
    assert.equal(service.requests[0]?.headers["idempotency-key"], "k");
    const other = await told(gateway.url, make({ ...order, customer: "C2" }), "k");
    assert.match(other, /the Idempotency-Key was used for another request, exchange /);
    assert.equal(service.requests.length, 1);
    assert.match(await told(gateway.url, make(order), "l"), /^200 .*o2/s);
  });

  test(`${name}: a key that is required and missing is told in its own words`, async (context) => {
    const { gateway, service } = await start(context, 201, { required: true });
    const refusal = await told(gateway.url, make(order));
    assert.match(
      refusal,
      /shop\.placeOrder is not safe to repeat; expected the field Idempotency-Key/,
    );
    assert.equal(service.requests.length, 0);
  });
}

test("a call may be repeated in another dialect, and gets the same answer", async (context) => {
  const { gateway, service } = await start(context);
  for (const [name, make] of Object.entries(dialects)) {
    assert.match(await ask(gateway.url, make(order), "same"), /o1/, name);
  }
  assert.equal(service.requests.length, 1);
});

test("REST passes, and its answer is one of its own", async (context) => {
  const { gateway, service } = await start(context);
  const rest = { path: "/shop/orders", headers: json, body: JSON.stringify(order) };
  const first = await ask(gateway.url, rest, "k");
  assert.match(first, /^201 .*o1/);
  assert.equal(await ask(gateway.url, rest, "k"), first);
  assert.equal(service.requests.length, 1);
  const soap = await ask(gateway.url, (dialects["SOAP 1.1"] as Ask)(order), "k");
  assert.match(soap, /was used for another request/);
});

test("faults are kept, and 503 leaves the key free, in every dialect", async (context) => {
  for (const [status, times] of [
    [500, 1],
    [503, 2],
  ] as const) {
    for (const [name, make] of Object.entries(dialects)) {
      const { gateway, service } = await start(context, status);
      const first = await told(gateway.url, make(order), "k");
      assert.equal(await told(gateway.url, make(order), "k"), first, name);
      assert.equal(service.requests.length, times, `${name} after ${status}`);
    }
  }
});

test("each call of a batch has a key of its own", async (context) => {
  const { gateway, service } = await start(context);
  const calls = ["C1", "C1", "C2"].map((customer, id) => ({
    ...{ jsonrpc: "2.0", id, method: "shop.placeOrder" },
    params: { ...order, customer },
  }));
  const batch = { path: "/rpc", headers: json, body: JSON.stringify(calls) };
  const first = await ask(gateway.url, batch, '"k"');
  assert.equal(service.requests.length, 3);
  assert.equal(await ask(gateway.url, batch, '"k"'), first);
  assert.equal(service.requests.length, 3);
});

test("a tool's caller may say the key in _meta, and a wrong one is told", async (context) => {
  const { gateway, service } = await start(context, 201, { required: true });
  const asked = (key: unknown): Asked => {
    const meta = { "parlance/idempotencyKey": key };
    const params = { name: "shop.placeOrder", arguments: order };
    return { path: "/mcp", ...statelessRequest("tools/call", params, { meta }) };
  };
  assert.match(await ask(gateway.url, asked("k")), /o1/);
  assert.match(await ask(gateway.url, asked("k")), /o1/);
  assert.equal(service.requests.length, 1);
  for (const key of [7, "a b", "", 'quo"ted', "x".repeat(256)]) {
    const wrong = await ask(gateway.url, asked(key));
    assert.match(wrong, /parlance\/idempotencyKey must be a text of visible ASCII/, String(key));
  }
  assert.equal(service.requests.length, 1);
});

test("where answers are written anew, what the contract does not speak of is told again, too", async (context) => {
  const service = await startStandIn(context, () => ({
    status: 201,
    headers: { ...json, location: "/orders/o1" },
    body: '{"id":"o1"}',
  }));
  const mask = "mask: { answers: [{ field: order.note }] }";
  const { url } = await startTranslating(context, {
    text:
      `services:\n  shop:\n    contract: shop.yaml\n    instances: ["${service.url}"]\n` +
      `    policies: [{ ${mask} }, { idempotency: {} }]\n`,
    files: { "shop.yaml": shopOpenApi },
  });
  for (const replayed of [null, "true"]) {
    const headers = { ...json, "idempotency-key": "k" };
    const init = { method: "POST", headers, body: JSON.stringify(order) };
    const answer = await fetch(`${url}/shop/orders`, init);
    assert.equal(answer.headers.get("idempotent-replayed"), replayed);
    assert.equal(answer.headers.get("location"), "/orders/o1");
    assert.match(await answer.text(), /o1/);
  }
  assert.equal(service.requests.length, 1);
});
