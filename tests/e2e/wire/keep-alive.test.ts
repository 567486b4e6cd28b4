/** Many requests on one connection: order, pipelining, and connections to instances used again. */
import assert from "node:assert/strict";
import type net from "node:net";
import test from "node:test";
import { finals, splitAt } from "#tests/support/raw-http.ts";
import {
  answering,
  atEnd,
  caller,
  eventually,
  get,
  httpService,
  ok,
  post,
  rawService,
  stand,
} from "./stand.ts";
import { startRecordingUpstream } from "#tests/support/recording-upstream.ts";

const echoPath = (t: Parameters<typeof stand>[0]) =>
  httpService(t, (request, response) => {
    let body = "";
    request.setEncoding("latin1").on("data", (part: string) => (body += part));
    request.on("end", () => response.end(`${request.method} ${request.url} ${body}`));
  });

test("requests of one connection share one connection to the instance", async (t) => {
  const upstream = await startRecordingUpstream();
  atEnd(t, () => upstream.close());
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  for (let count = 1; count <= 20; count++) {
    await connection.send(get(`/${count}`));
    const result = await connection.wait((seen) => finals(seen) === count);
    assert.equal(result.responses.at(-1)?.body, `GET /${count}`);
  }
  assert.equal(upstream.connections().length, 1);
});

test("requests in one segment are answered in their order", async (t) => {
  const upstream = await echoPath(t);
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  const paths = Array.from({ length: 50 }, (_, index) => index);
  await connection.send(paths.map((path) => post(`/${path}`, `b${path}`)).join(""));
  const result = await connection.wait((seen) => finals(seen) === paths.length);
  assert.deepEqual(
    result.responses.map(({ body }) => body),
    paths.map((path) => `POST /${path} b${path}`),
  );
});

test("pipelined requests may be cut anywhere", async (t) => {
  const upstream = await echoPath(t);
  const { port } = await stand(t, upstream.port);
  const requests = get("/a") + post("/b", "body") + get("/c");
  const wanted = ["GET /a ", "POST /b body", "GET /c "];
  for (let cut = 1; cut < requests.length; cut++) {
    const connection = await caller(t, port);
    await connection.send(...splitAt(requests, [cut], 1));
    const result = await connection.wait((seen) => finals(seen) === 3);
    assert.deepEqual(
      result.responses.map(({ body }) => body),
      wanted,
      `cut at ${cut}`,
    );
    connection.close();
  }
});

test("pipelined requests may come octet by octet", async (t) => {
  const upstream = await echoPath(t);
  const { port } = await stand(t, upstream.port);
  const chunked =
    "POST /up/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;e=1\r\nabc\r\n0\r\n\r\n";
  const connection = await caller(t, port);
  for (const octet of get("/a") + chunked + post("/b", "body")) {
    connection.socket.write(octet);
    await new Promise(setImmediate);
  }
  const result = await connection.wait((seen) => finals(seen) === 3);
  assert.deepEqual(
    result.responses.map(({ body }) => body),
    ["GET /a ", "POST /x abc", "POST /b body"],
  );
});

test("far more pipelined requests than are kept ahead lose nothing and keep their order", async (t) => {
  const upstream = await echoPath(t);
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  const count = 600;
  const filling = "f".repeat(1500);
  const all = Array.from({ length: count }, (_, index) =>
    index % 3 === 0 ? post(`/${index}`, filling) : get(`/${index}`, `X-Filling: ${filling}\r\n`),
  );
  connection.socket.write(all.join(""));
  let received = "";
  connection.socket.on("data", (part: Buffer) => (received += part.toString("latin1")));
  assert.ok(
    await eventually(() => received.match(/(GET|POST) \/\d+ /g)?.length === count, 20_000),
    `${received.match(/(GET|POST) \/\d+ /g)?.length} of ${count} answers`,
  );
  assert.deepEqual(
    Array.from(received.matchAll(/(?:GET|POST) \/(\d+) /g), ([, index]) => Number(index)),
    Array.from({ length: count }, (_, index) => index),
  );
});

test("a caller that pipelines and half-closes gets all its answers, then the close", async (t) => {
  const upstream = await echoPath(t);
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  connection.socket.end(get("/1") + get("/2") + post("/3", "x"));
  const result = await connection.wait(() => false);
  assert.deepEqual(
    result.responses.filter(({ status }) => status >= 200).map(({ body }) => body),
    ["GET /1 ", "GET /2 ", "POST /3 x"],
  );
  assert.deepEqual([result.closed, result.reset], [true, false]);
});

test("what follows Connection: close is not answered", async (t) => {
  const upstream = await echoPath(t);
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  await connection.send(get("/1", "Connection: close\r\n") + get("/2"));
  const result = await connection.wait(() => false);
  assert.deepEqual(
    result.responses.map(({ body }) => body),
    ["GET /1 "],
  );
  assert.equal(result.closed, true);
});

test("a caller that never reads cannot make the gateway pile up answers of its own", async (t) => {
  const upstream = await echoPath(t);
  const { port, exchanges } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  connection.socket.pause();
  const sent = 80_000;
  connection.socket.write("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n".repeat(sent));
  let before = -1;
  await eventually(
    () => {
      const stands = before === exchanges().begun;
      before = exchanges().begun;
      return stands;
    },
    20_000,
    300,
  );
  assert.ok(exchanges().begun < sent / 2, `${exchanges().begun} of ${sent} were answered unread`);
});

test("checks whether connections are taken leave the kept ones to requests", async (t) => {
  const asked = new Set<net.Socket>();
  const upstream = await rawService(t, (socket) => {
    socket.on("data", () => asked.add(socket));
    answering(ok("x"))(socket);
  });
  const service = { health: { check: "tcp", intervalMs: 100, timeoutMs: 1_000 } };
  const { port } = await stand(t, upstream.port, { service });
  const connection = await caller(t, port);
  for (let count = 1; count <= 3; count++) {
    await connection.send(get());
    await connection.wait((result) => finals(result) === count);
    const before = upstream.sockets.length;
    assert.ok(await eventually(() => upstream.sockets.length > before + 1));
  }
  assert.equal(asked.size, 1);
});
