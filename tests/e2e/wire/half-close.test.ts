/** A caller that sends FIN behind its request still waits for the answer (decision 0008). */
import assert from "node:assert/strict";
import type net from "node:net";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { caller, get, ok, post, rawService, stand } from "./stand.ts";

type Play = (socket: net.Socket) => Promise<void>;

const chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

const plays: Readonly<Record<string, Play>> = {
  "at once": async (socket) => void socket.write(ok("abcdef")),
  "after 1.5 s": async (socket) => {
    await pause(1_500);
    socket.write(ok("abcdef"));
  },
  "after 1.5 s, then in pieces": async (socket) => {
    await pause(1_500);
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n");
    for (const octet of "abcdef") {
      await pause(200);
      socket.write(octet);
    }
  },
  "in chunks": async (socket) => {
    socket.write(chunkedHead);
    for (const octet of "abcdef") {
      await pause(300);
      socket.write(`1\r\n${octet}\r\n`);
    }
    socket.write("0\r\n\r\n");
  },
  "up to the close": async (socket) => {
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    for (const octet of "abcdef") {
      await pause(100);
      socket.write(octet);
    }
    socket.end();
  },
};

for (const [title, play] of Object.entries(plays)) {
  for (const [kind, request] of Object.entries({ GET: get(), POST: post("/", "body") })) {
    test(`a half-closed caller gets the whole answer to ${kind} that comes ${title}`, async (t) => {
      const upstream = await rawService(t, (socket) =>
        socket.once("data", () => void play(socket)),
      );
      const { port } = await stand(t, upstream.port);
      const connection = await caller(t, port);
      connection.socket.end(request);
      const { responses, closed, reset, error } = await connection.wait(() => false, 4_000);
      const final = responses.find(({ status }) => status >= 200);
      assert.deepEqual(
        [error, final?.status, final?.body, final?.complete, closed, reset],
        [undefined, 200, "abcdef", true, true, false],
      );
    });
  }
}

test("an HTTP/1.0 caller that half-closes waits without interim answers", async (t) => {
  const upstream = await rawService(t, (socket) =>
    socket.once("data", () => void plays["after 1.5 s"]?.(socket)),
  );
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  connection.socket.end("GET /up/ HTTP/1.0\r\n\r\n");
  const { responses } = await connection.wait(() => false, 4_000);
  assert.deepEqual(
    responses.map(({ status, body }) => [status, body]),
    [[200, "abcdef"]],
  );
});

test("a half-closed caller that reads slowly still gets a large answer", async (t) => {
  const size = 32 * 1024 * 1024;
  const upstream = await rawService(t, (socket) =>
    socket.once("data", () => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      socket.write(Buffer.alloc(size, "x"));
    }),
  );
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  connection.socket.removeAllListeners("data");
  let count = 0;
  connection.socket.on("data", (part: Buffer) => (count += part.length));
  connection.socket.end(get());
  connection.socket.pause();
  await pause(1_500);
  connection.socket.resume();
  await connection.wait(() => false, 4_000);
  assert.ok(count > size, `${count} bytes of ${size}`);
});

test("a request whose body is cut by FIN is given up and never completed", async (t) => {
  let received = "";
  let ended = false;
  const upstream = await rawService(t, (socket) => {
    socket.on("data", (part: Buffer) => (received += part.toString("latin1")));
    socket.on("end", () => (ended = true)).on("error", () => (ended = true));
  });
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  connection.socket.end(post("/", "whole").slice(0, -2));
  const { closed, responses } = await connection.wait(() => false);
  await pause(50);
  assert.deepEqual([closed, responses.length, ended], [true, 0, true]);
  assert.ok(received.endsWith("\r\n\r\nwho"), received);
});
