/** WebSocket and other protocols that take over the connection (RFC 9110 §7.8, RFC 6455). */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import test, { type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { WebSocket, WebSocketServer } from "ws";
import { finals } from "#tests/support/raw-http.ts";
import { fieldOf } from "#tests/support/read-responses.ts";
import { answering, atEnd, caller, eventually, get, ok, rawService, stand } from "./stand.ts";

async function webSocketService(t: TestContext, onSocket: (socket: WebSocket) => void) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  server.on("connection", onSocket);
  atEnd(t, () => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, server };
}

async function connect(t: TestContext, port: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/up/chat?room=1`, { autoPong: true });
  atEnd(t, () => socket.terminate());
  await once(socket, "open");
  return socket;
}

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

test("a WebSocket carries messages of all sizes both ways, unaltered", async (t) => {
  const upstream = await webSocketService(t, (socket) =>
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary })),
  );
  const { port } = await stand(t, upstream.port);
  const socket = await connect(t, port);
  for (const size of [0, 1, 125, 126, 65_535, 65_536, 1_000_003, 20 * 1024 * 1024]) {
    const message = randomBytes(size);
    socket.send(message);
    const [echo] = (await once(socket, "message")) as [Buffer];
    assert.equal(sha256(echo), sha256(message), `${size} bytes`);
  }
  socket.send("text");
  const [text, isBinary] = (await once(socket, "message")) as [Buffer, boolean];
  assert.deepEqual([String(text), isBinary], ["text", false]);
});

test("pings and pongs go through from either side", async (t) => {
  let server: WebSocket | undefined;
  const upstream = await webSocketService(t, (socket) => (server = socket));
  const { port } = await stand(t, upstream.port);
  const socket = await connect(t, port);
  socket.ping("from the caller");
  const [pong] = (await once(socket, "pong")) as [Buffer];
  server?.ping("from the service");
  const [back] = (await once(server as WebSocket, "pong")) as [Buffer];
  assert.deepEqual([String(pong), String(back)], ["from the caller", "from the service"]);
});

for (const first of ["caller", "service"] as const) {
  test(`a close that the ${first} begins reaches the other with its code and reason`, async (t) => {
    let server: WebSocket | undefined;
    const upstream = await webSocketService(t, (socket) => (server = socket));
    const { port, exchanges } = await stand(t, upstream.port);
    const socket = await connect(t, port);
    const [closing, other] =
      first === "caller" ? [socket, server as WebSocket] : [server as WebSocket, socket];
    const seen = once(other, "close");
    const answered = once(closing, "close");
    closing.close(4001, "enough");
    const [code, reason] = (await seen) as [number, Buffer];
    assert.deepEqual([code, String(reason)], [4001, "enough"]);
    assert.equal((await answered)[0], 4001);
    assert.ok(await eventually(() => exchanges().done === 1));
  });

  test(`when the ${first} is torn down, the other's connection ends within a second`, async (t) => {
    let server: WebSocket | undefined;
    const upstream = await webSocketService(t, (socket) => (server = socket));
    const { port } = await stand(t, upstream.port);
    const socket = await connect(t, port);
    const [dying, other] =
      first === "caller" ? [socket, server as WebSocket] : [server as WebSocket, socket];
    other.on("error", () => {});
    dying.terminate();
    assert.ok(await eventually(() => other.readyState === WebSocket.CLOSED, 1_000));
  });
}

const upgrade = get("/", "Connection: Upgrade\r\nUpgrade: lines/1\r\n");
const switching = "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: lines/1\r\n\r\n";

test("another protocol is tunnelled too, with what either side sends at once", async (t) => {
  let received = "";
  const upstream = await rawService(t, (socket) => {
    let head = true;
    socket.on("end", () => socket.end());
    socket.on("data", (part: Buffer) => {
      received += part.toString("latin1");
      if (head) socket.write(`${switching}hello\n`);
      head = false;
    });
  });
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  await connection.send(`${upgrade}early\n`);
  const { received: got } = await connection.wait((seen) => seen.received.includes("hello\n"));
  assert.match(got.toString("latin1"), /^HTTP\/1\.1 101 [^]*\r\n\r\nhello\n$/);
  assert.match(got.toString("latin1"), /^upgrade: lines\/1\r$/im);
  assert.ok(await eventually(() => received.endsWith("\r\n\r\nearly\n")), received);
  assert.match(received, /^connection: upgrade\r$/im);
});

