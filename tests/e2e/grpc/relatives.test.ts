/**
 * gRPC-Web and Connect before a service of gRPC: metadata and details of a status reach the other
 * side as they do when gRPC passes; bodies and content types that are not known are told apart.
 */
import assert from "node:assert/strict";
import { once, type EventEmitter } from "node:events";
import test from "node:test";
import { gzipSync } from "node:zlib";
import { Metadata, status, type sendUnaryData, type ServerWritableStream } from "@grpc/grpc-js";
import type { ServerUnaryCall } from "@grpc/grpc-js";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { frame } from "./raw-call.ts";
import { connectOrders, shopProto, startOrders } from "./stand.ts";

interface Key {
  readonly id: string;
}

/** google.rpc.Status { code: 9, details: [{ type_url: "a/x.Y", value: 1 2 }] } */
const details = Buffer.from("08091a0b0a05612f782e5912020102", "hex");

function trailing(): Metadata {
  const metadata = new Metadata();
  metadata.set("x-after", "late");
  metadata.set("y-bin", Buffer.from([3, 255]));
  return metadata;
}

async function start(context: test.TestContext, policies = "") {
  const seen: Metadata[] = [];
  const port = await startOrders(context, {
    Get(call: ServerUnaryCall<Key, object>, answer: sendUnaryData<object>) {
      seen.push(call.metadata);
      if (call.request.id === "9") {
        const metadata = trailing();
        metadata.set("grpc-status-details-bin", details);
        return answer({ code: status.FAILED_PRECONDITION, details: "not now", metadata });
      }
      const first = new Metadata();
      first.set("x-before", "early");
      call.sendMetadata(first);
      answer(null, { id: call.request.id }, trailing());
    },
    Watch(call: ServerWritableStream<Key, object>) {
      seen.push(call.metadata);
      const first = new Metadata();
      first.set("x-before", "early");
      call.sendMetadata(first);
      call.write({ id: call.request.id });
      call.end(trailing());
    },
    Place: (_: unknown, answer: sendUnaryData<object>) => answer(null, {}),
    Add: (_: unknown, answer: sendUnaryData<object>) => answer(null, {}),
    Chat: (call: ServerWritableStream<Key, object>) => void call.end(),
  });
  const gateway = await startTranslating(context, {
    text: `services:
  orders: { contract: orders.proto, instances: ["http://127.0.0.1:${port}"]${policies} }
callers:
  all: { key: key-of-all-0123456789, may: ["orders.*"] }
`,
    files: { "orders.proto": shopProto },
  });
  const send = (
    method: string,
    type: string,
    body: Uint8Array | string | undefined,
    fields: Readonly<Record<string, string>> = {},
  ) =>
    fetch(`${gateway.url}/shop.v1.Orders/${method}`, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        ...(type === "" ? {} : { "content-type": type }),
        "x-api-key": "key-of-all-0123456789",
        ...fields,
      },
      ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
    });
  return { send, seen, gateway };
}

const own = { "x-custom": "mine", "z-bin": "AQI", "connect-protocol-version": "1" };
const seven = frame(Buffer.from([8, 7]));

function checkSeen(seen: readonly Metadata[]): void {
  const [metadata] = seen;
  assert.deepEqual(metadata?.get("x-custom"), ["mine"]);
  assert.deepEqual(metadata?.get("z-bin"), [Buffer.from([1, 2])]);
  for (const name of ["x-api-key", "connect-protocol-version", "x-grpc-web", "content-type"]) {
    assert.deepEqual(metadata?.get(name), [], name);
  }
}

test("Connect: metadata goes both ways, what comes last under trailer-", async (context) => {
  const { send, seen } = await start(context);
  const response = await send("Get", "application/json", '{"id":7}', own);
  assert.equal(((await response.json()) as Key).id, "7");
  checkSeen(seen);
  assert.equal(response.headers.get("x-before"), "early");
  assert.equal(response.headers.get("trailer-x-after"), "late");
  assert.equal(response.headers.get("trailer-y-bin"), "A/8=");
  assert.equal(response.headers.get("grpc-status"), null);
});

test("Connect streams: metadata that comes last stands in the end of the stream", async (context) => {
  const { send, seen } = await start(context);
  const body = frame(Buffer.from('{"id":"7"}'));
  const response = await send("Watch", "application/connect+json", body, own);
  const text = Buffer.from(await response.arrayBuffer()).toString("latin1");
  checkSeen(seen);
  assert.equal(response.headers.get("x-before"), "early");
  const end = JSON.parse(text.slice(text.lastIndexOf('{"metadata"'))) as object;
  assert.deepEqual(end, { metadata: { "x-after": ["late"], "y-bin": ["A/8="] } });
});

for (const method of ["Get", "Watch"]) {
  test(`gRPC-Web, ${method}: metadata that comes last stands behind the status`, async (context) => {
    const { send, seen } = await start(context);
    const fields = { ...own, "x-grpc-web": "1" };
    const response = await send(method, "application/grpc-web+proto", seven, fields);
    const text = Buffer.from(await response.arrayBuffer()).toString("latin1");
    checkSeen(seen);
    assert.equal(response.headers.get("x-before"), "early");
    assert.match(text, /grpc-status: 0\r\nx-after: late\r\ny-bin: A\/8=\r\n$/);
  });
}

