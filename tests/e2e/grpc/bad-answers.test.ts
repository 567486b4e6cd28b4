/** Services that break gRPC's rules, before callers of REST and callers who pass as they are. */
import assert from "node:assert/strict";
import { constants, type ServerHttp2Stream } from "node:http2";
import { test, type TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import { status } from "@grpc/grpc-js";
import { until } from "#tests/support/gateway-from-text.ts";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { call, frame, openSession, startRaw } from "./raw-call.ts";
import { shopProto } from "./stand.ts";

const documentBytesMax = 1024 * 1024;
const good = Buffer.from([8, 1]);
const grpc = { "content-type": "application/grpc" };
const gzip = { "grpc-encoding": "gzip" };

type Answering = (stream: ServerHttp2Stream) => void;
type Lines = Readonly<Record<string, string>>;

/** A whole answer of this body. */
function answer(body: Buffer, head: Lines = {}, trailers: Lines = { "grpc-status": "0" }) {
  return (stream: ServerHttp2Stream): void => {
    stream.resume();
    stream.respond({ ...grpc, ...head }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers(trailers));
    stream.end(body);
  };
}

async function start(context: TestContext, answering: Answering) {
  let present = answering;
  const port = await startRaw(context, (stream) => present(stream));
  const gateway = await startTranslating(context, {
    text: `limits: { documentBytesMax: ${documentBytesMax} }
services:
  orders: { contract: orders.proto, instances: ["http://127.0.0.1:${port}"] }
`,
    files: { "orders.proto": shopProto },
  });
  const get = (): Promise<Response> => fetch(`${gateway.url}/orders/Get?id=1`);
  const watch = async (): Promise<string> => {
    const response = await fetch(`${gateway.url}/orders/Watch`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/x-ndjson" },
      body: '{"id":"1"}',
    });
    return response.text();
  };
  const pass = () => {
    const session = openSession(context, gateway.port);
    return call(session, "/shop.v1.Orders/Get", frame(good));
  };
  const mend = async (): Promise<void> => {
    present = answer(frame(good));
    assert.equal((await get()).status, 200);
  };
  return { gateway, get, watch, pass, mend };
}

interface Told {
  readonly code: string;
  readonly detail: string;
  readonly fault: string;
}

interface Bad {
  readonly name: string;
  readonly answer: Answering;
  readonly status: number;
  readonly code: string;
  readonly told: RegExp;
  /** Of a stream, where it is another one; null: it is no failure of a stream. */
  readonly inStream?: string | null;
}

const notWhole = /status of 0 and not one whole message/;

const bads: readonly Bad[] = [
  {
    name: "flags that nobody knows",
    answer: answer(frame(good, 64)),
    status: 500,
    code: "bad-framing",
    told: /flags 64 of a message are not known; expected 0 or 1/,
  },
  {
    name: "no message and a status of 0",
    answer: answer(Buffer.alloc(0)),
    status: 500,
    code: "bad-framing",
    told: notWhole,
    inStream: null,
  },
  {
    name: "half a prefix",
    answer: answer(Buffer.from([0, 0, 0])),
    status: 500,
    code: "bad-framing",
    told: notWhole,
  },
  {
    name: "a length that is too long",
    answer: answer(frame(good, 0, 100)),
    status: 500,
    code: "bad-framing",
    told: notWhole,
  },
  {
    name: "a length that is too short",
    answer: answer(frame(good, 0, 1)),
    status: 500,
    code: "bad-framing",
    told: notWhole,
    inStream: "malformed-protobuf",
  },
  {
    name: "two messages where one is expected",
    answer: answer(Buffer.concat([frame(good), frame(good)])),
    status: 500,
    code: "bad-framing",
    told: notWhole,
    inStream: null,
  },
  {
    name: "a length of 4 GiB",
    answer: answer(frame(good, 0, 0xffff_ffff)),
    status: 502,
    code: "message-too-large",
    told: /a message of 4294967295 bytes; at most 1048576 are taken/,
  },
  {
    name: "a message over the limit",
    answer: answer(frame(Buffer.alloc(documentBytesMax + 1))),
    status: 502,
    code: "answer-too-large",
    told: /documents to translate may have 1048576 bytes/,
    inStream: "message-too-large",
  },
  {
    name: "a message that grows beyond the limit when it is decompressed",
    answer: answer(frame(gzipSync(Buffer.alloc(256 * documentBytesMax)), 1), gzip),
    status: 502,
    code: "message-too-large",
    told: /grows beyond 1048576 bytes when it is decompressed/,
  },
  {
    name: "a compressed message that is no gzip",
    answer: answer(frame(good, 1), gzip),
    status: 500,
    code: "bad-compression",
    told: /is no gzip/,
  },
  {
    name: "a compression that was not offered",
    answer: answer(frame(good, 1), { "grpc-encoding": "br" }),
    status: 500,
    code: "compression-unknown",
    told: /the compression br is not known; expected gzip or identity/,
  },
  {
    name: "a message that is no Protocol Buffers",
    answer: answer(frame(Buffer.from([0xff, 0xff, 0xff]))),
    status: 500,
    code: "malformed-protobuf",
    told: /the message ends inside a field, at byte 0/,
  },
  {
    name: "trailers without a status",
    answer: answer(frame(good), {}, { "x-other": "1" }),
    status: 500,
    code: "no-grpc-status",
    told: /ends without a grpc-status/,
  },
  {
    name: "no trailers",
    answer: (stream) => {
      stream.respond(grpc);
      stream.end(frame(good));
    },
    status: 500,
    code: "no-grpc-status",
    told: /ends without a grpc-status/,
  },
  {
    name: "a status that is no number",
    answer: answer(frame(good), {}, { "grpc-status": "fine" }),
    status: 500,
    code: "no-grpc-status",
    told: /the grpc-status "fine" is no number/,
  },
  {
    name: "a status that gRPC does not know",
    answer: answer(frame(good), {}, { "grpc-status": "99" }),
    status: 500,
    code: "unknown",
    told: /the service answered with status unknown/,
  },
  {
    name: "a page instead of an answer",
    answer: (stream) => {
      stream.respond({ ":status": 200, "content-type": "text/html" });
      stream.end("<h1>It works</h1>");
    },
    status: 500,
    code: "not-grpc",
    told: /answered with status 200 and without a grpc-status/,
  },
  {
    name: "the 502 of a proxy between",
    answer: (stream) => {
      stream.respond({ ":status": 502, "content-type": "text/html" });
      stream.end("<h1>Bad Gateway</h1>");
    },
    status: 503,
    code: "not-grpc",
    told: /answered with status 502 and without a grpc-status/,
  },
  {
    name: "a stream that is reset in the middle",
    answer: (stream) => {
      stream.respond(grpc);
      stream.write(frame(good), () => setTimeout(() => stream.destroy(new Error("broken")), 20));
    },
    status: 502,
    code: "instance-closed",
    told: /closed before the answer was whole/,
  },
  {
    name: "a connection that is lost in the middle",
    answer: (stream) => {
      stream.respond(grpc);
      stream.write(frame(good), () => setTimeout(() => stream.session?.destroy(), 20));
    },
    status: 502,
    code: "instance-closed",
    told: /closed before the answer was whole/,
  },
];

