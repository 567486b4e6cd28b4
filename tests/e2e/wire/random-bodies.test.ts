/** Bodies of odd sizes in odd pieces, framed anew on the way back: what went in comes out. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import http from "node:http";
import type net from "node:net";
import test from "node:test";
import { seededRandom, type SeededRandom } from "#tests/conformance/fuzz/seeded-random.ts";
import { httpService, rawService, stand } from "./stand.ts";

const cases = 200;
const atOnce = 8;

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

function randomBody(random: SeededRandom): Buffer {
  const scale = [10, 1_000, 70_000, 400_000][random.below(4)] as number;
  const body = Buffer.allocUnsafe(random.below(scale));
  for (let at = 0; at < body.length; at++) body[at] = random.below(256);
  return body;
}

function randomChunks(random: SeededRandom, body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const count = Math.min(body.length - at, 1 + random.below(random.below(2) === 0 ? 20 : 90_000));
    const size = count.toString(16);
    const extension = random.below(4) === 0 ? ';note="a;b"' : "";
    const zeros = "0".repeat(random.below(3));
    parts.push(Buffer.from(`${zeros}${size}${extension}\r\n`), body.subarray(at, at + count));
    parts.push(Buffer.from("\r\n"));
    at += count;
  }
  parts.push(Buffer.from("0\r\n\r\n"));
  return Buffer.concat(parts);
}

/** In pieces that reach the kernel one by one. */
async function writeSplit(random: SeededRandom, socket: net.Socket, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const count = Math.min(
      bytes.length - at,
      1 + random.below(random.below(3) === 0 ? 40 : 60_000),
    );
    if (socket.destroyed) return;
    await new Promise((sent) => socket.write(bytes.subarray(at, at + count), sent));
    if (random.below(3) === 0) await new Promise(setImmediate);
    at += count;
  }
}

test("random bodies in random pieces and framings pass both ways unaltered", async (t) => {
  const seed = Date.now() % 1_000_000;
  t.diagnostic(`seed ${seed}`);
  let next = 0;
  const echo = await httpService(t, (request, response) => {
    const random = seededRandom(seed + Number(request.headers["x-case"]));
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts);
      const { socket } = response;
      assert.ok(socket !== null);
      const framing = random.below(3);
      const lines = [`Content-Length: ${body.length}\r\n`, "Transfer-Encoding: chunked\r\n", ""][
        framing
      ];
      const head = Buffer.from(
        `HTTP/1.1 200 OK\r\nConnection: close\r\nX-Sha: ${sha256(body)}\r\n${lines}\r\n`,
      );
      response.detachSocket(socket);
      const bytes = framing === 1 ? randomChunks(random, body) : body;
      void writeSplit(random, socket, Buffer.concat([head, bytes])).then(() => socket.end());
    });
  });
  const { port } = await stand(t, echo.port);

  const one = async (index: number): Promise<void> => {
    const random = seededRandom(seed + index);
    const body = randomBody(random);
    const chunked = random.below(2) === 0;
    const headers = chunked
      ? { "Transfer-Encoding": "chunked" }
      : { "Content-Length": body.length };
    const got = await new Promise<http.IncomingMessage & { body: Buffer }>((resolve, reject) => {
      const request = http.request({
        port,
        path: "/up/",
        method: "POST",
        agent: false,
        headers: { ...headers, "X-Case": index },
      });
      request.on("error", reject).on("response", (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part)).on("error", reject);
        answer.on("end", () => resolve(Object.assign(answer, { body: Buffer.concat(parts) })));
      });
      request.flushHeaders();
      request.on("socket", (socket) =>
        socket.once("connect", () => {
          const bytes = chunked ? randomChunks(random, body) : body;
          void writeSplit(random, socket, bytes);
        }),
      );
    });
    const label = `seed ${seed}, case ${index}, ${body.length} bytes`;
    assert.equal(got.headers["x-sha"], sha256(body), `${label}: as the service saw it`);
    assert.equal(sha256(got.body), sha256(body), `${label}: as it came back`);
  };
  const worker = async (): Promise<void> => {
    while (next < cases) await one(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  assert.ok(next >= cases);
});

test("messages in a tunnel pass unaltered in random pieces", async (t) => {
  const random = seededRandom(7);
  const upstream = await rawService(t, (socket) => {
    let head = true;
    socket.on("data", (part: Buffer) => {
      if (!head) return void socket.write(part);
      head = false;
      socket.write("HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
    });
    socket.on("end", () => socket.end());
  });
  const { port } = await stand(t, upstream.port);
  const body = Buffer.concat(Array.from({ length: 12 }, () => randomBody(random)));
  const request = http.request({
    port,
    path: "/up/",
    agent: false,
    headers: { Connection: "upgrade", Upgrade: "echo" },
  });
  const returned = await new Promise<Buffer>((resolve, reject) => {
    request.on("error", reject).on("upgrade", (_answer, socket: net.Socket, first: Buffer) => {
      const parts = [first];
      socket.on("data", (part: Buffer) => parts.push(part));
      socket.on("end", () => resolve(Buffer.concat(parts)));
      void writeSplit(random, socket, body).then(() => socket.end());
    });
    request.end();
  });
  assert.equal(sha256(returned), sha256(body));
});