test("details of a service's status are told to Connect and gRPC-Web, ours behind them", async (context) => {
  const { send } = await start(context);
  const response = await send("Get", "application/json", '{"id":9}', own);
  assert.equal(response.status, 400);
  const error = (await response.json()) as {
    readonly code: string;
    readonly details: readonly { readonly type: string; readonly value: string }[];
  };
  assert.equal(error.code, "failed_precondition");
  assert.deepEqual(
    error.details.map(({ type }) => type),
    ["x.Y", "google.rpc.ErrorInfo"],
  );
  assert.equal(error.details[0]?.value, "AQI");
  const web = await send("Get", "application/grpc-web+proto", frame(Buffer.from([8, 9])), own);
  const text = Buffer.from(await web.arrayBuffer()).toString("latin1");
  const told = /grpc-status-details-bin: ?(\S+)\r\n/.exec(text)?.[1] ?? "";
  const bytes = Buffer.from(told, "base64").toString("latin1");
  assert.ok(bytes.includes("a/x.Y") && bytes.includes("google.rpc.ErrorInfo"), bytes);
});

test("Connect compresses single messages by Content-Encoding", async (context) => {
  const { send, seen, gateway } = await start(context);
  const zipped = gzipSync('{"id":"7"}');
  const gzip = { "content-encoding": "gzip" };
  const read = await send("Get", "application/json", zipped, gzip);
  assert.equal(((await read.json()) as Key).id, "7");
  assert.equal(seen.length, 1);
  const bomb = await send("Get", "application/proto", gzipSync(Buffer.alloc(64 << 20)), gzip);
  assert.deepEqual([bomb.status, codeOf(await bomb.json())], [429, "resource_exhausted"]);
  const odd = await send("Get", "application/proto", zipped, { "content-encoding": "br" });
  assert.equal(odd.headers.get("accept-encoding"), "gzip, identity");
  assert.deepEqual([odd.status, codeOf(await odd.json())], [501, "unimplemented"]);
  const none = await send("Get", "application/proto", "no gzip", gzip);
  assert.deepEqual([none.status, codeOf(await none.json())], [400, "invalid_argument"]);
  const web = await send("Get", "application/grpc-web+proto", gzipSync(seven), gzip);
  assert.match(await web.text(), /grpc-status: 12\r\n/);
  assert.equal(web.headers.get("grpc-accept-encoding"), "gzip, identity");
  assert.equal(seen.length, 1);
  assert.deepEqual(
    gateway.done.slice(1).map(({ blame }) => blame),
    ["client", "client", "client", "client"],
  );
});

function codeOf(body: unknown): unknown {
  return (body as { readonly code: unknown }).code;
}

test("a content type that nobody knows is 415, also the encoding of a GET", async (context) => {
  const { send, seen } = await start(context);
  const answers = [
    await send("Get", "text/plain", "{}"),
    await send("Get", "application/grpc+thrift", seven),
    await send("Get", "application/connect+json", frame(Buffer.from("{}"))),
    await send("Watch", "application/json", "{}"),
    await send("Get?connect=v1&encoding=xml&message=x", "", undefined),
  ];
  assert.deepEqual(
    answers.map((one) => one.status),
    [415, 415, 415, 415, 415],
  );
  assert.equal(seen.length, 0);
});

test("a time that is none is named as the caller named it", async (context) => {
  const { send } = await start(context);
  const fields = { "connect-timeout-ms": "1s" };
  const response = await send("Get", "application/json", "{}", fields);
  const { message } = (await response.json()) as { readonly message: string };
  assert.match(message, /connect-timeout-ms is "1s"; expected up to ten digits/);
});

test("who says that it takes no gzip gets none, though it sends some", async (context) => {
  const { send } = await start(context);
  const type = "application/grpc-web+proto";
  const body = frame(gzipSync(Buffer.from([8, 7])), 1);
  const flagOf = async (fields: Readonly<Record<string, string>>) => {
    const response = await send("Get", type, body, { "grpc-encoding": "gzip", ...fields });
    return Buffer.from(await response.arrayBuffer())[0];
  };
  assert.equal(await flagOf({}), 1);
  assert.equal(await flagOf({ "grpc-accept-encoding": "identity, gzip" }), 1);
  assert.equal(await flagOf({ "grpc-accept-encoding": "identity" }), 0);
});

test("under a mask, details that nobody can look into are left out", async (context) => {
  const policies = ", policies: [{ mask: { answers: [{ field: customer }] } }]";
  const { send } = await start(context, policies);
  const response = await send("Get", "application/json", '{"id":9}', own);
  const { details: told } = (await response.json()) as { readonly details: readonly object[] };
  assert.equal(told.length, 1);
  assert.equal(response.headers.get("trailer-x-after"), "late");
});

test("a policy that reads messages of gRPC keeps the metadata behind them, too", async (context) => {
  const policies = ", policies: [{ mask: { answers: [{ field: customer }] } }]";
  const { gateway } = await start(context, policies);
  const client = connectOrders(context, gateway.port);
  const key = new Metadata();
  key.set("x-api-key", "key-of-all-0123456789");
  key.set("x-custom", "mine");
  const get = client["Get"] as (input: object, key: Metadata, done: () => void) => EventEmitter;
  const watch = client["Watch"] as (input: object, key: Metadata) => EventEmitter;
  const begins = [
    () => get.call(client, { id: 7 }, key, () => undefined),
    () => watch.call(client, { id: 7 }, key),
  ];
  for (const begin of begins) {
    const call = begin();
    call.on("data", () => undefined);
    const heads = once(call, "metadata") as Promise<[Metadata]>;
    const [{ metadata }] = (await once(call, "status")) as [{ metadata: Metadata }];
    assert.deepEqual(metadata.get("x-after"), ["late"]);
    assert.deepEqual(metadata.get("y-bin"), [Buffer.from([3, 255])]);
    assert.deepEqual((await heads)[0].get("x-before"), ["early"]);
  }
});
