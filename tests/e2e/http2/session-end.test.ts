/** How HTTP/2 connections of callers end: draining, time-outs, floods. */
import assert from "node:assert/strict";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { runGateway, temporaryFolder, until } from "#tests/support/gateway-from-text.ts";
import { fieldSection, frame } from "#tests/support/raw-http2.ts";
import { ask, openSession } from "./client.ts";
import { startInstance } from "./instance.ts";

async function start(context: TestContext, more = "") {
  const instance = await startInstance(context);
  const url = `http://127.0.0.1:${instance.port}`;
  const text = `services:\n  web:\n    instances: ["${url}"]\n${more}`;
  const running = await runGateway(context, temporaryFolder(context), text);
  return { instance, ...running };
}

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const empty = Buffer.alloc(0);
const settings = frame(4, 0, 0, empty);

interface RawCaller {
  readonly socket: Socket;
  readonly received: () => Buffer;
  readonly closed: () => boolean;
}

function openRaw(context: TestContext, port: number): RawCaller {
  const socket = connect({ port, host: "127.0.0.1" });
  let received = Buffer.alloc(0);
  let closed = false;
  socket.on("data", (bytes: Buffer) => (received = Buffer.concat([received, bytes])));
  socket.on("error", () => undefined);
  socket.on("close", () => (closed = true));
  context.after(() => socket.destroy());
  return { socket, received: () => received, closed: () => closed };
}

function framesOf(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    frames.push(bytes.subarray(at, at + 9 + bytes.readUIntBE(at, 3)));
  }
  return frames;
}

const get = [
  [":method", "GET"],
  [":scheme", "http"],
  [":path", "/web/never"],
  [":authority", "gateway.test"],
] as const;

test("draining lets open streams finish, takes what crosses, and then closes", async (context) => {
  const { port, gateway } = await start(context);
  const session = openSession(context, port);
  let goAway = 0;
  session.on("goaway", () => goAway++);
  const slow = ask(session, "/web/slow");
  await until(() => gateway.connectionCount === 1, "connected");
  await new Promise((resolve) => setTimeout(resolve, 100));
  const drained = gateway.drain();
  await until(() => goAway > 0, "the end is announced");
  assert.equal(String((await slow).body), "slow");
  assert.equal(await drained, 0);
  assert.ok(session.destroyed || session.closed);
});

test("a session without streams is closed after keepAliveMs", async (context) => {
  const { port, gateway } = await start(context, "timeouts: { keepAliveMs: 200 }\n");
  const session = openSession(context, port);
  assert.equal((await ask(session, "/web/fixed")).status, 200);
  await until(() => session.closed, "the caller hears GOAWAY", 1_500);
  await until(() => gateway.connectionCount === 0, "the connection is forgotten");
});

test("a caller that never sends SETTINGS has headMs", async (context) => {
  const { port, gateway } = await start(context, "timeouts: { headMs: 200 }\n");
  const caller = openRaw(context, port);
  caller.socket.write(preface);
  await until(() => caller.closed(), "closed", 1_500);
  await until(() => gateway.connectionCount === 0, "forgotten");
});

