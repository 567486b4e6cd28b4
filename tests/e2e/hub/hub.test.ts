import assert from "node:assert/strict";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import test from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { standardProtocols } from "#app/standard-protocols.ts";
import type { ValueRecord } from "#contract/value.ts";
import type { Protocol } from "#extension/protocol.ts";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { startStandIn, startTranslating, type StandInService } from "#tests/e2e/translate/stand.ts";

type Asked = readonly (readonly [service: string, operation: string, input: ValueRecord])[];

/** A hub that calls what it is told to, all at once, and says what became of it. */
const caller: Protocol = {
  name: "jsonrpc",
  createHub: () => ({
    addresses: [
      { path: "/rpc", methods: ["POST"] },
      { path: "/rpc/{service}", methods: ["GET"] },
    ],
    async handle({ method, body }, session) {
      if (method === "GET") {
        const fields = [["content-type", "text/event-stream"]] as const;
        return {
          kind: "stream",
          status: 200,
          fields,
          async run(write) {
            for (let count = 0; count < 3; count++) await write(Buffer.from(`data: ${count}\n\n`));
          },
        };
      }
      const asked = JSON.parse(body.toString()) as Asked;
      const replies = await Promise.all(
        asked.map(async ([serviceName, operationId, input]) => {
          const reply = await session.invoke({ serviceName, operationId, input });
          const may = session.may(serviceName, operationId);
          return reply.kind === "answer" ? [may, reply.output] : [may, reply.code, reply.blame];
        }),
      );
      const fields = [["content-type", "application/json"]] as const;
      return { status: 200, fields, body: Buffer.from(JSON.stringify(replies)) };
    },
    tell: () => undefined,
  }),
};

async function start(
  scope: test.TestContext,
  callers = "callers: open",
): Promise<{
  service: StandInService;
  gateway: Awaited<ReturnType<typeof startTranslating>>;
  ask: (asked: Asked, headers?: Record<string, string>) => Promise<Response>;
}> {
  const service = await startStandIn(scope, ({ url }) => ({
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id: url.slice("/orders/".length) }),
  }));
  const gateway = await startTranslating(scope, {
    text: `services:\n  shop: { contract: shop.yaml, instances: ["${service.url}"] }\n${callers}\n`,
    files: { "shop.yaml": shopOpenApi },
    // Whose addresses are the real ones.
    protocols: [...standardProtocols.filter(({ createHub }) => createHub === undefined), caller],
  });
  const ask = (asked: Asked, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${gateway.url}/rpc`, { method: "POST", body: JSON.stringify(asked), headers });
  return { service, gateway, ask };
}

test("one request becomes several calls, each an exchange within the request's", async (context) => {
  const { service, gateway, ask } = await start(context);
  const response = await ask([
    ["shop", "getOrder", { id: "a" }],
    ["shop", "getOrder", { id: "b" }],
  ]);
  assert.deepEqual(await response.json(), [
    [true, { id: "a" }],
    [true, { id: "b" }],
  ]);
  const outer = response.headers.get("parlance-exchange") ?? "";
  assert.equal(gateway.done.length, 3);
  assert.equal(gateway.done.filter(({ id }) => id === outer).length, 1);
  const seen = service.requests.map(({ headers }) => headers["parlance-exchange"]);
  assert.equal(new Set([...seen, outer]).size, 3);
  // W3C Trace Context: one trace, each call a span of its own.
  const traces = service.requests.map(({ headers }) => String(headers["traceparent"]).split("-"));
  assert.deepEqual(new Set(traces.map(([, trace]) => trace)), new Set([outer]));
  assert.equal(new Set(traces.map(([, , span]) => span)).size, 2);
});

test("what a caller may not call is refused call by call, strangers get 401", async (context) => {
  const callers = 'callers:\n  buyer: { key: "k1", may: ["shop.getOrder"] }';
  const { service, ask } = await start(context, callers);
  const stranger = await ask([["shop", "getOrder", { id: "a" }]]);
  assert.equal(stranger.status, 401);
  const asked: Asked = [
    ["shop", "getOrder", { id: "a" }],
    ["shop", "placeOrder", { customer: "x", lines: [] }],
    ["shop", "nothing", {}],
  ];
  const response = await ask(asked, { "x-api-key": "k1" });
  assert.deepEqual(await response.json(), [
    [true, { id: "a" }],
    [false, "caller-not-permitted", "policy"],
    [false, "no-operation", "client"],
  ]);
  assert.equal(service.requests.length, 1);
  assert.equal(service.requests[0]?.headers["x-api-key"], undefined);
});

test("a service that fails is a fault of its call alone", async (context) => {
  const { service, ask } = await start(context);
  service.answer = ({ url }) =>
    url.endsWith("/a")
      ? { body: "break" }
      : { headers: { "content-type": "application/json" }, body: '{"id":"b"}' };
  const response = await ask([
    ["shop", "getOrder", { id: "a" }],
    ["shop", "getOrder", { id: "b" }],
  ]);
  assert.deepEqual(await response.json(), [
    [true, "instance-closed", "service"],
    [true, { id: "b" }],
  ]);
});

test("calls under way end when the caller goes away", async (context) => {
  const { service, gateway } = await start(context);
  service.answer = () => ({ body: "stall" });
  const asked: Asked = [["shop", "getOrder", { id: "a" }]];
  const outgoing = request(`${gateway.url}/rpc`, { method: "POST" });
  outgoing.on("error", () => undefined);
  outgoing.end(JSON.stringify(asked));
  while (service.requests.length === 0) await delay(5);
  outgoing.destroy();
  while (gateway.done.length < 2) await delay(5);
  assert.deepEqual(
    gateway.done.map(({ aborted, status }) => [aborted, status]),
    [
      [true, 499],
      [true, 499],
    ],
  );
});

test("an answer in parts is passed on, other methods are told the allowed ones", async (context) => {
  const { gateway } = await start(context);
  const response = await fetch(`${gateway.url}/rpc/shop`);
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  assert.equal(await response.text(), "data: 0\n\ndata: 1\n\ndata: 2\n\n");
  const wrong = await fetch(`${gateway.url}/rpc`, { method: "PUT", body: "x" });
  assert.equal(wrong.status, 405);
  assert.equal(wrong.headers.get("allow"), "POST");
  assert.equal((await fetch(`${gateway.url}/rpc/a/b`, { method: "POST" })).status, 404);
});

test("a chunked request is read without its framing", async (context) => {
  const { gateway } = await start(context);
  const outgoing = request(`${gateway.url}/rpc`, { method: "POST" });
  const answered = new Promise<string>((resolve, reject) => {
    outgoing.on("response", (incoming) => text(incoming).then(resolve, reject));
  });
  const body = JSON.stringify([["shop", "getOrder", { id: "a" }]]);
  outgoing.write(body.slice(0, 10));
  await delay(20);
  outgoing.end(body.slice(10));
  assert.deepEqual(JSON.parse(await answered), [[true, { id: "a" }]]);
});
