/** Connect's own client with compression and JSON, which it sends by default in browsers. */
import assert from "node:assert/strict";
import test from "node:test";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { compressionGzip, createConnectTransport } from "@connectrpc/connect-node";
import type { sendUnaryData, ServerDuplexStream, ServerUnaryCall } from "@grpc/grpc-js";
import type { ServerReadableStream, ServerWritableStream } from "@grpc/grpc-js";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { serviceOf } from "./connect-client.ts";
import { shopProto, startOrders } from "./stand.ts";

interface Order {
  readonly id: string;
}

async function start(context: test.TestContext) {
  const port = await startOrders(context, {
    Get: (call: ServerUnaryCall<Order, object>, answer: sendUnaryData<object>) =>
      answer(null, { id: call.request.id, kind: 7, weight: Infinity }),
    Place: (call: ServerUnaryCall<Order, object>, answer: sendUnaryData<object>) =>
      answer(null, { id: call.request.id }),
    Watch(call: ServerWritableStream<Order, object>) {
      for (let count = 1; count < 4; count++) call.write({ id: String(count) });
      call.end();
    },
    Add(call: ServerReadableStream<object, object>, answer: sendUnaryData<object>) {
      let count = 0;
      call.on("data", () => count++);
      call.on("end", () => answer(null, { id: String(count) }));
    },
    Chat(call: ServerDuplexStream<object, object>) {
      call.on("data", (line: object) => call.write(line));
      call.on("end", () => call.end());
    },
  });
  const gateway = await startTranslating(context, {
    text: `services:
  orders: { contract: orders.proto, instances: ["http://127.0.0.1:${port}"] }
`,
    files: { "orders.proto": shopProto },
  });
  const service = serviceOf(shopProto, "shop.v1.Orders");
  return (httpVersion: "1.1" | "2", useBinaryFormat: boolean, useHttpGet = false) => {
    const transport = createConnectTransport({
      baseUrl: gateway.url,
      ...{ httpVersion, useBinaryFormat, useHttpGet, compressMinBytes: 0 },
      ...{ sendCompression: compressionGzip, acceptCompression: [compressionGzip] },
    });
    return createClient(service, transport) as unknown as Record<
      string,
      (input: unknown) => Promise<Record<string, unknown>> & AsyncIterable<Record<string, unknown>>
    >;
  };
}

type Client = ReturnType<Awaited<ReturnType<typeof start>>>;

function method(client: Client, name: string) {
  const found = client[name];
  assert.ok(found, name);
  return found;
}

async function all(stream: AsyncIterable<Record<string, unknown>>, name: string) {
  const found: unknown[] = [];
  for await (const one of stream) found.push(one[name]);
  return found;
}

async function* lines(...skus: readonly string[]) {
  for (const sku of skus) {
    await Promise.resolve();
    yield { sku };
  }
}

for (const useBinaryFormat of [false, true]) {
  const form = useBinaryFormat ? "bytes" : "JSON";
  test(`all kinds of methods, compressed, as ${form}`, async (context) => {
    const connect = await start(context);
    const client = connect("2", useBinaryFormat);
    const order = await method(client, "get")({ id: 9007199254740993n });
    const told = { id: order["id"], kind: order["kind"], weight: order["weight"] };
    assert.deepEqual(told, { id: 9007199254740993n, kind: 7, weight: Infinity });
    assert.deepEqual(await all(method(client, "watch")({ id: 1n }), "id"), [1n, 2n, 3n]);
    const added = await method(client, "add")(lines("a", "b", "c"));
    assert.equal(added["id"], 3n);
    const chatted = await all(method(client, "chat")(lines("a", "b")), "sku");
    assert.deepEqual(chatted, ["a", "b"]);
  });

  test(`by GET over HTTP/1.1, compressed, as ${form}`, async (context) => {
    const connect = await start(context);
    const client = connect("1.1", useBinaryFormat, true);
    assert.equal((await method(client, "get")({ id: 5n }))["id"], 5n);
    assert.equal((await method(client, "place")({ id: 5n }))["id"], 5n);
  });
}

test("a document that grows too large is the caller's, in the client's own words", async (context) => {
  const connect = await start(context);
  const customer = "x".repeat(16 << 20);
  await assert.rejects(method(connect("1.1", false), "place")({ customer }), (error) => {
    assert.ok(error instanceof ConnectError);
    assert.equal(error.code, Code.ResourceExhausted);
    return true;
  });
});