for (const bad of bads) {
  test(`a caller of REST is told of ${bad.name}`, async (context) => {
    const { get, mend, gateway } = await start(context, bad.answer);
    const response = await get();
    const told = (await response.json()) as Told;
    assert.equal(response.status, bad.status, JSON.stringify(told));
    assert.deepEqual([told.code, told.fault], [bad.code, "service"]);
    assert.match(told.detail, bad.told);
    assert.equal(gateway.done[0]?.blame, "service");
    await mend();
  });

  test(`a stream of JSON lines ends with a problem at ${bad.name}`, async (context) => {
    const { watch, mend } = await start(context, bad.answer);
    const text = await watch();
    const last = text.trim().split("\n").at(-1) ?? "";
    const { inStream = bad.code } = bad;
    if (inStream === null) assert.doesNotMatch(text, /problem/);
    else assert.match(last, new RegExp(`"code":"${inStream}".*"fault":"service"`));
    await mend();
  });
}

test("what a service answers passes as it is, good or bad", async (context) => {
  const bodies = [
    frame(good, 64),
    Buffer.from([0, 0, 0]),
    frame(good, 0, 100),
    frame(good, 0, 0xffff_ffff),
    frame(gzipSync(Buffer.alloc(documentBytesMax)), 1),
  ];
  for (const body of bodies) {
    const { pass } = await start(context, answer(body));
    const passed = await pass();
    assert.deepEqual([passed.status, passed.body], ["0", body]);
  }
});

test("an answer that passes is as broken as the service's", async (context) => {
  const breaks: readonly Answering[] = [
    (stream) => {
      stream.respond(grpc);
      stream.write(frame(good), () => setTimeout(() => stream.destroy(new Error("broken")), 20));
    },
    (stream) => {
      stream.respond(grpc);
      stream.write(frame(good), () => setTimeout(() => stream.session?.destroy(), 20));
    },
  ];
  for (const broken of breaks) {
    const { pass, mend, gateway } = await start(context, broken);
    const { body, status: told, reset } = await pass();
    assert.deepEqual([body, told], [frame(good), undefined]);
    assert.equal(reset, constants.NGHTTP2_INTERNAL_ERROR);
    assert.equal(gateway.done[0]?.code, "instance-closed");
    await mend();
  }
});

test("a service that resets before it answers is UNAVAILABLE to callers in gRPC", async (context) => {
  const { pass, mend } = await start(context, (stream) => {
    stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  });
  const { status: told, message } = await pass();
  assert.equal(told, String(status.UNAVAILABLE));
  assert.match(message, /closed before the answer was whole/);
  await mend();
});

test("a status without any message is told in every dialect", async (context) => {
  const { get, watch, pass } = await start(context, (stream) => {
    const fields = { "grpc-status": "5", "grpc-message": "no%20order" };
    stream.respond({ ...grpc, ...fields }, { endStream: true });
  });
  const response = await get();
  assert.equal(response.status, 404);
  assert.equal(((await response.json()) as Told).detail, "no order");
  assert.match(await watch(), /"detail":"no order"/);
  assert.deepEqual([(await pass()).status, (await pass()).message], ["5", "no order"]);
});

test("a service that half-closes while inputs still come is heard, and the rest dropped", async (context) => {
  const { gateway } = await start(context, answer(frame(Buffer.from([10, 1, 97]))));
  const stream = openSession(context, gateway.port).request({
    ":method": "POST",
    ":path": "/shop.v1.Orders/Chat",
    "content-type": "application/grpc-web+proto",
  });
  stream.on("error", () => undefined);
  const parts: Buffer[] = [];
  stream.on("data", (part: Buffer) => parts.push(part));
  const more = setInterval(() => stream.write(frame(Buffer.from([10, 1, 98]))), 5);
  context.after(() => clearInterval(more));
  await until(() => gateway.done.length === 1, "the call is over");
  clearInterval(more);
  await until(() => Buffer.concat(parts).includes("grpc-status"), "its end is told");
  assert.match(Buffer.concat(parts).toString("latin1"), /grpc-status: ?0\r\n/);
  assert.equal(gateway.done[0]?.code, undefined);
});
