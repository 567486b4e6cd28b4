/** Every form that an answer has in HTTP/1.x: its end leaves when its record is durable. */
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { answering, caller, get, ok, rawService } from "#tests/e2e/wire/stand.ts";
import { testReceipt } from "#tests/support/hand-recorder.ts";
import { finals } from "#tests/support/raw-http.ts";
import { fieldOf } from "#tests/support/read-responses.ts";
import { heldStand, received, untilWaiting } from "./held-stand.ts";

const old = "GET /up/ HTTP/1.0\r\nHost: gateway\r\n\r\n";
const oldKept = "GET /up/ HTTP/1.0\r\nHost: gateway\r\nConnection: keep-alive\r\n\r\n";
const chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const closeHead = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";

/** Sends the pieces one after the other as soon as a request is there, then may close. */
function sending(...pieces: readonly (string | "close")[]): (socket: Socket) => void {
  return (socket) =>
    socket.once("data", () => {
      void (async () => {
        for (const piece of pieces) {
          if (piece === "close") socket.end();
          else socket.write(piece, "latin1");
          await pause(20);
        }
      })();
    });
}

interface WholeCase {
  readonly request?: string;
  readonly method?: string;
  readonly service: (socket: Socket) => void;
  readonly body: string;
  readonly status?: number;
}

