/** HTTP/1.0 on either side (RFC 9112 §C.2.2, RFC 9110 §2.5). */
import assert from "node:assert/strict";
import test from "node:test";
import { finals } from "#tests/support/raw-http.ts";
import { fieldOf } from "#tests/support/read-responses.ts";
import { answering, caller, eventually, get, ok, rawService, stand } from "./stand.ts";

const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n";
const closing = (text: string) => (socket: import("node:net").Socket) =>
  void socket.on("data", () => socket.end(text));

test("an HTTP/1.0 caller without keep-alive gets its answer and a close", async (t) => {
  const upstream = await rawService(t, answering(ok("body")));
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  await connection.send("GET /up/ HTTP/1.0\r\n\r\n");
  const { responses, closed } = await connection.wait(() => false);
  assert.deepEqual([responses[0]?.body, closed], ["body", true]);
  assert.equal(fieldOf(responses[0], "connection"), "close");
});

test("an HTTP/1.0 caller with keep-alive is told that it has it, and uses it", async (t) => {
  const upstream = await rawService(t, answering(ok("body")));
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  for (let count = 1; count <= 3; count++) {
    await connection.send("GET /up/ HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
    const { responses } = await connection.wait((seen) => finals(seen) === count);
    assert.equal(fieldOf(responses[count - 1], "connection"), "keep-alive");
  }
  assert.equal(upstream.sockets.length, 1);
});

test("an HTTP/1.0 caller gets a chunked answer without its chunks, up to the close", async (t) => {
  const upstream = await rawService(
    t,
    answering(`${chunked}3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nX-T: 1\r\n\r\n`),
  );
  const { port } = await stand(t, upstream.port);
  for (const fields of ["", "Connection: keep-alive\r\n"]) {
    const connection = await caller(t, port);
    await connection.send(`GET /up/ HTTP/1.0\r\n${fields}\r\n`);
    const { responses, closed, reset } = await connection.wait(() => false);
    assert.deepEqual([responses[0]?.body, closed, reset], ["abcdefg", true, false]);
    assert.equal(fieldOf(responses[0], "transfer-encoding"), undefined);
  }
  assert.equal(upstream.sockets.length, 1, "the instance's connection is used again");
});

test("an HTTP/1.0 caller gets an answer that ends with its connection", async (t) => {
  const upstream = await rawService(t, closing("HTTP/1.0 200 OK\r\n\r\nold style"));
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  await connection.send("GET /up/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const { responses, closed, reset } = await connection.wait(() => false);
  assert.deepEqual([responses[0]?.body, closed, reset], ["old style", true, false]);
});

test("an HTTP/1.0 caller sees that a chunked answer was cut off", async (t) => {
  const upstream = await rawService(t, closing(`${chunked}ff\r\nabc`));
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  await connection.send("GET /up/ HTTP/1.0\r\n\r\n");
  const { reset } = await connection.wait(() => false);
  assert.equal(reset, true);
});

test("an HTTP/1.0 service may close, keep alive, or give a length", async (t) => {
  const answers = [
    "HTTP/1.0 200 OK\r\n\r\none",
    "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\ntwo",
    "HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nthree",
  ];
  const upstream = await rawService(t, (socket, index) =>
    socket.on("data", () => {
      const answer = answers[Math.min(index, 2)] as string;
      if (index < 2) socket.end(answer);
      else socket.write(answer);
    }),
  );
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  for (const [index, body] of ["one", "two", "three", "three"].entries()) {
    await connection.send(get());
    const { responses } = await connection.wait((seen) => finals(seen) === index + 1);
    assert.equal(responses[index]?.body, body);
    assert.equal(responses[index]?.version, "HTTP/1.1");
    assert.match(fieldOf(responses[index], "via") ?? "", /^1\.0 /);
    if (index < 2) assert.ok(await eventually(() => upstream.closed() === index + 1));
  }
  assert.equal(upstream.sockets.length, 3);
});

test("chunked framing in an HTTP/1.0 message is refused from either side", async (t) => {
  const upstream = await rawService(
    t,
    answering("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
  );
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  await connection.send(get());
  const answered = await connection.wait((seen) => finals(seen) === 1);
  assert.equal(answered.responses[0]?.status, 502);
  const other = await caller(t, port);
  await other.send("POST /up/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  const refused = await other.wait(() => false);
  assert.equal(refused.responses[0]?.status, 400);
});
