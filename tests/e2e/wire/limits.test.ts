/** Limits on heads, targets, bodies and connections, and a close that loses no answer. */
import assert from "node:assert/strict";
import net from "node:net";
import test, { type TestContext } from "node:test";
import { finals } from "#tests/support/raw-http.ts";
import { fieldOf, type SeenResponse } from "#tests/support/read-responses.ts";
import { startRecordingUpstream } from "#tests/support/recording-upstream.ts";
import { answering, atEnd, caller, eventually, get, ok, post, rawService, stand } from "./stand.ts";

function assertRefused(answer: SeenResponse | undefined, status: number, code: string): void {
  assert.equal(answer?.status, status);
  assert.equal(fieldOf(answer, "parlance-fault"), "client");
  assert.equal((JSON.parse(answer.body) as Record<string, unknown>)["code"], code);
}

async function recorded(t: TestContext, options: Parameters<typeof stand>[2] = {}) {
  const upstream = await startRecordingUpstream();
  atEnd(t, () => upstream.close());
  return { upstream, ...(await stand(t, upstream.port, options)) };
}

const limits = { headBytesMax: 2048, headFieldsMax: 20, targetBytesMax: 512 };

const largeHead = [431, "head-too-large", "headBytesMax: 2048"] as const;
const longTarget = [414, "target-too-long", "targetBytesMax: 512"] as const;

for (const [title, request, [status, code, limit]] of [
  ["a head of too many bytes", get("/", `X-Long: ${"x".repeat(3000)}\r\n`), largeHead],
  ["an endless field", `${get().slice(0, -2)}X-Long: ${"x".repeat(9000)}`, largeHead],
  [
    "too many fields",
    get("/", "X-A: 1\r\n".repeat(25)),
    [431, "head-too-large", "headFieldsMax: 20"],
  ],
  ["a target that is too long", get(`/${"x".repeat(600)}`), longTarget],
  ["an endless target", `GET /${"x".repeat(9000)}`, longTarget],
] as const) {
  test(`${title} is refused, and the connection closes`, async (t) => {
    const { port, upstream } = await recorded(t, { configuration: { limits } });
    const connection = await caller(t, port);
    await connection.send(request);
    const { responses, closed, reset } = await connection.wait(() => false);
    assertRefused(responses[0], status, code);
    assert.ok(responses[0]?.body.includes(`limits.${limit}"`), "the limit is told with its value");
    assert.deepEqual([closed, reset, upstream.requests().length], [true, false, 0]);
  });
}

test("heads at their limits pass", async (t) => {
  const { port } = await recorded(t, { configuration: { limits } });
  const connection = await caller(t, port);
  const request = get(`/${"x".repeat(512 - 4)}`, "X-A: 1\r\n".repeat(18));
  await connection.send(request + get("/", `X-Long: ${"x".repeat(1900)}\r\n`));
  const { responses } = await connection.wait((seen) => finals(seen) === 2);
  assert.deepEqual(
    responses.map(({ status }) => status),
    [200, 200],
  );
});

test("a body too long by its length is refused before anything is sent on", async (t) => {
  const { port, upstream } = await recorded(t, { service: { bodyBytesMax: 10 } });
  const connection = await caller(t, port);
  await connection.send("POST /up/ HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n");
  const { responses, closed } = await connection.wait(() => false);
  assertRefused(responses[0], 413, "body-too-large");
  assert.deepEqual([closed, upstream.connections().length], [true, 0]);
});

test("a body that came whole is refused, and the connection goes on", async (t) => {
  const { port } = await recorded(t, { service: { bodyBytesMax: 10 } });
  const connection = await caller(t, port);
  await connection.send(post("/", "x".repeat(11)) + post("/", "x".repeat(10)));
  const { responses } = await connection.wait((seen) => finals(seen) === 2);
  assertRefused(responses[0], 413, "body-too-large");
  assert.equal(responses[1]?.status, 200);
});

const chunkedHead = "POST /up/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

test("chunks that grow too long are refused, and the service sees its request cut off", async (t) => {
  const { port, upstream } = await recorded(t, { service: { bodyBytesMax: 100 } });
  const connection = await caller(t, port);
  await connection.send(chunkedHead);
  for (let count = 0; count < 20; count++) {
    await connection.send(`a\r\n${"x".repeat(10)}\r\n`, { pauseMs: 5 });
  }
  const { responses, closed } = await connection.wait(() => false);
  assertRefused(responses[0], 413, "body-too-large");
  assert.deepEqual([closed, upstream.requests().length], [true, 0]);
  assert.ok(await eventually(() => upstream.closedConnections() === 1));
});

