/**
 * Caller and service in a process of their own, so that the memory of the test's process is the
 * gateway's. Sends random bytes as fast as it is let, reads them in starts and stops, and says
 * what digest went in and what came out.
 */
import { createHash, type Hash } from "node:crypto";
import { once } from "node:events";
import net from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import tls from "node:tls";

export type Framing = "length" | "chunked" | "close";

export interface Transfer {
  readonly port: number;
  readonly direction: "down" | "up";
  readonly framing: Framing;
  readonly bytes: number;
  readonly encrypted: boolean;
}

export interface Transferred {
  readonly sent: string;
  readonly arrived: string;
  readonly bytes: number;
}

const block = Buffer.alloc(997 * 1024);
for (let at = 0; at < block.length; at++) block[at] = Math.floor(Math.random() * 256);
let current: Transfer | undefined;
let sentDigest = "";
let arrived: { digest: string; bytes: number } | undefined;

async function sendBody(socket: net.Socket, { bytes, framing }: Transfer): Promise<void> {
  const hash = createHash("sha256");
  for (let sent = 0; sent < bytes;) {
    const part = block.subarray(0, Math.min(block.length, bytes - sent));
    hash.update(part);
    sent += part.length;
    if (framing === "chunked") socket.write(`${part.length.toString(16)}\r\n`);
    const taken = socket.write(part);
    if (framing === "chunked") socket.write("\r\n");
    if (!taken) await once(socket, "drain");
  }
  sentDigest = hash.digest("hex");
  if (framing === "chunked") socket.write("0\r\n\r\n");
}

const framingLine = ({ framing, bytes }: Transfer): string =>
  framing === "length"
    ? `Content-Length: ${bytes}\r\n`
    : framing === "chunked"
      ? "Transfer-Encoding: chunked\r\n"
      : "";

/** Reads one message's body from behind its head, resting now and then. */
async function readBody(socket: net.Socket): Promise<{ digest: string; bytes: number }> {
  let pending: Buffer = Buffer.alloc(0);
  const hash = createHash("sha256");
  let bytes = 0;
  let rested = 0;
  const more = async (): Promise<boolean> => {
    const { done, value } = await parts.next();
    if (done === true) return false;
    pending = pending.length === 0 ? value : Buffer.concat([pending, value]);
    return true;
  };
  const parts = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const take = async (count: number, into?: Hash): Promise<void> => {
    while (count > 0) {
      if (pending.length === 0 && !(await more())) throw new Error("the body is cut off");
      const part = pending.subarray(0, count);
      into?.update(part);
      if (into !== undefined) bytes += part.length;
      pending = pending.subarray(part.length);
      count -= part.length;
      if (bytes - rested < 8 * 1024 * 1024) continue;
      rested = bytes;
      await pause(40);
    }
  };
  const until = async (mark: string): Promise<string> => {
    for (;;) {
      const at = pending.indexOf(mark);
      if (at >= 0) {
        const text = pending.toString("latin1", 0, at);
        pending = pending.subarray(at + mark.length);
        return text;
      }
      if (!(await more())) throw new Error("cut off within a line");
    }
  };
  const head = await until("\r\n\r\n");
  await pause(300);
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  if (length !== undefined) await take(Number(length), hash);
  else if (/transfer-encoding: chunked/i.test(head)) {
    for (;;) {
      const size = Number.parseInt(await until("\r\n"), 16);
      if (size === 0) break;
      await take(size, hash);
      await take(2);
    }
  } else {
    do {
      await take(pending.length, hash);
    } while (await more());
  }
  return { digest: hash.digest("hex"), bytes };
}

const server = net.createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => {});
  const transfer = current as Transfer;
  if (transfer.direction === "up") {
    void readBody(socket).then((result) => {
      arrived = result;
      socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    });
    return;
  }
  socket.once("data", () => {
    socket.write(`HTTP/1.1 200 OK\r\nConnection: close\r\n${framingLine(transfer)}\r\n`);
    void sendBody(socket, transfer).then(() => socket.end());
  });
});

async function run(transfer: Transfer): Promise<Transferred> {
  const { port, encrypted, direction, framing } = transfer;
  current = transfer;
  arrived = undefined;
  const socket = encrypted
    ? tls.connect({ port, host: "127.0.0.1", rejectUnauthorized: false })
    : net.connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, encrypted ? "secureConnect" : "connect");
  // A close-delimited answer without its chunks is what HTTP/1.0 callers get.
  const version = framing === "close" ? "1.0" : "1.1";
  if (direction === "down") {
    socket.write(`GET /up/ HTTP/${version}\r\nHost: a\r\n\r\n`);
    arrived = await readBody(socket);
  } else {
    socket.write(`POST /up/ HTTP/1.1\r\nHost: a\r\n${framingLine(transfer)}\r\n`);
    await sendBody(socket, transfer);
    const [answer] = (await once(socket, "data")) as [Buffer];
    if (!answer.includes("200 OK")) throw new Error(answer.toString("latin1"));
  }
  socket.destroy();
  const { digest, bytes } = arrived ?? { digest: "", bytes: 0 };
  return { sent: sentDigest, arrived: digest, bytes };
}

server.listen(0, "127.0.0.1", () => {
  process.send?.({ port: (server.address() as net.AddressInfo).port });
});
process.on("message", (transfer: Transfer) => {
  run(transfer).then(
    (result) => process.send?.(result),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
