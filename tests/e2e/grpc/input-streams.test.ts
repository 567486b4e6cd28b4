/** Inputs one by one, from callers in gRPC-Web and Connect to a gRPC service. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { test, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import {
  status,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServiceError,
} from "@grpc/grpc-js";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { serviceOf } from "./connect-client.ts";
import { connectOrders, shopProto, startOrders } from "./stand.ts";

interface Line {
  readonly sku: string;
  readonly count: number;
}
type Add = ServerReadableStream<Line, object>;
type Chat = ServerDuplexStream<Line, Line>;

/** Adds up what it gets; `chat` repeats every line, and ends badly at the sku "bad". */
async function beforeOrders(context: TestContext) {
  const cancelled: string[] = [];
  const port = await startOrders(context, {
    Get: () => undefined,
    Place: () => undefined,
    Watch: () => undefined,
    Add(call: Add, answer: sendUnaryData<object>) {
      const lines: Line[] = [];
      call.on("data", (line: Line) => lines.push(line));
      call.on("cancelled", () => cancelled.push("Add"));
      call.on("error", () => undefined);
      call.on("end", () => answer(null, { id: String(lines.length), customer: "Ravi", lines }));
    },
    Chat(call: Chat) {
      call.on("cancelled", () => cancelled.push("Chat"));
      call.on("error", () => undefined);
      call.on("data", (line: Line) => {
        if (line.sku === "bad") {
          call.emit("error", { code: status.FAILED_PRECONDITION, details: "no bad ones" });
        } else call.write(line);
      });
      call.on("end", () => call.end());
    },
  });
  const gateway = await startTranslating(context, {
    text: `services:
  orders: { contract: orders.proto, instances: ["http://127.0.0.1:${port}"] }
`,
    files: { "orders.proto": shopProto },
  });
  return { gateway, cancelled };
}

interface Orders {
  readonly add: (lines: AsyncIterable<object>) => Promise<Record<string, unknown>>;
  readonly chat: (
    lines: AsyncIterable<object>,
    options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
  ) => AsyncIterable<Line>;
}

function clientOf(transport: Transport): Orders {
  return createClient(serviceOf(shopProto, "shop.v1.Orders"), transport) as unknown as Orders;
}

async function* linesOf(count: number): AsyncIterable<object> {
  for (let number = 0; number < count; number++) yield { sku: `s${number}`, count: number };
}

const transports = {
  "Connect over HTTP/2": (baseUrl: string) => createConnectTransport({ baseUrl, httpVersion: "2" }),
  "Connect in JSON over HTTP/2": (baseUrl: string) =>
    createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: false }),
  "gRPC-Web over HTTP/2": (baseUrl: string) =>
    createGrpcWebTransport({ baseUrl, httpVersion: "2" }),
} as const;

for (const [name, transport] of Object.entries(transports)) {
  test(`${name}: inputs one by one become one answer`, async (context) => {
    const { gateway } = await beforeOrders(context);
    const added = await clientOf(transport(gateway.url)).add(linesOf(300));
    assert.equal(String(added["id"]), "300");
    const lines = added["lines"] as readonly Line[];
    assert.deepEqual(
      lines.map(({ sku }) => sku),
      Array.from({ length: 300 }, (_, number) => `s${number}`),
    );
  });

  test(`${name}: each input is answered before the next is sent`, async (context) => {
    const { gateway } = await beforeOrders(context);
    const got: string[] = [];
    let heard = Promise.withResolvers<void>();
    async function* talk(): AsyncIterable<object> {
      for (const sku of ["one", "two", "three"]) {
        heard = Promise.withResolvers<void>();
        yield { sku, count: 1 };
        await heard.promise;
      }
    }
    for await (const { sku } of clientOf(transport(gateway.url)).chat(talk())) {
      got.push(sku);
      heard.resolve();
    }
    assert.deepEqual(got, ["one", "two", "three"]);
  });

  test(`${name}: a fault in the middle is heard, and ends both halves`, async (context) => {
    const { gateway } = await beforeOrders(context);
    async function* talk(): AsyncIterable<object> {
      yield { sku: "good", count: 1 };
      yield { sku: "bad", count: 1 };
      await delay(60_000, undefined, { ref: false });
    }
    const got: string[] = [];
    const chat = async (): Promise<void> => {
      for await (const { sku } of clientOf(transport(gateway.url)).chat(talk())) got.push(sku);
    };
    await assert.rejects(chat, (error: ConnectError) => {
      assert.equal(error.code, Code.FailedPrecondition, error.message);
      assert.match(error.message, /no bad ones/);
      return true;
    });
    assert.deepEqual(got, ["good"]);
  });
}

