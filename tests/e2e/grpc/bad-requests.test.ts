/** Callers that break gRPC's rules, before a service that speaks it and before one of REST. */
import assert from "node:assert/strict";
import { constants, type ServerHttp2Stream } from "node:http2";
import { test, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { status } from "@grpc/grpc-js";
import { until } from "#tests/support/gateway-from-text.ts";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";
import { call, frame, openSession, startRaw, type Answer } from "./raw-call.ts";
import { shopProto } from "./stand.ts";

const documentBytesMax = 1024 * 1024;

type Answering = (stream: ServerHttp2Stream, body: Buffer) => void;

const answerOne: Answering = (stream) => {
  stream.respond({ "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end(frame(Buffer.from([8, 1])));
  stream.resume();
};

/** A gRPC service, and one of REST; both are to be asked by good requests only. */
async function start(context: TestContext, answer: Answering = answerOne) {
  const asked: Buffer[] = [];
  const port = await startRaw(context, (stream, body) => {
    asked.push(body);
    answer(stream, body);
  });
  const headers = { "content-type": "application/json" };
  const rest = await startStandIn(context, () => ({ headers, body: '{"id":"7"}' }));
  const gateway = await startTranslating(context, {
    text: `limits: { documentBytesMax: ${documentBytesMax} }
services:
  orders:
    contract: orders.proto
    instances: ["http://127.0.0.1:${port}"]
    bodyBytesMax: ${2 * documentBytesMax}
  shop: { contract: shop.yaml, instances: ["${rest.url}/base"] }
`,
    files: { "orders.proto": shopProto, "shop.yaml": shopOpenApi },
  });
  const session = openSession(context, gateway.port);
  return { session, gateway, rest, asked };
}

interface Bad {
  readonly name: string;
  readonly body: (good: Buffer) => Buffer;
  readonly fields?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly status: number;
  readonly told: RegExp;
}

const gzip = { "grpc-encoding": "gzip" };

const bads: readonly Bad[] = [
  {
    name: "flags that nobody knows",
    body: (good) => frame(good, 64),
    status: status.INVALID_ARGUMENT,
    told: /flags 64 of a message are not known; expected 0 or 1/,
  },
  {
    name: "no message",
    body: () => Buffer.alloc(0),
    status: status.INVALID_ARGUMENT,
    told: /expected one whole message in the request's body, found none/,
  },
  {
    name: "half a prefix",
    body: () => Buffer.from([0, 0, 0]),
    status: status.INVALID_ARGUMENT,
    told: /found none/,
  },
  {
    name: "a length that is too long",
    body: (good) => frame(good, 0, 100),
    status: status.INVALID_ARGUMENT,
    told: /found none/,
  },
  {
    name: "a length that is too short",
    body: (good) => frame(good, 0, 1),
    status: status.INVALID_ARGUMENT,
    told: /found more/,
  },
  {
    name: "two messages where one is expected",
    body: (good) => Buffer.concat([frame(good), frame(good)]),
    status: status.INVALID_ARGUMENT,
    told: /found more/,
  },
  {
    name: "a length of 4 GiB",
    body: (good) => frame(good, 0, 0xffff_ffff),
    status: status.RESOURCE_EXHAUSTED,
    told: /a message of 4294967295 bytes; at most 1048576 are taken/,
  },
  {
    name: "a message over the limit",
    body: () => frame(Buffer.alloc(documentBytesMax)),
    status: status.RESOURCE_EXHAUSTED,
    told: /documents to translate may have 1048576 bytes \(documentBytesMax\)/,
  },
  {
    name: "a message that is no Protocol Buffers",
    body: () => frame(Buffer.from([0xff, 0xff, 0xff])),
    status: status.INVALID_ARGUMENT,
    told: /the message ends inside a field, at byte 0/,
  },
  {
    name: "a compressed message without grpc-encoding",
    body: (good) => frame(good, 1),
    status: status.INTERNAL,
    told: /grpc-encoding does not say how/,
  },
  {
    name: "a compression that nobody knows",
    body: (good) => frame(good, 1),
    fields: { "grpc-encoding": "br" },
    status: status.UNIMPLEMENTED,
    told: /the compression br is not known; expected gzip or identity/,
  },
  {
    name: "a compressed message that is no gzip",
    body: (good) => frame(good, 1),
    fields: gzip,
    status: status.INVALID_ARGUMENT,
    told: /is no gzip/,
  },
  {
    name: "a message that grows beyond the limit when it is decompressed",
    body: () => frame(gzipSync(Buffer.alloc(256 * documentBytesMax)), 1),
    fields: gzip,
    status: status.RESOURCE_EXHAUSTED,
    told: /grows beyond 1048576 bytes when it is decompressed/,
  },
  {
    name: "a time-out that is none",
    body: frame,
    fields: { "grpc-timeout": "soon" },
    status: status.INVALID_ARGUMENT,
    told: /grpc-timeout is "soon"; expected up to eight digits and a unit, such as 500m/,
  },
  {
    name: "an unknown method",
    body: frame,
    path: "/shop.Shop/Nothing",
    status: status.UNIMPLEMENTED,
    told: /no route matches \/shop\.Shop\/Nothing/,
  },
  {
    name: "an unknown service",
    body: frame,
    path: "/no.Such/Method",
    status: status.UNIMPLEMENTED,
    told: /no route matches \/no\.Such\/Method/,
  },
];

/** Who is asked, in which variant, and what is good there. */
const ways = {
  "gRPC before REST": {
    path: "/shop.Shop/GetOrder",
    type: "application/grpc",
    good: Buffer.from([10, 1, 55]),
  },
  "gRPC-Web before gRPC": {
    path: "/shop.v1.Orders/Get",
    type: "application/grpc-web+proto",
    good: Buffer.from([8, 1]),
  },
} as const;

/** gRPC-Web has its trailers in the body. */
function statusOf({ status: own, message, body }: Answer): { code: number; message: string } {
  if (own !== undefined) return { code: Number(own), message };
  const text = body.toString("latin1");
  const code = /grpc-status: ?(\d+)\r\n/.exec(text)?.[1] ?? "NaN";
  const words = /grpc-message: ?(.*)\r\n/.exec(text)?.[1] ?? "";
  return { code: Number(code), message: decodeURIComponent(words) };
}

for (const [name, { path, type, good }] of Object.entries(ways)) {
  for (const bad of bads) {
    test(`${name}: ${bad.name}`, async (context) => {
      const { session, rest, asked, gateway } = await start(context);
      const fields = { "content-type": type, ...bad.fields };
      const answer = await call(session, bad.path ?? path, bad.body(good), fields);
      assert.equal(answer.httpStatus, 200);
      const { code, message } = statusOf(answer);
      assert.equal(code, bad.status, message);
      assert.match(message, bad.told);
      assert.deepEqual([asked.length, rest.requests.length], [0, 0]);
      assert.equal(gateway.done[0]?.blame, "client");
      // The connection lives.
      const next = await call(session, path, frame(good), { "content-type": type });
      assert.equal(statusOf(next).code, 0);
    });
  }
}

test("a media type that is none of gRPC's is refused as gRPC does", async (context) => {
  const { session, asked } = await start(context);
  for (const type of ["text/plain", "application/grpc+thrift"]) {
    const body = frame(Buffer.from([8, 1]));
    const answer = await call(session, "/shop.v1.Orders/Get", body, { "content-type": type });
    assert.equal(answer.status, String(status.UNIMPLEMENTED));
    assert.match(answer.message, /the Content-Type is none of gRPC; expected application\/grpc/);
  }
  assert.deepEqual(asked, []);
});

test("a Connect caller is told of an unknown method, other callers of JSON get a problem", async (context) => {
  const { gateway } = await start(context);
  const ask = (fields: Readonly<Record<string, string>>) =>
    fetch(`${gateway.url}/shop.v1.Orders/Nothing`, {
      method: "POST",
      headers: { "content-type": "application/json", ...fields },
      body: "{}",
    });
  const known = await ask({ "connect-protocol-version": "1" });
  assert.equal(((await known.json()) as { code: string }).code, "unimplemented");
  const other = await ask({});
  assert.equal(other.status, 404);
  assert.equal(other.headers.get("content-type"), "application/problem+json");
});

test("what passes as it is comes to the service byte for byte, good or bad", async (context) => {
  const { session, asked } = await start(context);
  const sent = [
    frame(Buffer.from([8, 1]), 64),
    Buffer.from([0, 0, 0]),
    frame(Buffer.from([8, 1]), 0, 100),
    frame(gzipSync(Buffer.alloc(documentBytesMax)), 1),
  ];
  for (const body of sent) {
    const answer = await call(session, "/shop.v1.Orders/Get", body, gzip);
    assert.equal(answer.status, "0");
  }
  assert.deepEqual(asked, sent);
});

test("what passes as it is may be no larger than bodyBytesMax", async (context) => {
  const { session, gateway } = await start(context, (stream) => stream.resume());
  const body = frame(Buffer.alloc(3 * documentBytesMax));
  const answer = await call(session, "/shop.v1.Orders/Get", body);
  assert.equal(answer.status, String(status.RESOURCE_EXHAUSTED), answer.message);
  assert.match(answer.message, /2097152/);
  assert.equal(gateway.done[0]?.code, "body-too-large");
});

test("a caller that cancels a call that passes cancels it at the service", async (context) => {
  let reset: number | undefined;
  const { session, gateway, asked } = await start(context, (stream) => {
    stream.resume();
    stream.on("close", () => (reset = stream.rstCode));
  });
  const stream = session.request({
    ":method": "POST",
    ":path": "/shop.v1.Orders/Get",
    "content-type": "application/grpc",
  });
  stream.on("error", () => undefined);
  stream.write(frame(Buffer.from([8, 1])));
  await until(() => asked.length === 1, "the service is asked");
  stream.close(constants.NGHTTP2_CANCEL);
  await until(() => reset !== undefined, "the service hears of it");
  assert.equal(reset, constants.NGHTTP2_CANCEL);
  assert.equal(gateway.done[0]?.aborted, true);
});

test("a caller that cancels before its message is whole does not reach the service", async (context) => {
  const { session, gateway, rest } = await start(context);
  const abort = new AbortController();
  const stream = session.request(
    { ":method": "POST", ":path": "/shop.Shop/GetOrder", "content-type": "application/grpc" },
    { signal: abort.signal },
  );
  stream.on("error", () => undefined);
  stream.write(frame(Buffer.from([10, 1, 55]), 0, 100));
  await delay(50);
  // Not close(), which would end the half before.
  abort.abort();
  await until(() => gateway.done.length === 1, "the call is over");
  assert.equal(gateway.done[0]?.aborted, true);
  assert.deepEqual(rest.requests, []);
});

test("a whole message is not translated before its caller has ended its half", async (context) => {
  const { session, rest } = await start(context);
  const stream = session.request({
    ":method": "POST",
    ":path": "/shop.Shop/GetOrder",
    "content-type": "application/grpc",
    te: "trailers",
  });
  let told: unknown;
  stream.on("trailers", (trailers) => (told = trailers["grpc-status"]));
  stream.resume();
  stream.write(frame(Buffer.from([10, 1, 55])));
  await delay(50);
  assert.deepEqual(rest.requests, []);
  stream.end();
  await until(() => told !== undefined, "the call is answered");
  assert.equal(told, "0");
  assert.equal(rest.requests.length, 1);
});

test("a caller that keeps its half open gets a whole answer all the same where it passes", async (context) => {
  const { session, gateway } = await start(context);
  const stream = session.request({
    ":method": "POST",
    ":path": "/shop.v1.Orders/Chat",
    "content-type": "application/grpc",
    te: "trailers",
  });
  stream.on("error", () => undefined);
  let told: unknown;
  stream.on("trailers", (trailers) => (told = trailers["grpc-status"]));
  stream.resume();
  stream.write(frame(Buffer.from([10, 1, 97])));
  await until(() => told !== undefined, "the call is answered");
  assert.equal(told, "0");
  await until(() => gateway.done.length === 1, "the call is over");
  assert.equal(gateway.done[0]?.code, undefined);
});

test("an input that grows beyond the limit ends the stream of inputs, at the service, too", async (context) => {
  let reset: number | undefined;
  const { session, gateway, asked } = await start(context, (stream) => {
    stream.resume();
    stream.on("close", () => (reset = stream.rstCode));
    stream.respond({ "content-type": "application/grpc" });
  });
  const stream = session.request({
    ":method": "POST",
    ":path": "/shop.v1.Orders/Chat",
    "content-type": "application/grpc-web+proto",
    ...gzip,
  });
  stream.on("error", () => undefined);
  const parts: Buffer[] = [];
  stream.on("data", (part: Buffer) => parts.push(part));
  stream.write(frame(gzipSync(Buffer.from([10, 1, 97])), 1));
  await until(() => asked.length === 1, "the service has the first input");
  assert.deepEqual(asked, [frame(Buffer.from([10, 1, 97]))]);
  stream.write(frame(gzipSync(Buffer.alloc(256 * documentBytesMax)), 1));
  await until(() => reset !== undefined, "the service hears of it");
  assert.equal(reset, constants.NGHTTP2_CANCEL);
  await until(() => Buffer.concat(parts).includes("grpc-status"), "the caller is told");
  assert.match(Buffer.concat(parts).toString("latin1"), /grpc-status: ?8\r\n/);
  assert.match(Buffer.concat(parts).toString("latin1"), /grows beyond 1048576 bytes/);
  assert.equal(gateway.done[0]?.code, "message-too-large");
});
