/** Clients that browsers use: Google's of gRPC-Web, and Connect's on fetch. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { status, type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";
import type { ServerWritableStream } from "@grpc/grpc-js";
import grpcWeb from "grpc-web";
import protobuf from "protobufjs";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";
import { serviceOf } from "./connect-client.ts";
import { describedProto, shopProto, startOrders } from "./stand.ts";
import { FetchedXmlHttpRequest } from "./xml-http-request.ts";

interface Key {
  readonly id: string;
}
type Get = ServerUnaryCall<Key, object>;
type Watch = ServerWritableStream<Key, object>;

/** Before a service of gRPC and one of REST. */
async function start(context: TestContext) {
  const port = await startOrders(context, {
    Get(call: Get, answer: sendUnaryData<object>) {
      const { id } = call.request;
      if (id === "404") answer({ code: status.NOT_FOUND, details: "no such order: 404 % ü" });
      else answer(null, { id, customer: "Ravi" });
    },
    Place: () => undefined,
    Watch(call: Watch) {
      for (const id of ["1", "2", "3"]) call.write({ id });
      if (call.request.id === "7") call.emit("error", { code: status.DATA_LOSS, details: "broke" });
      else call.end();
    },
    Add: () => undefined,
    Chat: () => undefined,
  });
  const headers = { "content-type": "application/json" };
  const rest = await startStandIn(context, () => ({ headers, body: '{"id":"7"}' }));
  const gateway = await startTranslating(context, {
    text: `services:
  orders: { contract: orders.proto, instances: ["http://127.0.0.1:${port}"] }
  shop: { contract: shop.yaml, instances: ["${rest.url}/base"] }
`,
    files: { "orders.proto": shopProto, "shop.yaml": shopOpenApi },
  });
  return { gateway, rest };
}

// Google's client

function methodOf(proto: string, path: string, streams: boolean) {
  const { root } = protobuf.parse(proto, { keepCase: true });
  const [, service = "", name = ""] = path.split("/");
  const method = root.lookupService(service).methods[name]?.resolve() as protobuf.Method;
  const input = method.resolvedRequestType as protobuf.Type;
  const output = method.resolvedResponseType as protobuf.Type;
  return new grpcWeb.MethodDescriptor<object, object>(
    path,
    streams ? "server_streaming" : "unary",
    Object,
    Object,
    (message: object) => input.encode(input.fromObject(message)).finish(),
    (bytes: Uint8Array) => output.toObject(output.decode(bytes), { longs: String }),
  );
}

function googles(context: TestContext, format: "binary" | "text") {
  const own = globalThis as { XMLHttpRequest?: unknown };
  own.XMLHttpRequest = FetchedXmlHttpRequest;
  context.after(() => delete own.XMLHttpRequest);
  return new grpcWeb.GrpcWebClientBase({ format });
}

interface Failure {
  readonly code: number;
  readonly message: string;
}

for (const format of ["binary", "text"] as const) {
  test(`Google's client of gRPC-Web, ${format}: an answer, a fault, services of gRPC and REST`, async (context) => {
    const { gateway, rest } = await start(context);
    const client = googles(context, format);
    const get = (id: string): Promise<object> => {
      const path = "/shop.v1.Orders/Get";
      const method = methodOf(shopProto, path, false);
      return client.unaryCall(`${gateway.url}${path}`, { id }, {}, method);
    };
    assert.deepEqual(await get("9007199254740993"), { id: "9007199254740993", customer: "Ravi" });
    await assert.rejects(get("404"), (error: Failure) => {
      assert.deepEqual([error.code, error.message], [5, "no such order: 404 % ü"]);
      return true;
    });
    const described = describedProto("shop", "shop.yaml", shopOpenApi);
    const path = "/shop.Shop/GetOrder";
    const method = methodOf(described, path, false);
    const found = await client.unaryCall(`${gateway.url}${path}`, { id: "7" }, {}, method);
    assert.deepEqual(found, { id: "7" });
    assert.equal(rest.requests[0]?.url, "/base/orders/7");
  });
}

test("Google's client of gRPC-Web reads a stream, whole or broken", async (context) => {
  const { gateway } = await start(context);
  const client = googles(context, "text");
  const path = "/shop.v1.Orders/Watch";
  const method = methodOf(shopProto, path, true);
  const watch = (id: string): Promise<unknown[]> =>
    new Promise((resolve) => {
      const got: unknown[] = [];
      const stream = client.serverStreaming(`${gateway.url}${path}`, { id }, {}, method);
      stream.on("data", (one) => got.push((one as Key).id));
      stream.on("error", ({ code, message }: Failure) => resolve([...got, code, message]));
      stream.on("end", () => resolve(got));
    });
  assert.deepEqual(await watch("1"), ["1", "2", "3"]);
  assert.deepEqual(await watch("7"), ["1", "2", "3", status.DATA_LOSS, "broke"]);
});

// Connect's

interface Orders {
  readonly get: (key: { readonly id: bigint }) => Promise<{ readonly customer: string }>;
  readonly watch: (key: { readonly id: bigint }) => AsyncIterable<{ readonly id: bigint }>;
}

type Fetch = typeof globalThis.fetch;

const transports: Readonly<Record<string, (baseUrl: string, fetch: Fetch) => Transport>> = {
  "Connect in JSON": (baseUrl, fetch) => createConnectTransport({ baseUrl, fetch }),
  "Connect in Protocol Buffers": (baseUrl, fetch) =>
    createConnectTransport({ baseUrl, fetch, useBinaryFormat: true }),
  "Connect with GET": (baseUrl, fetch) =>
    createConnectTransport({ baseUrl, fetch, useHttpGet: true }),
  "Connect with GET in Protocol Buffers": (baseUrl, fetch) =>
    createConnectTransport({ baseUrl, fetch, useHttpGet: true, useBinaryFormat: true }),
  "gRPC-Web": (baseUrl, fetch) => createGrpcWebTransport({ baseUrl, fetch }),
};

for (const [name, transport] of Object.entries(transports)) {
  test(`Connect's client on fetch, ${name}: an answer, a fault, a stream, a broken one`, async (context) => {
    const { gateway } = await start(context);
    const methods: string[] = [];
    const noting: Fetch = (input, init) => {
      methods.push(init?.method ?? "GET");
      return fetch(input, init);
    };
    const service = serviceOf(shopProto, "shop.v1.Orders");
    const orders = createClient(service, transport(gateway.url, noting)) as unknown as Orders;
    assert.equal((await orders.get({ id: 9007199254740993n })).customer, "Ravi");
    assert.equal(methods[0], name.includes("GET") ? "GET" : "POST");
    await assert.rejects(orders.get({ id: 404n }), (error: ConnectError) => {
      assert.deepEqual([error.code, error.rawMessage], [Code.NotFound, "no such order: 404 % ü"]);
      return true;
    });
    const watch = async (id: bigint): Promise<unknown[]> => {
      const got: unknown[] = [];
      try {
        for await (const one of orders.watch({ id })) got.push(one.id);
      } catch (error) {
        got.push((error as ConnectError).code);
      }
      return got;
    };
    assert.deepEqual(await watch(1n), [1n, 2n, 3n]);
    assert.deepEqual(await watch(7n), [1n, 2n, 3n, Code.DataLoss]);
  });
}
