/** Replies of translated calls, kept for operations that are safe, whatever their dialect is. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { envelopeOf, types } from "#tests/e2e/translate/soap-messages.ts";
import {
  startStandIn,
  startTranslating,
  type ServiceAnswer,
  type ServiceRequest,
} from "#tests/e2e/translate/stand.ts";

interface Asked {
  readonly status: number;
  readonly text: string;
  readonly cache: string;
}

interface Shop {
  readonly requests: readonly ServiceRequest[];
  answer: (request: ServiceRequest) => ServiceAnswer;
  readonly ask: Readonly<
    Record<Face, (id: string, more?: Record<string, string>) => Promise<Asked>>
  >;
  readonly place: () => Promise<Asked>;
}

type Face = "soap" | "rpc" | "graphql" | "xml";

function found(fields: Record<string, string> = {}): Shop["answer"] {
  let count = 0;
  return ({ method }) => ({
    status: method === "POST" ? 201 : 200,
    headers: { "content-type": "application/json", ...fields },
    body: JSON.stringify({ id: `n${++count}` }),
  });
}

async function startShop(
  context: TestContext,
  options: string,
  answer: Shop["answer"],
): Promise<Shop> {
  const service = await startStandIn(context, (request) => shop.answer(request));
  const { url } = await startTranslating(context, {
    text:
      `services:\n  shop:\n    contract: shop.yaml\n    instances: ["${service.url}"]\n` +
      `    timeoutMs: 5000\n    policies:\n      - cache: ${options}\n`,
    files: { "shop.yaml": shopOpenApi },
  });
  const send = async (path: string, init: RequestInit): Promise<Asked> => {
    const response = await fetch(url + path, init);
    const cache = response.headers.get("cache-status") ?? "";
    return { status: response.status, text: await response.text(), cache };
  };
  const post = (path: string, type: string, body: string, more: Record<string, string> = {}) =>
    send(path, { method: "POST", headers: { "content-type": type, ...more }, body });
  const namespace = 'xmlns:t="urn:parlance:shop"';
  const shop: Shop = {
    requests: service.requests,
    answer,
    ask: {
      soap: (id, more) =>
        post(
          "/soap/shop",
          types["1.1"],
          envelopeOf(`<t:getOrder ${namespace}><id>${id}</id></t:getOrder>`),
          {
            ...more,
          },
        ),
      rpc: (id) => {
        const call = { jsonrpc: "2.0", id: 1, method: "getOrder", params: { id } };
        return post("/rpc/shop", "application/json", JSON.stringify(call));
      },
      graphql: (id) => {
        const query = `{ shop_getOrder(id: "${id}") { id } }`;
        return post("/graphql", "application/json", JSON.stringify({ query }));
      },
      xml: (id, more) =>
        send(`/shop/orders/${id}`, { headers: { accept: "application/xml", ...more } }),
    },
    place: () => {
      const call = {
        jsonrpc: "2.0",
        id: 1,
        method: "placeOrder",
        params: { customer: "c", lines: [] },
      };
      return post("/rpc/shop", "application/json", JSON.stringify(call));
    },
  };
  return shop;
}

test("one call answers all dialects, as long as the operator says; another input does not", async (context) => {
  const shop = await startShop(context, "{ times: { getOrder: 60 } }", found());
  const first = await shop.ask.soap("1");
  assert.match(first.text, /n1/);
  assert.equal(first.cache, "parlance; fwd=uri-miss; fwd-status=200; stored");
  for (const face of ["soap", "rpc", "graphql", "xml"] as const) {
    const { text, status } = await shop.ask[face]("1");
    assert.equal(status, 200);
    assert.match(text, /n1/, `${face}: ${text}`);
  }
  assert.equal(shop.requests.length, 1);
  assert.match((await shop.ask.soap("1")).cache, /^parlance; hit; ttl=/);
  assert.match((await shop.ask.rpc("2")).text, /n2/);
});

test("when the time is over the service is asked again", async (context) => {
  const shop = await startShop(context, "{ times: { getOrder: 1 } }", found());
  await shop.ask.soap("1");
  await pause(1_050);
  assert.match((await shop.ask.soap("1")).text, /n2/);
});

test("what the service says itself is stronger than the operator's times", async (context) => {
  const options = "{ times: { getOrder: 60 } }";
  for (const [said, count] of [
    ["no-store", 2],
    ["private, max-age=60", 2],
    ["max-age=0", 2],
    ["max-age=60", 1],
  ] as const) {
    const shop = await startShop(context, options, found({ "cache-control": said }));
    await shop.ask.soap("1");
    await shop.ask.soap("1");
    assert.equal(shop.requests.length, count, said);
  }
});

test("without a time for it, and without a word of the service, nothing is kept", async (context) => {
  const shop = await startShop(context, "{}", found());
  await shop.ask.soap("1");
  const again = await shop.ask.soap("1");
  assert.match(again.cache, /detail="nothing says that it may be kept"/);
  assert.equal(shop.requests.length, 2);
});

test("faults are not kept", async (context) => {
  const shop = await startShop(context, "{ times: { getOrder: 60 } }", () => ({
    status: 404,
    headers: { "content-type": "application/json" },
    body: '{"reason":"none"}',
  }));
  await shop.ask.soap("1");
  await shop.ask.soap("1");
  assert.equal(shop.requests.length, 2);
});

test("after a call that is not safe nothing is given any more, unless the operator says so", async (context) => {
  for (const forgets of [true, false]) {
    const options = `{ times: { getOrder: 60 }, forgetOnWrite: ${forgets} }`;
    const shop = await startShop(context, options, found());
    await shop.ask.soap("1");
    await shop.place();
    await shop.ask.soap("1");
    assert.equal(shop.requests.length, forgets ? 3 : 2);
  }
});

test("no-cache and only-if-cached of the caller hold for calls too", async (context) => {
  const shop = await startShop(context, "{ times: { getOrder: 60 } }", found());
  const none = await shop.ask.soap("1", { "cache-control": "only-if-cached" });
  assert.match(none.text, /Fault/);
  assert.equal(shop.requests.length, 0);
  await shop.ask.soap("1");
  await shop.ask.soap("1", { "cache-control": "no-cache" });
  assert.equal(shop.requests.length, 2);
  assert.match((await shop.ask.soap("1")).text, /n2/);
});

const failing: readonly (readonly [string, ServiceAnswer])[] = [
  ["answers 503", { status: 503, body: "" }],
  ["answers what is no JSON", { headers: { "content-type": "application/json" }, body: "{" }],
  ["closes the connection", { body: "break" }],
];

for (const [name, answer] of failing) {
  test(`stale-if-error: when the service ${name}, callers of each dialect get what is kept`, async (context) => {
    const options = "{ times: { getOrder: 1 }, staleIfErrorS: 60 }";
    const shop = await startShop(context, options, found());
    await shop.ask.soap("1");
    await pause(1_050);
    shop.answer = () => answer;
    for (const face of ["soap", "rpc", "graphql", "xml"] as const) {
      assert.match((await shop.ask[face]("1")).text, /n1/, face);
    }
    assert.doesNotMatch((await shop.ask.soap("2")).text, /n1/);
  });
}

test("stale-while-revalidate: the old reply at once, a new one is fetched meanwhile", async (context) => {
  const options = "{ times: { getOrder: 1 }, staleWhileRevalidateS: 60 }";
  const shop = await startShop(context, options, found());
  await shop.ask.rpc("1");
  await pause(1_050);
  assert.match((await shop.ask.soap("1")).text, /n1/);
  for (let tries = 0; shop.requests.length < 2 && tries < 100; tries++) await pause(10);
  // Counted before the new one is old as well, which on a busy machine is soon.
  assert.equal(shop.requests.length, 2);
  let renewed = await shop.ask.rpc("1");
  for (let tries = 0; renewed.text.includes("n1") && tries < 100; tries++) {
    await pause(10);
    renewed = await shop.ask.rpc("1");
  }
  assert.match(renewed.text, /n[2-9]/);
});

test("equal calls at once, in several dialects, are one", async (context) => {
  const shop = await startShop(context, "{ times: { getOrder: 60 } }", found());
  const faces = ["soap", "rpc", "graphql", "xml"] as const;
  const all = await Promise.all(
    Array.from({ length: 40 }, (_, index) => shop.ask[faces[index % 4] as Face]("1")),
  );
  for (const { text } of all) assert.match(text, /n1/);
  assert.equal(shop.requests.length, 1);
});

test("a time for an operation that is not safe, or is not there, is refused", async (context) => {
  for (const [name, why] of [
    ["placeOrder", /placeOrder is unsafe by its contract/],
    ["getOrders", /no operation getOrders/],
  ] as const) {
    await assert.rejects(startShop(context, `{ times: { ${name}: 60 } }`, found()), why);
  }
});
