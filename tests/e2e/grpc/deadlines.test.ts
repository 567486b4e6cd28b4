/** The time that a caller gives a call, which the gateway keeps and passes on. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { test, type TestContext } from "node:test";
import { status, type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";
import { shopProto, startOrders } from "./stand.ts";

type Unary = ServerUnaryCall<{ readonly id: string }, object>;

async function beforeOrders(context: TestContext, timeoutMs: number) {
  const left: (number | undefined)[] = [];
  const port = await startOrders(context, {
    Get(call: Unary, answer: sendUnaryData<object>) {
      const deadline = call.getDeadline();
      left.push(deadline === Infinity ? undefined : Number(deadline) - Date.now());
      if (call.request.id === "1") answer(null, { id: "1" });
    },
  });
  const gateway = await startTranslating(context, {
    text: `services:
  orders:
    contract: orders.proto
    instances: ["http://127.0.0.1:${port}"]
    timeoutMs: ${timeoutMs}
`,
    files: { "orders.proto": shopProto },
  });
  return { gateway, left };
}

function connectPost(url: string, message: object, timeoutMs?: string) {
  const timed = timeoutMs === undefined ? {} : { "connect-timeout-ms": timeoutMs };
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", "connect-protocol-version": "1", ...timed },
    body: JSON.stringify(message),
  });
}

test("what is left of the caller's time is what a gRPC instance is given", async (context) => {
  const { gateway, left } = await beforeOrders(context, 20_000);
  const url = `${gateway.url}/shop.v1.Orders/Get`;
  for (const given of ["8000", "3600000", undefined]) {
    const answer = await connectPost(url, { id: "1" }, given);
    assert.equal(answer.status, 200, await answer.text());
  }
  const [own = NaN, least = NaN, none] = left;
  assert.ok(own <= 8_000 && own > 0, `${own}`);
  assert.ok(least <= 20_000 && least > 8_000, `${least}`);
  assert.equal(none, undefined);
});

test("a call whose time is over ends with deadline_exceeded", async (context) => {
  const service = await startStandIn(context, () => ({ body: "stall" }));
  const gateway = await startTranslating(context, {
    text: `services:\n  shop: { contract: shop.yaml, instances: ["${service.url}/base"] }`,
    files: { "shop.yaml": shopOpenApi },
  });
  const url = `${gateway.url}/shop.Shop/GetOrder`;
  const late = await connectPost(url, { id: "7" }, "150");
  assert.equal(late.status, 504);
  const told = (await late.json()) as { code: string; message: string };
  assert.equal(told.code, "deadline_exceeded");
  assert.match(told.message, /no whole answer within 150 ms, which the caller gives/);
  assert.equal(gateway.done[0]?.code, "deadline-passed");
  assert.equal(service.requests.length, 1);
});

test("a call that comes with no time left does not reach the service", async (context) => {
  const service = await startStandIn(context, () => ({ body: "{}" }));
  const gateway = await startTranslating(context, {
    text: `services:\n  shop: { contract: shop.yaml, instances: ["${service.url}/base"] }`,
    files: { "shop.yaml": shopOpenApi },
  });
  const message = Buffer.from([0, 0, 0, 0, 3, 10, 1, 55]);
  const answer = await fetch(`${gateway.url}/shop.Shop/GetOrder`, {
    method: "POST",
    headers: { "content-type": "application/grpc-web+proto", "grpc-timeout": "1n" },
    body: message,
  });
  assert.match(await answer.text(), new RegExp(`grpc-status: ?${status.DEADLINE_EXCEEDED}\r\n`));
  const asked = await connectPost(`${gateway.url}/shop.Shop/GetOrder`, { id: "7" }, "0");
  assert.equal(asked.status, 504);
  assert.equal(((await asked.json()) as { code: string }).code, "deadline_exceeded");
  assert.deepEqual(service.requests, []);
  assert.deepEqual(
    gateway.done.map(({ code, blame }) => [code, blame]),
    [
      ["no-time-given", "client"],
      ["no-time-given", "client"],
    ],
  );
});

test("a call that passes as it is ends with its caller's time, and the instance hears of it", async (context) => {
  const { promise: cancelled, resolve } = Promise.withResolvers<void>();
  const port = await startOrders(context, {
    Get(call: Unary) {
      call.on("cancelled", () => resolve());
    },
  });
  const gateway = await startTranslating(context, {
    text: `services:
  orders: { contract: orders.proto, http2: true, instances: ["http://127.0.0.1:${port}"] }
`,
    files: { "orders.proto": shopProto },
  });
  const session = connectHttp2(gateway.url);
  context.after(() => session.close());
  // grpc-js would end the call by itself.
  const stream = session.request({
    ":method": "POST",
    ":path": "/shop.v1.Orders/Get",
    "content-type": "application/grpc",
    te: "trailers",
    "grpc-timeout": "300m",
  });
  stream.end(Buffer.from([0, 0, 0, 0, 2, 8, 1]));
  const told: Record<string, unknown> = {};
  stream.on("response", (fields) => Object.assign(told, fields));
  stream.on("trailers", (fields) => Object.assign(told, fields));
  stream.resume();
  await once(stream, "end");
  assert.equal(told["grpc-status"], "4");
  await cancelled;
});

test("a caller that never ends its request is told so, and nobody else is blamed", async (context) => {
  const { gateway, left } = await beforeOrders(context, 300);
  const session = connectHttp2(gateway.url);
  context.after(() => session.destroy());
  const ask = async (path: string, type: string, body: Buffer) => {
    const stream = session.request({ ":method": "POST", ":path": path, "content-type": type });
    stream.write(body);
    const parts: Buffer[] = [];
    stream.on("data", (part: Buffer) => parts.push(part));
    const [head] = (await once(stream, "response")) as [{ readonly ":status": number }];
    await once(stream, "end");
    stream.destroy();
    return { httpStatus: head[":status"], text: Buffer.concat(parts).toString("latin1") };
  };
  const whole = Buffer.from([0, 0, 0, 0, 2, 8, 1]);
  const web = await ask("/shop.v1.Orders/Get", "application/grpc-web+proto", whole);
  assert.match(
    web.text,
    /grpc-status: 4\r\ngrpc-message: the request is not whole: .*timeoutMs: 300/,
  );
  const rest = await ask("/orders/Get", "application/json", Buffer.from('{"id":'));
  assert.equal(rest.httpStatus, 408);
  assert.deepEqual(left, []);
  assert.deepEqual(
    gateway.done.map(({ code, blame }) => [code, blame]),
    [
      ["body-timeout", "client"],
      ["body-timeout", "client"],
    ],
  );
});
