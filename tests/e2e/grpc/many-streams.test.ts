/**
 * Many streams of many messages before readers that dawdle, the short form of `bench:grpc`'s: all
 * messages arrive, in order, and nobody holds more of them than flow control allows.
 */
import assert from "node:assert/strict";
import { connect, createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import protobuf from "protobufjs";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { shopProto } from "./stand.ts";

const streams = 20;
const messages = 2_000;
/** So that all of them are far more than what may be held. */
const customer = "x".repeat(8_000);
const addedBytesMax = 160 * 1024 * 1024;

const order = protobuf.parse(shopProto).root.lookupType("shop.v1.Order");

function frameOf(id: number): Buffer {
  const message = order.encode({ id, customer }).finish();
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** How many messages of its streams the service has given. */
async function startWatch(scope: TestContext) {
  const given: number[] = [];
  const server = createServer();
  server.on("session", (session) => scope.after(() => session.destroy()));
  server.on("stream", (stream: ServerHttp2Stream) => {
    stream.on("error", () => undefined);
    stream.once("data", (body: Buffer) => {
      const id = protobuf.Reader.create(body.subarray(6)).uint32();
      stream.respond({ "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      let next = 0;
      const give = (): void => {
        while (next < messages) {
          const frame = frameOf(next);
          given[id] = next += 1;
          if (!stream.write(frame)) return;
        }
        stream.removeListener("drain", give);
        stream.end();
      };
      stream.on("drain", give);
      give();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  scope.after(() => server.close());
  return { port: (server.address() as AddressInfo).port, given };
}

/** Parts of an answer as they come, no faster than they are asked for. */
type Ask = (gateway: { readonly url: string }, id: number) => AsyncIterable<Buffer>;

const passed: Ask = async function* ({ url }, id) {
  const session = connect(url);
  try {
    const stream = session.request({
      ":method": "POST",
      ":path": "/shop.v1.Orders/Watch",
      "content-type": "application/grpc",
      te: "trailers",
    });
    const trailers = new Promise<Record<string, unknown>>((resolve) => {
      stream.on("trailers", resolve);
    });
    stream.end(Buffer.from([0, 0, 0, 0, 2, 8, id]));
    yield* stream as AsyncIterable<Buffer>;
    assert.equal((await trailers)["grpc-status"], "0");
  } finally {
    session.close();
  }
};

function inRest(accept: string): Ask {
  return async function* ({ url }, id) {
    const response = await fetch(`${url}/orders/Watch`, {
      method: "POST",
      headers: { accept, "content-type": "application/json" },
      body: JSON.stringify({ id }),
    });
    assert.equal(response.status, 200);
    for await (const part of response.body ?? []) yield Buffer.from(part as Uint8Array);
  };
}

/** Ids of the messages that are whole in what has come, and what is left over. */
type Split = (bytes: Buffer) => { readonly ids: number[]; readonly left: Buffer };

const frames: Split = (bytes) => {
  const ids: number[] = [];
  let at = 0;
  while (bytes.length - at >= 5 && bytes.length - at - 5 >= bytes.readUInt32BE(at + 1)) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    const { id } = order.decode(bytes.subarray(at + 5, end)) as unknown as { id: unknown };
    ids.push(Number(id));
    at = end;
  }
  return { ids, left: bytes.subarray(at) };
};

function lines(prefix: string): Split {
  return (bytes) => {
    const ids: number[] = [];
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      const line = bytes.toString("utf8", from, end);
      from = end + 1;
      if (!line.startsWith(`${prefix}{`)) continue;
      ids.push(Number((JSON.parse(line.slice(prefix.length)) as { id: string }).id));
    }
    return { ids, left: bytes.subarray(from) };
  };
}

/**
 * With how many messages of a stream the service may be ahead of its reader: what HTTP/2's windows
 * take on both sides; on a connection of HTTP/1.1, the kernel's buffers for it, some megabytes.
 */
const aheadMax = { http2: 200, http1: 1_400 } as const;

const forms: readonly (readonly [string, Ask, Split, number])[] = [
  ["as they are", passed, frames, aheadMax.http2],
  ["as JSON lines", inRest("application/x-ndjson"), lines(""), aheadMax.http1],
  ["as events", inRest("text/event-stream"), lines("data: "), aheadMax.http1],
];

for (const [name, ask, split, ahead] of forms) {
  const title = `${streams} streams of ${messages} messages arrive ${name}, and are not piled up`;
  test(title, async (context) => {
    const { port, given } = await startWatch(context);
    const gateway = await startTranslating(context, {
      text: `services:\n  orders: { contract: orders.proto, instances: ["http://127.0.0.1:${port}"] }\n`,
      files: { "orders.proto": shopProto },
    });
    let furthest = 0;
    const read = async (id: number): Promise<void> => {
      let seen = 0;
      let left: Buffer = Buffer.alloc(0);
      for await (const part of ask(gateway, id)) {
        const found = split(Buffer.concat([left, part]));
        left = found.left;
        for (const number of found.ids) assert.equal(number, seen++);
        furthest = Math.max(furthest, (given[id] ?? 0) - seen);
        if (id % 2 === 0) await delay(1);
      }
      assert.equal(seen, messages);
    };
    const before = process.memoryUsage().rss;
    let highest = before;
    const timer = setInterval(() => {
      highest = Math.max(highest, process.memoryUsage().rss);
    }, 20);
    try {
      await Promise.all(Array.from({ length: streams }, (_, index) => read(index + 1)));
    } finally {
      clearInterval(timer);
    }
    assert.ok(furthest < ahead, `the service was ${furthest} messages ahead`);
    const added = highest - before;
    assert.ok(added < addedBytesMax, `${Math.round(added / 1024 ** 2)} MiB were added`);
  });
}