test("more than is kept ahead, sent right behind the request, is tunnelled whole", async (t) => {
  let count = 0;
  const upstream = await rawService(t, (socket) => {
    let head = "";
    socket.on("end", () => socket.end());
    socket.on("data", (part: Buffer) => {
      count += part.length;
      if (head.length === 0) void pause(200).then(() => socket.write(switching));
      head += "seen";
    });
  });
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  const early = Buffer.alloc(1024 * 1024, "e");
  connection.socket.write(upgrade);
  connection.socket.write(early);
  assert.ok(await eventually(() => count > early.length, 5_000), `${count} bytes arrived`);
});

test("each half of a tunnel may end on its own, the caller's first", async (t) => {
  const upstream = await rawService(t, (socket) => {
    socket.once("data", () => socket.write(switching));
    socket.on("end", () => {
      socket.write("still here\n");
      void pause(100).then(() => socket.end("bye\n"));
    });
  });
  const { port, exchanges } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  await connection.send(upgrade);
  await connection.wait((seen) => seen.responses.length === 1);
  connection.socket.end();
  const { received, closed, reset } = await connection.wait(() => false);
  assert.ok(received.toString("latin1").endsWith("still here\nbye\n"));
  assert.deepEqual([closed, reset], [true, false]);
  assert.ok(await eventually(() => exchanges().done === 1));
});

test("each half of a tunnel may end on its own, the service's first", async (t) => {
  let received = "";
  const upstream = await rawService(t, (socket) => {
    socket.once("data", () => socket.end(`${switching}bye\n`));
    socket.on("data", (part: Buffer) => (received += part.toString("latin1")));
  });
  const { port, exchanges } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  await connection.send(upgrade);
  const { closed } = await connection.wait(() => false);
  assert.equal(closed, true);
  await connection.send("one more\n");
  assert.ok(await eventually(() => received.endsWith("one more\n")));
  assert.equal(exchanges().done, 0);
  connection.socket.end();
  assert.ok(await eventually(() => exchanges().done === 1 && upstream.closed() === 1));
});

test("a caller that half-closed before the 101 has its FIN carried on", async (t) => {
  let ended = false;
  const upstream = await rawService(t, (socket) => {
    socket.once("data", () => void pause(200).then(() => socket.write(switching)));
    socket.on("end", () => {
      ended = true;
      socket.end("whole\n");
    });
  });
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  connection.socket.end(upgrade);
  const { received } = await connection.wait(() => false);
  assert.deepEqual([ended, received.toString("latin1").endsWith("whole\n")], [true, true]);
});

test("an upgrade that the service refuses ends in its ordinary answer", async (t) => {
  const upstream = await rawService(t, answering(ok("plain")));
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  await connection.send(upgrade);
  await connection.wait((seen) => finals(seen) === 1);
  await connection.send(get("/next"));
  const { responses } = await connection.wait((seen) => finals(seen) === 2);
  assert.deepEqual(
    responses.map(({ status, body }) => [status, body]),
    [
      [200, "plain"],
      [200, "plain"],
    ],
  );
});

test("ws hears of a refused upgrade with its status", async (t) => {
  const upstream = await rawService(t, answering("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"));
  const { port } = await stand(t, upstream.port);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/up/`);
  socket.on("error", () => {});
  atEnd(t, () => socket.terminate());
  const [, answer] = (await once(socket, "unexpected-response")) as [
    unknown,
    { statusCode: number },
  ];
  assert.equal(answer.statusCode, 403);
});

test("a 101 that nobody asked for is a malformed answer", async (t) => {
  const upstream = await rawService(t, answering(switching));
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  await connection.send(get());
  const { responses } = await connection.wait((seen) => finals(seen) === 1);
  assert.equal(responses[0]?.status, 502);
  assert.equal(fieldOf(responses[0], "parlance-fault"), "service");
});

test("h2c is not offered onward as an upgrade", async (t) => {
  let received = "";
  const upstream = await rawService(t, (socket) => {
    socket.on("data", (part: Buffer) => {
      received += part.toString("latin1");
      socket.write(ok("plain"));
    });
  });
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  const fields = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n";
  await connection.send(get("/", fields));
  await connection.wait((seen) => finals(seen) === 1);
  assert.doesNotMatch(received, /upgrade|http2-settings/i);
});