test("chunk framing does not count towards the limit of a body", async (t) => {
  const { port, upstream } = await recorded(t, { service: { bodyBytesMax: 100 } });
  const connection = await caller(t, port);
  await connection.send(chunkedHead, { pauseMs: 5 });
  for (let count = 0; count < 100; count++) await connection.send("1\r\nx\r\n", { pauseMs: 1 });
  await connection.send("0\r\n\r\n");
  const { responses } = await connection.wait((seen) => finals(seen) === 1);
  assert.deepEqual([responses[0]?.status, upstream.requests()[0]?.body.length], [200, 100]);
});

test("a body that grows too long while the answer streams cuts the answer off", async (t) => {
  const upstream = await rawService(t, (socket) => {
    socket.once("data", () =>
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"),
    );
  });
  const { port } = await stand(t, upstream.port, { service: { bodyBytesMax: 100 } });
  const connection = await caller(t, port);
  await connection.send(`${chunkedHead}a\r\n${"x".repeat(10)}\r\n`);
  await connection.wait((seen) => seen.responses.length === 1);
  await connection.send(`ff\r\n${"x".repeat(255)}\r\n`);
  const { responses, closed } = await connection.wait(() => false);
  assert.deepEqual([responses[0]?.status, responses[0]?.complete, closed], [200, false, true]);
  assert.ok(await eventually(() => upstream.closed() === 1));
});

for (const [title, head] of [
  ["with a length", `POST /up/ HTTP/1.1\r\nHost: a\r\nContent-Length: ${64 * 1024 ** 2}\r\n\r\n`],
  ["in chunks", `${chunkedHead}${(64 * 1024 ** 2).toString(16)}\r\n`],
] as const) {
  test(`a caller that sends 64 MiB ${title} all the same gets the 413, not a reset`, async (t) => {
    const { port } = await recorded(t, { service: { bodyBytesMax: 1000 } });
    const connection = await caller(t, port);
    // Reads nothing before all is sent, as simple callers do.
    connection.socket.pause();
    connection.socket.write(head);
    await new Promise((sent) => connection.socket.write(Buffer.alloc(64 * 1024 ** 2, "x"), sent));
    connection.socket.resume();
    const { responses, closed, reset } = await connection.wait(() => false, 10_000);
    assertRefused(responses[0], 413, "body-too-large");
    assert.deepEqual([closed, reset], [true, false]);
  });
}

test("connections beyond the limit get a 503, and may come again later", async (t) => {
  const upstream = await rawService(t, answering(ok("x")));
  const configuration = { limits: { connectionsMax: 3 } };
  const { port, gateway } = await stand(t, upstream.port, { configuration });
  const held = await Promise.all([1, 2, 3].map(() => caller(t, port)));
  for (const one of held) {
    await one.send(get());
    await one.wait((seen) => finals(seen) === 1);
  }
  for (let count = 0; count < 20; count++) {
    const extra = await caller(t, port);
    await extra.send(post("/", "x".repeat(1000)));
    const { responses, closed, reset } = await extra.wait(() => false);
    assert.deepEqual([responses[0]?.status, closed, reset], [503, true, false]);
    assert.equal(fieldOf(responses[0], "parlance-fault"), "gateway");
    const { code, detail } = JSON.parse(responses[0]?.body ?? "") as Record<string, string>;
    assert.equal(code, "overloaded");
    assert.match(detail ?? "", /limits\.connectionsMax: 3 /);
  }
  assert.equal(gateway.turnedAwayCount, 20);
  held[0]?.close();
  assert.ok(await eventually(() => gateway.connectionCount === 2));
  const later = await caller(t, port);
  await later.send(get());
  const { responses } = await later.wait((seen) => finals(seen) === 1);
  assert.equal(responses[0]?.status, 200);
});

test("a turned-away connection does not stay open when the caller keeps it", async (t) => {
  const upstream = await rawService(t, answering(ok("x")));
  const configuration = { limits: { connectionsMax: 1 } };
  const { port } = await stand(t, upstream.port, { configuration });
  const held = await caller(t, port);
  await held.send(get());
  await held.wait((seen) => finals(seen) === 1);
  const socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  atEnd(t, () => socket.destroy());
  let closed = false;
  socket.on("error", () => (closed = true)).on("close", () => (closed = true));
  const timer = setInterval(() => socket.write("x"), 50);
  atEnd(t, () => clearInterval(timer));
  socket.resume();
  assert.ok(await eventually(() => closed, 4_000));
});
