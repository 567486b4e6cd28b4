/** Callers that read late: all that the service sent still comes, whatever it did meanwhile. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import net from "node:net";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { seededRandom } from "#tests/conformance/fuzz/seeded-random.ts";
import { atEnd, caller, get, rawService, stand } from "./stand.ts";

const size = 24 * 1024 * 1024 + 17;
const body = Buffer.alloc(size, "0123456789abcdef~");

/** Everything on a connection that is left unread for a while. */
async function readLate(port: number, request: string, endsWith?: string): Promise<Buffer> {
  const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
  const parts: Buffer[] = [];
  socket.on("error", () => {});
  socket.write(request);
  await pause(400);
  return new Promise((resolve) => {
    socket.on("data", (part: Buffer) => {
      parts.push(part);
      if (endsWith !== undefined && part.toString("latin1").endsWith(endsWith)) socket.end();
    });
    socket.on("close", () => resolve(Buffer.concat(parts)));
  });
}

const bodyOf = (bytes: Buffer) => bytes.subarray(bytes.indexOf("\r\n\r\n") + 4);

function unchunk(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const end = bytes.indexOf("\r\n", at);
    const length = Number.parseInt(bytes.toString("latin1", at, end), 16);
    if (!(length > 0)) return Buffer.concat(parts);
    parts.push(bytes.subarray(end + 2, end + 2 + length));
    at = end + 4 + length;
  }
}

test("a service that closes behind its answer loses none of it", async (t) => {
  const upstream = await rawService(t, (socket) =>
    socket.once("data", () => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      socket.end(body);
    }),
  );
  const { port } = await stand(t, upstream.port);
  const received = await readLate(port, get("/", "Connection: close\r\n"));
  assert.ok(bodyOf(received).equals(body));
});

test("an answer up to the close comes whole, with its last chunk", async (t) => {
  const upstream = await rawService(t, (socket) =>
    socket.once("data", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.end(body);
    }),
  );
  const { port } = await stand(t, upstream.port);
  const received = await readLate(port, get("/", "Connection: close\r\n"));
  assert.ok(received.toString("latin1", received.length - 7) === "\r\n0\r\n\r\n");
  assert.ok(unchunk(bodyOf(received)).equals(body));
});

test("trailers come behind a chunked body", async (t) => {
  const upstream = await rawService(t, (socket) =>
    socket.once("data", () => {
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      for (let at = 0; at < size; at += 100_000) {
        const part = body.subarray(at, at + 100_000);
        socket.write(`${part.length.toString(16)}\r\n`);
        socket.write(part);
        socket.write("\r\n");
      }
      socket.write("0\r\nX-Sum: 1\r\n\r\n");
    }),
  );
  const { port } = await stand(t, upstream.port);
  const received = await readLate(port, get("/", "Connection: close\r\n"));
  assert.ok(received.toString("latin1").endsWith("\r\n0\r\nX-Sum: 1\r\n\r\n"));
  assert.ok(unchunk(bodyOf(received)).equals(body));
});

test("an answer that was cut off is cut for a late reader, too", async (t) => {
  const upstream = await rawService(t, (socket) =>
    socket.once("data", () => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      socket.write(body.subarray(0, size - 1000), () => socket.end());
    }),
  );
  const { port } = await stand(t, upstream.port);
  const received = bodyOf(await readLate(port, get()));
  assert.equal(received.length, size - 1000);
  assert.ok(received.equals(body.subarray(0, received.length)));
});

test("a pipelined request waits until the answer before it is taken", async (t) => {
  const small = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsmall";
  const upstream = await rawService(t, (socket) =>
    socket.on("data", (part: Buffer) => {
      if (part.includes("/small")) return void socket.write(small);
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      socket.write(body);
    }),
  );
  const { port } = await stand(t, upstream.port);
  const requests = get("/large") + get("/small", "Connection: close\r\n");
  const received = bodyOf(await readLate(port, requests));
  assert.ok(received.subarray(0, size).equals(body));
  assert.ok(received.toString("latin1", size).endsWith("small"));
});

test("many slow callers at once get each their own bytes", async (t) => {
  const digests = new Map<string, string>();
  const upstream = await rawService(t, (socket) =>
    socket.on("data", (part: Buffer) => {
      const name = /\/(\d+) /.exec(part.toString("latin1"))?.[1] ?? "";
      const random = seededRandom(Number(name));
      const own = Buffer.alloc(200_000 + random.below(3_000_000), `<${name}>`);
      digests.set(name, createHash("sha256").update(own).digest("hex"));
      const head = `HTTP/1.1 200 OK\r\nX-Name: ${name}\r\nContent-Length: ${own.length}\r\n\r\n`;
      socket.write(Buffer.concat([Buffer.from(head), own]));
    }),
  );
  const { port } = await stand(t, upstream.port);
  const one = async (index: number): Promise<void> => {
    const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
    atEnd(t, () => socket.destroy());
    const random = seededRandom(1_000 + index);
    for (let round = 0; round < 3; round++) {
      const name = String(index * 10 + round);
      socket.write(get(`/${name}`));
      let received: Buffer = Buffer.alloc(0);
      for (;;) {
        const head = received.indexOf("\r\n\r\n");
        const text = received.toString("latin1", 0, Math.max(head, 0));
        const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? Infinity);
        if (received.length >= head + 4 + length) break;
        const more = await new Promise<Buffer>((resolve) => {
          socket.once("data", (part: Buffer) => {
            socket.pause();
            resolve(part);
          });
          socket.resume();
        });
        received = Buffer.concat([received, more]);
        if (random.below(4) === 0) await pause(random.below(8));
      }
      const digest = createHash("sha256").update(bodyOf(received)).digest("hex");
      assert.equal(digest, digests.get(name), `caller ${index}, round ${round}`);
    }
  };
  await Promise.all(Array.from({ length: 24 }, (_, index) => one(index)));
});

test("a slow caller does not hold up another on the same instance", async (t) => {
  const upstream = await rawService(t, (socket) =>
    socket.on("data", (part: Buffer) => {
      if (part.includes("/small")) {
        return void socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      }
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      socket.write(body);
    }),
  );
  const { port } = await stand(t, upstream.port);
  const slow = await caller(t, port);
  slow.socket.pause();
  await slow.send(get("/large"));
  await pause(200);
  const quick = await caller(t, port);
  for (let count = 1; count <= 20; count++) {
    await quick.send(get("/small"));
    const { responses } = await quick.wait((seen) => seen.responses.length === count);
    assert.equal(responses[count - 1]?.body, "ok");
  }
});