test("a preface that stops half-way has headMs, and one octet by octet is understood", async (context) => {
  const { port } = await start(context, "timeouts: { headMs: 400 }\n");
  const stopped = openRaw(context, port);
  stopped.socket.write(preface.slice(0, 20));
  const slow = openRaw(context, port);
  for (const octet of preface) {
    slow.socket.write(octet);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  slow.socket.write(settings);
  await until(() => slow.received().length >= 9 && slow.received()[3] === 4, "SETTINGS come");
  await until(() => stopped.closed(), "closed", 1_500);
});

test("a body that stops coming is told 408", async (context) => {
  const { port } = await start(context, "timeouts: { bodyIdleMs: 200 }\n");
  const session = openSession(context, port);
  const stream = session.request({ ":path": "/web/echo", ":method": "POST" });
  stream.write("abc");
  const status = await new Promise((resolve) => {
    stream.on("response", (fields) => resolve(fields[":status"]));
    stream.on("error", () => resolve("reset"));
  });
  // node:http answers with its head before the body is whole, and then 408 comes too late.
  assert.ok(status === 408 || status === 200, String(status));
  await until(() => stream.closed, "the stream ends", 1_500);
});

test("an answer that is not taken for bodyIdleMs is reset", async (context) => {
  const { port, instance } = await start(context, "timeouts: { bodyIdleMs: 300 }\n");
  const session = openSession(context, port);
  const stream = session.request({ ":path": "/web/endless" });
  stream.on("error", () => undefined);
  stream.pause();
  await until(() => instance.cutOff() === 1, "the instance is let go", 2_000);
  await until(() => stream.rstCode === 2, "the caller hears INTERNAL_ERROR");
});

test("rapid resets end the connection (CVE-2023-44487)", async (context) => {
  const { port, begun, instance } = await start(context);
  const caller = openRaw(context, port);
  caller.socket.write(preface);
  caller.socket.write(settings);
  const head = fieldSection(get);
  const code = Buffer.from([0, 0, 0, 8]);
  for (let count = 0; count < 2_000 && !caller.closed(); count++) {
    const stream = 2 * count + 1;
    caller.socket.write(Buffer.concat([frame(1, 5, stream, head), frame(3, 0, stream, code)]));
    if (count % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => caller.closed(), "closed");
  assert.ok(begun() <= 400, `${begun()} exchanges were begun`);
  assert.ok(instance.cutOff() <= begun());
});

for (const [name, make] of [
  ["PING", () => frame(6, 0, 0, Buffer.alloc(8))],
  ["SETTINGS", () => settings],
] as const) {
  test(`a flood of ${name} ends the connection`, async (context) => {
    const { port, gateway } = await start(context);
    const caller = openRaw(context, port);
    caller.socket.write(preface);
    caller.socket.write(settings);
    const many = Buffer.concat(Array.from({ length: 500 }, make));
    caller.socket.write(many);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(caller.closed(), false);
    for (let count = 0; count < 40 && !caller.closed(); count++) {
      caller.socket.write(many);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await until(() => caller.closed(), "closed");
    assert.equal(gateway.connectionCount, 0);
  });
}

test("a flood of empty DATA frames ends the connection", async (context) => {
  const { port, gateway } = await start(context);
  const caller = openRaw(context, port);
  caller.socket.write(preface);
  caller.socket.write(settings);
  const post = get.map(([name, value]) => [name, value === "GET" ? "POST" : value] as const);
  caller.socket.write(frame(1, 4, 1, fieldSection(post)));
  const many = Buffer.concat(Array.from({ length: 500 }, () => frame(0, 0, 1, empty)));
  for (let count = 0; count < 20 && !caller.closed(); count++) {
    caller.socket.write(many);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await until(() => caller.closed(), "closed");
  assert.equal(gateway.connectionCount, 0);
});

test("a flood of CONTINUATION frames ends the connection before memory does", async (context) => {
  const { port } = await start(context);
  const caller = openRaw(context, port);
  caller.socket.write(preface);
  caller.socket.write(settings);
  caller.socket.write(frame(1, 0, 1, fieldSection(get)));
  const more = frame(9, 0, 1, fieldSection([["x", "a".repeat(8_000)]]));
  for (let count = 0; count < 200 && !caller.closed(); count++) {
    caller.socket.write(more);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => caller.closed(), "closed");
});

test("no more than 100 streams at once", async (context) => {
  const { port, begun } = await start(context);
  const caller = openRaw(context, port);
  caller.socket.write(preface);
  caller.socket.write(settings);
  const head = fieldSection(get);
  for (let count = 0; count < 150; count++) caller.socket.write(frame(1, 5, 2 * count + 1, head));
  await until(() => begun() >= 100, "a hundred begin");
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(begun(), 100);
});

test("an answer that is cut never carries END_STREAM", async (context) => {
  const { port } = await start(context);
  for (const path of ["/web/cut", "/web/cut-sized"]) {
    const caller = openRaw(context, port);
    caller.socket.write(preface);
    caller.socket.write(settings);
    const fields = get.map(([name, value]) => [name, name === ":path" ? path : value] as const);
    caller.socket.write(frame(1, 5, 1, fieldSection(fields)));
    const frames = (): Buffer[] => framesOf(caller.received()).filter((seen) => seen[8] === 1);
    await until(() => frames().some((seen) => seen[3] === 3), "RST_STREAM comes");
    const kinds = frames().map((seen) => [seen[3], (seen[4] as number) & 1]);
    assert.deepEqual(
      kinds,
      [
        [1, 0],
        [0, 0],
        [3, 0],
      ],
      path,
    );
  }
});

test("an answer before the body is whole ends in good order, then the caller is stopped", async (context) => {
  const { port } = await start(context);
  for (const path of ["/web/refuse-body", "/web/refuse-chunked", "/nowhere"]) {
    const caller = openRaw(context, port);
    caller.socket.write(preface);
    caller.socket.write(settings);
    const fields = get.map(([name, value]) => [name, name === ":path" ? path : value] as const);
    caller.socket.write(frame(1, 4, 1, fieldSection(fields)));
    const frames = (): Buffer[] => framesOf(caller.received()).filter((seen) => seen[8] === 1);
    await until(() => frames().some((seen) => seen[3] === 3), "RST_STREAM comes");
    const [last, before] = frames().toReversed();
    assert.equal(last?.readUInt32BE(9), 0, path);
    assert.equal((before?.[4] as number) & 1, 1, `${path}: END_STREAM stands before the reset`);
  }
});

test("a window of zero, then none at all, does not hold the gateway's stop", async (context) => {
  const { port, gateway } = await start(context, "timeouts: { drainMs: 300 }\n");
  const caller = openRaw(context, port);
  caller.socket.write(preface);
  caller.socket.write(frame(4, 0, 0, Buffer.from([0, 4, 0, 0, 0, 0])));
  const fields = get.map(
    ([name, value]) => [name, name === ":path" ? "/web/fixed" : value] as const,
  );
  caller.socket.write(frame(1, 5, 1, fieldSection(fields)));
  await until(() => caller.received().includes(Buffer.from([0, 0])), "something comes");
  await new Promise((resolve) => setTimeout(resolve, 200));
  const cut = await gateway.drain();
  assert.equal(cut, 1);
});

test("a small answer that is never taken for want of a window is reset, too", async (context) => {
  const { port, done } = await start(context, "timeouts: { bodyIdleMs: 300 }\n");
  const caller = openRaw(context, port);
  caller.socket.write(preface);
  caller.socket.write(frame(4, 0, 0, Buffer.from([0, 4, 0, 0, 0, 0])));
  const fields = get.map(
    ([name, value]) => [name, name === ":path" ? "/web/fixed" : value] as const,
  );
  caller.socket.write(frame(1, 5, 1, fieldSection(fields)));
  await until(() => framesOf(caller.received()).some((seen) => seen[3] === 3), "RST_STREAM comes");
  assert.equal(done[0]?.status, 200);
});

test("HTTP/2 can be switched off", async (context) => {
  const { port } = await start(context, "listen: { http2: false }\n");
  const caller = openRaw(context, port);
  caller.socket.write(preface);
  await until(() => caller.closed(), "closed", 4_000);
  assert.match(String(caller.received()), /^HTTP\/1\.1 505 /);
});

/** Nobody says SETTINGS, so requests wait for a session, and their bodies are not read. */
async function startUnread(context: TestContext) {
  const instance = createServer((socket) => void socket.on("error", () => undefined));
  await new Promise<void>((resolve) => instance.listen(0, "127.0.0.1", resolve));
  context.after(() => instance.close());
  const url = `http://127.0.0.1:${(instance.address() as AddressInfo).port}`;
  const web = `{ http2: true, connectMs: 20000, instances: ["${url}"] }`;
  return runGateway(context, temporaryFolder(context), `services:\n  web: ${web}\n`);
}

const post = frame(1, 4, 1, fieldSection([[":method", "POST"], ...get.slice(1)]));
const unread = frame(0, 0, 1, Buffer.from("unread"));
const resetWithNoError = frame(3, 0, 1, Buffer.alloc(4));

test("a stream that its caller resets with NO_ERROR, unread, keeps no connection open", async (context) => {
  const { port, gateway, begun, done } = await startUnread(context);
  const { socket } = openRaw(context, port);
  socket.write(preface);
  socket.write(Buffer.concat([settings, post, unread]));
  await until(() => begun() === 1, "it has begun");
  socket.end(Buffer.concat([resetWithNoError, frame(7, 0, 0, Buffer.alloc(8))]));
  await until(() => done.length === 1, "it is over");
  await until(() => gateway.connectionCount === 0, "the connection is closed");
});

test("a request that is reset with NO_ERROR as soon as it is sent is not taken for whole", async (context) => {
  const { port, gateway, begun } = await startUnread(context);
  const { socket, received } = openRaw(context, port);
  const ping = frame(6, 0, 0, Buffer.alloc(8));
  socket.write(
    Buffer.concat([Buffer.from(preface), settings, post, unread, resetWithNoError, ping]),
  );
  await until(() => framesOf(received()).some((one) => one[3] === 6), "all of it was read");
  socket.end(frame(7, 0, 0, Buffer.alloc(8)));
  await until(() => gateway.connectionCount === 0, "the connection is closed");
  assert.equal(begun(), 0);
});
