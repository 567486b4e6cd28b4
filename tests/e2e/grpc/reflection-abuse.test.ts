/** Reflection under those who ask too much of it, or wrongly. */
import assert from "node:assert/strict";
import { connect, constants, type ClientHttp2Stream, type IncomingHttpHeaders } from "node:http2";
import { test, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { shopProto } from "./stand.ts";

const path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

/** file_containing_symbol: "shop.v1.Orders", in its frame. */
const question = Buffer.concat([
  Buffer.from([0, 0, 0, 0, 16, 0x22, 14]),
  Buffer.from("shop.v1.Orders"),
]);

async function start(context: TestContext) {
  const gateway = await startTranslating(context, {
    text: `services:\n  shop: { contract: shop.proto, instances: ["http://127.0.0.1:1"] }\n`,
    files: { "shop.proto": shopProto },
  });
  const session = connect(gateway.url);
  context.after(() => session.destroy());
  const open = (headers = {}): ClientHttp2Stream =>
    session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
      ...headers,
    });
  return { ...gateway, open };
}

interface Ending {
  readonly status: string | undefined;
  readonly bytes: number;
}

/** How the answer ends, and how many bytes it had. */
function endOf(stream: ClientHttp2Stream): Promise<Ending> {
  return new Promise((resolve) => {
    let bytes = 0;
    let status: string | undefined;
    const note = (fields: IncomingHttpHeaders): void => {
      const told = fields["grpc-status"];
      if (typeof told === "string") status = told;
    };
    stream.on("response", note);
    stream.on("trailers", note);
    stream.on("data", (chunk: Buffer) => (bytes += chunk.length));
    stream.on("error", () => undefined);
    stream.on("close", () => resolve({ status, bytes }));
  });
}

test("a flood of questions is answered up to the limit of a stream, and then refused", async (context) => {
  const { open } = await start(context);
  const stream = open();
  const ended = endOf(stream);
  for (let count = 0; count < 200; count++) {
    stream.write(Buffer.concat(Array.from({ length: 100 }, () => question)));
  }
  const { status, bytes } = await ended;
  assert.equal(status, "8");
  const one = open();
  const single = endOf(one);
  one.end(question);
  const alone = await single;
  assert.equal(alone.status, "0");
  assert.equal(bytes, 10_000 * alone.bytes);
});

test("who does not read its answers cannot send more questions for ever", async (context) => {
  const { open } = await start(context);
  const stream = open();
  stream.on("error", () => undefined);
  stream.pause();
  const many = Buffer.concat(Array.from({ length: 9_000 }, () => question));
  const before = process.memoryUsage().rss;
  for (let count = 0; count < 40; count++) stream.write(many);
  await delay(1_000);
  assert.ok(stream.writableLength > many.length * 30, `${stream.writableLength} bytes wait`);
  const grown = process.memoryUsage().rss - before;
  assert.ok(grown < 100 * 1024 ** 2, `${grown} bytes more`);
  stream.close(constants.NGHTTP2_CANCEL);
});

const malformed: readonly (readonly [string, Buffer, string])[] = [
  ["half a question", question.subarray(0, 10), "3"],
  ["a question of 4 GiB", Buffer.from("00ffffffff", "hex"), "8"],
  ["no protobuf", Buffer.from("0000000002ffff", "hex"), "3"],
  ["odd flags", Buffer.from("7f0000000000", "hex"), "3"],
  ["a compression that nobody named", Buffer.from("010000000100", "hex"), "13"],
];

for (const [name, bytes, code] of malformed) {
  test(`${name} ends the stream of reflection with status ${code}`, async (context) => {
    const { open } = await start(context);
    const stream = open();
    const ended = endOf(stream);
    stream.end(Buffer.concat([question, bytes]));
    const { status, bytes: told } = await ended;
    assert.equal(status, code);
    assert.ok(told > 0, "the question before it was not answered");
  });
}

test("methods that reflection does not have are unimplemented", async (context) => {
  const { open } = await start(context);
  const stream = open({ ":path": "/grpc.reflection.v1.ServerReflection/Nope" });
  const ended = endOf(stream);
  stream.end(question);
  assert.equal((await ended).status, "12");
});

test("gRPC-Web asks over HTTP/1.1, in one go or in chunks", async (context) => {
  const { url } = await start(context);
  const ask = async (body: Buffer | ReadableStream): Promise<Buffer> => {
    const response = await fetch(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/grpc-web+proto" },
      body,
      duplex: "half",
    } as RequestInit);
    return Buffer.from(await response.arrayBuffer());
  };
  const chunked = new ReadableStream<Uint8Array>({
    async start(controller) {
      for (const part of [question.subarray(0, 3), question.subarray(3)]) {
        controller.enqueue(part);
        await delay(20);
      }
      controller.close();
    },
  });
  const whole = await ask(question);
  assert.match(whole.toString("latin1"), /shop\.proto[^]*grpc-status: ?0\r\n$/);
  assert.deepEqual(await ask(chunked), whole);
});