test("Connect over HTTP/1.1: inputs one by one become one answer", async (context) => {
  const { gateway } = await beforeOrders(context);
  const transport = createConnectTransport({ baseUrl: gateway.url, httpVersion: "1.1" });
  const added = await clientOf(transport).add(linesOf(2_000));
  assert.equal(String(added["id"]), "2000");
});

async function* endless(): AsyncIterable<object> {
  yield { sku: "one", count: 1 };
  await new Promise(() => undefined);
}

test("a caller that goes away cancels the stream of the instance", async (context) => {
  const { gateway, cancelled } = await beforeOrders(context);
  const abort = new AbortController();
  const orders = clientOf(transports["Connect over HTTP/2"](gateway.url));
  const chat = async (): Promise<void> => {
    for await (const { sku } of orders.chat(endless(), { signal: abort.signal })) {
      if (sku === "one") abort.abort();
    }
  };
  await assert.rejects(chat, { code: Code.Canceled });
  while (cancelled.length === 0 || gateway.done.length === 0) await delay(10);
  assert.deepEqual(cancelled, ["Chat"]);
  assert.equal(gateway.done[0]?.aborted, true);
});

test("a stream of inputs ends with its caller's time, and the instance hears of it", async (context) => {
  const { gateway, cancelled } = await beforeOrders(context);
  const session = connectHttp2(gateway.url);
  context.after(() => session.destroy());
  // Connect's client would end the call by itself.
  const stream = session.request({
    ":method": "POST",
    ":path": "/shop.v1.Orders/Add",
    "content-type": "application/grpc-web+proto",
    "grpc-timeout": "300m",
  });
  stream.write(Buffer.from([0, 0, 0, 0, 3, 10, 1, 97]));
  const parts: Buffer[] = [];
  stream.on("data", (part: Buffer) => parts.push(part));
  await once(stream, "end");
  assert.match(Buffer.concat(parts).toString("latin1"), /grpc-status: ?4\r\n/);
  while (cancelled.length === 0) await delay(10);
  assert.deepEqual(cancelled, ["Add"]);
  // The instance, which is given what is left of the time, may be the first to say so.
  assert.equal(gateway.done[0]?.kind, "deadline_exceeded");
});

test("a stream that passes as it is survives an instance that ends it in the middle", async (context) => {
  const { gateway } = await beforeOrders(context);
  const client = connectOrders(context, gateway.port);
  const call = (client["Chat"] as () => ServerDuplexStream<Line, Line>).call(client);
  const got: string[] = [];
  call.on("data", ({ sku }: Line) => got.push(sku));
  call.write({ sku: "good", count: 1 });
  call.write({ sku: "bad", count: 1 });
  const [error] = (await once(call, "error")) as [ServiceError];
  assert.equal(error.code, status.FAILED_PRECONDITION, error.message);
  assert.deepEqual(got, ["good"]);
});

test("inputs that are no messages are refused, and the instance hears that it is over", async (context) => {
  const { gateway, cancelled } = await beforeOrders(context);
  const session = connectHttp2(gateway.url);
  context.after(() => session.destroy());
  const send = async (...bytes: readonly number[]): Promise<string> => {
    const stream = session.request({
      ":method": "POST",
      ":path": "/shop.v1.Orders/Chat",
      "content-type": "application/grpc-web+proto",
    });
    // One that is well, and what comes behind it.
    stream.write(Buffer.from([0, 0, 0, 0, 3, 10, 1, 97]));
    await once(stream, "data");
    const parts: Buffer[] = [];
    stream.on("data", (part: Buffer) => parts.push(part));
    stream.on("error", () => undefined);
    if (bytes.length === 0) stream.end(Buffer.from([0, 0, 0]));
    else stream.write(Buffer.from(bytes));
    await once(stream, "end");
    return Buffer.concat(parts).toString("latin1");
  };
  assert.match(await send(0, 0, 0, 0, 2, 10, 9), /grpc-status: ?3\r\n/);
  assert.match(await send(0, 255, 255, 255, 255), /grpc-status: ?8\r\n/);
  assert.match(await send(1, 0, 0, 0, 1, 0), /does not say how/);
  assert.match(await send(64, 0, 0, 0, 0), /flags 64 .*are not known/);
  assert.match(await send(), /ends inside a message/);
  while (cancelled.length < 5) await delay(10);
  const kinds = gateway.done.map(({ kind }) => kind);
  assert.deepEqual(kinds, [
    "invalid_argument",
    "resource_exhausted",
    "internal",
    "invalid_argument",
    "invalid_argument",
  ]);
});