const wholeCases: Readonly<Record<string, WholeCase>> = {
  "with a length": { service: answering(ok("hello")), body: "hello" },
  "with a length, that comes in pieces": {
    service: sending("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "def", "ghi"),
    body: "abcdefghi",
  },
  "in chunks, that comes at once": {
    service: answering(`${chunkedHead}3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n`),
    body: "abcde",
  },
  "in chunks, that has none": { service: answering(`${chunkedHead}0\r\n\r\n`), body: "" },
  "to HEAD": {
    request: get().replace("GET", "HEAD"),
    method: "HEAD",
    service: answering("HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n"),
    body: "",
  },
  "204": { service: answering("HTTP/1.1 204 No Content\r\n\r\n"), body: "", status: 204 },
  "304": {
    service: answering('HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'),
    body: "",
    status: 304,
  },
  "without a body": { service: answering(ok("")), body: "" },
  "to HTTP/1.0": { request: oldKept, service: answering(ok("hello")), body: "hello" },
  "of no route": {
    request: "GET /no HTTP/1.1\r\nHost: g\r\n\r\n",
    service: noService,
    body: "*",
    status: 404,
  },
  "of a malformed request": {
    request: "GET /up/ HTTP/1.1\r\n\r\n",
    service: noService,
    body: "*",
    status: 400,
  },
  "of the gateway itself": {
    request: "GET /readyz HTTP/1.1\r\nHost: g\r\n\r\n",
    service: noService,
    body: "ready\n",
  },
};

function noService(socket: Socket): void {
  socket.destroy();
}

for (const [
  name,
  { request = get(), method = "GET", service, body, status = 200 },
] of Object.entries(wholeCases)) {
  test(`of an answer ${name} nothing leaves before its record, then all in one write`, async (t) => {
    const upstream = await rawService(t, service);
    const gateway = await heldStand(t, upstream.port);
    const connection = await caller(t, gateway.port, [method]);
    await connection.send(request);
    await untilWaiting(gateway);
    assert.equal(await received(connection), "");
    const parts: Buffer[] = [];
    connection.socket.on("data", (part: Buffer) => parts.push(part));
    gateway.recorder.settle();
    const { responses, error } = await connection.wait((seen) => finals(seen) === 1);
    assert.equal(error, undefined);
    assert.equal(responses[0]?.complete, true);
    assert.equal(responses[0]?.status, status);
    assert.equal(fieldOf(responses[0], "parlance-receipt"), testReceipt);
    if (body !== "*") assert.equal(responses[0]?.body, body);
    assert.equal(parts.length, 1, "one write");
    assert.equal(gateway.recorder.records.length, 1);
    assert.equal(gateway.recorder.records[0]?.status, status);
  });
}

interface StreamedCase {
  readonly request?: string;
  readonly service: (socket: Socket) => void;
  /** What of the body is there before the record. */
  readonly before: string;
  readonly body: string;
  readonly closes?: boolean;
}

const long = "x".repeat(100_000);

const streamedCases: Readonly<Record<string, StreamedCase>> = {
  "with a length, that is long": {
    service: answering(ok(`${long}!`)),
    before: long,
    body: `${long}!`,
  },
  "with a length, that is long and comes in pieces": {
    service: sending(
      `HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n${"a".repeat(19_990)}`,
      "b".repeat(9),
      "c",
    ),
    before: "a".repeat(19_990) + "b".repeat(9),
    body: `${"a".repeat(19_990)}${"b".repeat(9)}c`,
  },
  "in chunks": {
    service: sending(`${chunkedHead}3\r\nabc\r\n`, "3\r\ndef\r\n", "0\r\n\r\n"),
    before: "3\r\nabc\r\n3\r\ndef\r\n",
    body: "abcdef",
  },
  "in chunks that look like an end": {
    service: sending(`${chunkedHead}5\r\n0\r\n\r\n\r\n`, "3\r\n0\r\n\r\n", "0\r\n\r\n"),
    before: "5\r\n0\r\n\r\n\r\n3\r\n0\r\n\r\n",
    body: "0\r\n\r\n0\r\n",
  },
  "that is long and in one chunk": {
    service: sending(`${chunkedHead}186a0\r\n${long}`, "\r\n0\r\n\r\n"),
    before: "*",
    body: long,
  },
  "that the end of the connection ends": {
    service: sending(`${closeHead}abc`, "def", "close"),
    before: "3\r\nabc\r\n3\r\ndef\r\n",
    body: "abcdef",
  },
  "that the end of the connection ends, to HTTP/1.0": {
    request: old,
    service: sending(`${closeHead}abc`, "def", "close"),
    before: "abcdef",
    body: "abcdef",
    closes: true,
  },
  "in chunks, to HTTP/1.0": {
    request: old,
    service: sending(`${chunkedHead}3\r\nabc\r\n`, "3\r\ndef\r\n", "0\r\n\r\n"),
    before: "abcdef",
    body: "abcdef",
    closes: true,
  },
};

for (const [name, { request = get(), service, before, body, closes = false }] of Object.entries(
  streamedCases,
)) {
  test(`of an answer ${name} all but the end leaves before its record`, async (t) => {
    const upstream = await rawService(t, service);
    const gateway = await heldStand(t, upstream.port);
    const connection = await caller(t, gateway.port);
    await connection.send(request);
    await untilWaiting(gateway);
    const early = await connection.wait(() => true);
    const text = early.received.toString("latin1");
    const sent = text.slice(text.indexOf("\r\n\r\n") + 4);
    if (before !== "*") assert.equal(sent, before);
    else assert.ok(sent.includes("x".repeat(1_000)) && !sent.includes("\r\n0\r\n"));
    assert.equal(early.closed, false);
    assert.equal(finals(early), 0, "the answer is not whole");
    gateway.recorder.settle();
    const { responses, closed } = await connection.wait((seen) => !closes && finals(seen) === 1);
    assert.equal(responses[0]?.complete, true);
    assert.equal(responses[0]?.body, body);
    assert.equal(closed, closes);
    assert.equal(fieldOf(responses[0], "parlance-receipt"), undefined);
    assert.deepEqual(responses[0]?.trailers, [], "the caller took no trailers");
  });
}

test("a caller who takes trailers gets the receipt behind chunks, with the service's own", async (t) => {
  const service = sending(`${chunkedHead}3\r\nabc\r\n`, "0\r\nX-Sum: 1\r\n\r\n");
  const upstream = await rawService(t, service);
  const gateway = await heldStand(t, upstream.port);
  const connection = await caller(t, gateway.port);
  await connection.send(get("/", "TE: trailers\r\nConnection: TE\r\n"));
  await untilWaiting(gateway);
  const early = await connection.wait(() => true);
  assert.equal(finals(early), 0);
  assert.equal(fieldOf(early.responses[0], "trailer"), "Parlance-Receipt");
  gateway.recorder.settle();
  const { responses } = await connection.wait((seen) => finals(seen) === 1);
  const trailers = responses[0]?.trailers.map(([field, value]) => [field.toLowerCase(), value]);
  assert.deepEqual(trailers, [
    ["x-sum", "1"],
    ["parlance-receipt", testReceipt],
  ]);
});

test("events of a stream pass at once, its end does not", async (t) => {
  let write: ((text: string) => void) | undefined;
  const upstream = await rawService(t, (socket) => {
    socket.once("data", () => {
      const type = "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
      socket.write(`HTTP/1.1 200 OK\r\n${type}`);
      write = (text) => void socket.write(`${text.length.toString(16)}\r\n${text}\r\n`);
    });
  });
  const gateway = await heldStand(t, upstream.port);
  const connection = await caller(t, gateway.port);
  await connection.send(get());
  for (const event of ["data: one\n\n", "data: two\n\n", "data: 0\r\n\r\n"]) {
    await connection.wait((seen) => seen.responses.length === 1);
    write?.(event);
    const { received: got } = await connection.wait((seen) =>
      seen.received.includes(`${event}\r\n`),
    );
    assert.ok(got.toString("latin1").endsWith(`\r\n${event}\r\n`), event);
    assert.equal(gateway.recorder.records.length, 0);
  }
  upstream.sockets[0]?.write("0\r\n\r\n");
  await untilWaiting(gateway);
  assert.ok(!(await received(connection)).endsWith("0\r\n\r\n\r\n0\r\n\r\n"));
  gateway.recorder.settle();
  assert.equal(finals(await connection.wait((seen) => finals(seen) === 1)), 1);
});

test("pipelined requests wait for the record of the one before, in order", async (t) => {
  const upstream = await rawService(t, (socket) => {
    socket.on("data", (bytes: Buffer) => {
      const path = /GET (\S+)/.exec(bytes.toString("latin1"))?.[1] ?? "";
      socket.write(ok(path));
    });
  });
  const gateway = await heldStand(t, upstream.port);
  const connection = await caller(t, gateway.port);
  await connection.send(get("/1") + get("/2") + get("/3"));
  for (let index = 1; index <= 3; index++) {
    await untilWaiting(gateway);
    assert.equal(gateway.recorder.records.length, index, "the next one is not begun");
    assert.equal(finals(await connection.wait(() => true)), index - 1);
    gateway.recorder.settle();
    await connection.wait((seen) => finals(seen) === index);
  }
  const { responses } = await connection.wait(() => true);
  assert.deepEqual(
    responses.map(({ body }) => body),
    ["/1", "/2", "/3"],
  );
});

test("what a recorder does not wait for leaves at once, without a receipt", async (t) => {
  const upstream = await rawService(t, answering(ok("hello")));
  const gateway = await heldStand(t, upstream.port);
  gateway.recorder.atOnce = true;
  const connection = await caller(t, gateway.port);
  await connection.send(get());
  const { responses } = await connection.wait((seen) => finals(seen) === 1);
  assert.equal(responses[0]?.body, "hello");
  assert.equal(fieldOf(responses[0], "parlance-receipt"), undefined);
  assert.equal(gateway.recorder.records.length, 1);
});

test("where nothing is held an answer passes byte for byte and is recorded behind it", async (t) => {
  const body = "3;x=1\r\nabc\r\n0\r\n\r\n";
  const upstream = await rawService(t, answering(chunkedHead + body));
  const gateway = await heldStand(t, upstream.port);
  gateway.recorder.mode = "none";
  const connection = await caller(t, gateway.port);
  await connection.send(get());
  const { responses } = await connection.wait((seen) => finals(seen) === 1);
  assert.deepEqual([responses[0]?.body, responses[0]?.framing], ["abc", "chunked"]);
  assert.equal(gateway.recorder.records.length, 1);
  assert.equal(gateway.recorder.waiting(), 0);
});
