/** Answers over HTTP/2 and TLS, whose ends are held until their exchange is on record. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { ClientHttp2Stream, IncomingHttpHeaders } from "node:http2";
import test, { type TestContext } from "node:test";
import tls from "node:tls";
import { setTimeout as pause } from "node:timers/promises";
import { openSession } from "#tests/e2e/http2/client.ts";
import { answering, atEnd, eventually, get, ok, rawService } from "#tests/e2e/wire/stand.ts";
import { issueCertificate, makeAuthority } from "#tests/support/certificates.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { testReceipt } from "#tests/support/hand-recorder.ts";
import { heldStand, untilWaiting } from "./held-stand.ts";

interface Seen {
  readonly stream: ClientHttp2Stream;
  head: IncomingHttpHeaders | undefined;
  body: string;
  trailers: IncomingHttpHeaders | undefined;
  ended: boolean;
  closed: boolean;
}

function ask(t: TestContext, port: number, fields: Record<string, string> = {}): Seen {
  const session = openSession({ after: (close) => atEnd(t, close as () => void) }, port);
  const stream = session.request({ ":path": "/up/", ...fields });
  const seen: Seen = {
    stream,
    head: undefined,
    body: "",
    trailers: undefined,
    ended: false,
    closed: false,
  };
  stream.on("response", (head) => (seen.head = head));
  stream.on("trailers", (trailers) => (seen.trailers = trailers));
  stream.on("data", (part: Buffer) => (seen.body += part.toString("latin1")));
  stream.on("end", () => (seen.ended = true));
  stream.on("error", () => undefined);
  stream.on("close", () => (seen.closed = true));
  return seen;
}

const chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const wholes = {
  "with a length": [ok("hello"), "GET", "hello"],
  "in chunks, that comes at once": [`${chunkedHead}3\r\nabc\r\n0\r\n\r\n`, "GET", "abc"],
  "in chunks with trailers, that comes at once": [
    `${chunkedHead}3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n`,
    "GET",
    "abc",
  ],
  "to HEAD": ["HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n", "HEAD", ""],
  "without a body": ["HTTP/1.1 204 No Content\r\n\r\n", "GET", ""],
} as const;

for (const [name, [answer, method, body]] of Object.entries(wholes)) {
  test(`over HTTP/2 nothing of an answer ${name} leaves before its record`, async (t) => {
    const upstream = await rawService(t, answering(answer));
    const gateway = await heldStand(t, upstream.port);
    const seen = ask(t, gateway.port, { ":method": method });
    await untilWaiting(gateway);
    assert.deepEqual([seen.head, seen.body, seen.ended], [undefined, "", false]);
    gateway.recorder.settle();
    assert.ok(await eventually(() => seen.closed));
    assert.equal(seen.head?.["parlance-receipt"], testReceipt);
    assert.equal(seen.body, body);
    assert.equal(seen.stream.rstCode, 0);
    assert.equal(seen.trailers?.["x-sum"], answer.includes("X-Sum") ? "1" : undefined);
  });
}

for (const te of ["trailers", ""] as const) {
  for (const [name, first, rest, before, body] of [
    ["with a length", ok("x".repeat(50_000)), "", "x".repeat(49_999), "x".repeat(50_000)],
    ["in chunks", `${chunkedHead}3\r\nabc\r\n`, "0\r\nX-Sum: 1\r\n\r\n", "abc", "abc"],
  ] as const) {
    test(`over HTTP/2 the end of an answer ${name} waits, TE being "${te}"`, async (t) => {
      const upstream = await rawService(t, (socket) => {
        socket.once("data", () => {
          socket.write(first);
          setTimeout(() => socket.write(rest), 20);
        });
      });
      const gateway = await heldStand(t, upstream.port);
      const seen = ask(t, gateway.port, te === "" ? {} : { te });
      await untilWaiting(gateway);
      assert.ok(seen.body === before, `${seen.body.length} octets`);
      assert.deepEqual([seen.ended, seen.trailers], [false, undefined]);
      gateway.recorder.settle();
      assert.ok(await eventually(() => seen.closed));
      assert.ok(seen.body === body);
      assert.equal(seen.stream.rstCode, 0);
      assert.equal(seen.head?.["parlance-receipt"], undefined);
      assert.equal(seen.trailers?.["parlance-receipt"], te === "" ? undefined : testReceipt);
      if (name === "in chunks") assert.equal(seen.trailers?.["x-sum"], "1");
    });
  }
}

test("over HTTP/2 a whole answer gives way to a problem, a begun one is reset", async (t) => {
  const upstream = await rawService(t, (socket) => {
    socket.on("data", (bytes: Buffer) => {
      socket.write(bytes.includes("/long") ? ok("x".repeat(50_000)) : ok("secret"));
    });
  });
  const gateway = await heldStand(t, upstream.port);
  const whole = ask(t, gateway.port);
  await untilWaiting(gateway);
  gateway.recorder.settle("failed");
  assert.ok(await eventually(() => whole.closed));
  assert.equal(whole.head?.[":status"], 503);
  assert.match(whole.body, /"code":"ledger-unavailable"/);
  const begun = ask(t, gateway.port, { ":path": "/up/long" });
  await untilWaiting(gateway);
  gateway.recorder.settle("failed");
  assert.ok(await eventually(() => begun.closed));
  assert.notEqual(begun.stream.rstCode, 0);
  assert.ok(begun.body.length < 50_000);
  assert.equal(gateway.recorder.records.length, 2);
});

test("over HTTP/2 a stream that is reset while its answer is held is noticed", async (t) => {
  const upstream = await rawService(t, answering(ok("hello")));
  const gateway = await heldStand(t, upstream.port);
  const seen = ask(t, gateway.port);
  await untilWaiting(gateway);
  seen.stream.close(8);
  assert.ok(await eventually(() => gateway.exchanges().done === 1));
  gateway.recorder.settle();
  await pause(20);
  assert.equal(seen.head, undefined);
  assert.equal(gateway.exchanges().done, 1);
});

test("over HTTP/2 a part of a stream passes at once", async (t) => {
  const upstream = await rawService(t, (socket) => {
    socket.once("data", () => socket.write(`${chunkedHead}b\r\ndata: one\n\n\r\n`));
  });
  const gateway = await heldStand(t, upstream.port);
  const seen = ask(t, gateway.port);
  assert.ok(await eventually(() => seen.body === "data: one\n\n"));
  assert.equal(gateway.recorder.records.length, 0);
  upstream.sockets[0]?.write("0\r\n\r\n");
  await untilWaiting(gateway);
  assert.equal(seen.ended, false);
  gateway.recorder.settle();
  assert.ok(await eventually(() => seen.closed && seen.ended));
});

test("under TLS nothing of a small answer and not the last byte of a long one leaves", async (t) => {
  const folder = temporaryFolder({ after: (close) => atEnd(t, close as () => void) });
  const authority = makeAuthority(folder, "authority");
  const files = issueCertificate(folder, "own", authority, ["DNS:localhost"]);
  const upstream = await rawService(t, (socket) => {
    socket.on("data", (bytes: Buffer) => {
      socket.write(bytes.includes("/long") ? ok("x".repeat(200_000)) : ok("hello"));
    });
  });
  const certificates = [{ cert: files.certFile, key: files.keyFile }];
  const gateway = await heldStand(t, upstream.port, {
    configuration: { listen: { tls: { certificates } } },
  });
  const ca = readFileSync(authority.certFile);
  const socket = tls.connect({ port: gateway.port, host: "localhost", ca });
  atEnd(t, () => socket.destroy());
  let text = "";
  socket.on("data", (part: Buffer) => (text += part.toString("latin1")));
  socket.write(get());
  await untilWaiting(gateway);
  assert.equal(text, "");
  gateway.recorder.settle();
  assert.ok(await eventually(() => text.endsWith("\r\n\r\nhello")));
  assert.ok(text.includes(`\r\nParlance-Receipt: ${testReceipt}\r\n`));
  text = "";
  socket.write(get("/long"));
  await untilWaiting(gateway);
  const bodyLength = (): number => text.length - text.indexOf("\r\n\r\n") - 4;
  assert.ok(await eventually(() => bodyLength() === 199_999));
  await pause(30);
  assert.equal(bodyLength(), 199_999);
  gateway.recorder.settle();
  assert.ok(await eventually(() => bodyLength() === 200_000));
});
