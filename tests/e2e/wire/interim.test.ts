/** Interim answers: Expect: 100-continue in its three courses, and 103 Early Hints. */
import assert from "node:assert/strict";
import http from "node:http";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { finals } from "#tests/support/raw-http.ts";
import { fieldOf } from "#tests/support/read-responses.ts";
import { answering, caller, eventually, get, httpService, ok, rawService, stand } from "./stand.ts";

const expecting =
  "POST /up/ HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";

test("a service that says 100 gets the body after it", async (t) => {
  const upstream = await httpService(t, (request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += String(part)));
    request.on("end", () => response.end(body));
  });
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  await connection.send(expecting);
  const interim = await connection.wait((seen) => seen.responses.length === 1);
  assert.deepEqual(
    interim.responses.map(({ status }) => status),
    [100],
  );
  await connection.send("body");
  const { responses } = await connection.wait((seen) => finals(seen) === 1);
  assert.deepEqual([responses[1]?.status, responses[1]?.body], [200, "body"]);
});

test("a service that answers 417 at once is heard, and the connection closes", async (t) => {
  const upstream = await rawService(
    t,
    answering("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno"),
  );
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  await connection.send(expecting);
  const result = await connection.wait(() => false);
  assert.deepEqual(
    result.responses.map(({ status, body }) => [status, body]),
    [[417, "no"]],
  );
  assert.equal(fieldOf(result.responses[0], "connection"), "close");
  assert.deepEqual([result.closed, result.reset], [true, false]);
});

test("a service that ignores the expectation gets the body when the caller sends it anyway", async (t) => {
  let seen = "";
  const upstream = await rawService(t, (socket) =>
    socket.on("data", (part: Buffer) => {
      seen += part.toString("latin1");
      if (seen.endsWith("body")) socket.write(ok("late"));
    }),
  );
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  await connection.send(expecting, { pauseMs: 300 }, "body");
  const { responses } = await connection.wait((result) => finals(result) === 1);
  assert.deepEqual(
    responses.map(({ status, body }) => [status, body]),
    [[200, "late"]],
  );
});

test("the interim answer reaches node:http as its 'continue' event", async (t) => {
  const upstream = await httpService(t, (request, response) => request.pipe(response));
  const { port } = await stand(t, upstream.port);
  const body = await new Promise<string>((resolve, reject) => {
    const headers = { Expect: "100-continue", "Content-Length": 3 };
    const request = http.request({ port, agent: false, path: "/up/", method: "POST", headers });
    request.on("continue", () => request.end("abc"));
    request.on("error", reject).on("response", (answer) => {
      answer.on("data", (part: Buffer) => resolve(String(part)));
    });
    request.flushHeaders();
  });
  assert.equal(body, "abc");
});

const hints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n";

test("103 comes before the answer it belongs to, while that is still being made", async (t) => {
  const upstream = await rawService(t, (socket) =>
    socket.on("data", () => {
      socket.write(hints);
      void pause(200).then(() => socket.write(ok("done")));
    }),
  );
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  await connection.send(get());
  const early = await connection.wait((seen) => seen.responses.length === 1);
  assert.deepEqual([early.responses[0]?.status, finals(early)], [103, 0]);
  assert.equal(fieldOf(early.responses[0], "link"), "</a.css>; rel=preload");
  const { responses } = await connection.wait((seen) => finals(seen) === 1);
  assert.equal(responses[1]?.body, "done");
});

test("an HTTP/1.0 caller is spared interim answers", async (t) => {
  const upstream = await rawService(t, answering(hints + hints + ok("done")));
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  await connection.send("GET /up/ HTTP/1.0\r\n\r\n");
  const { responses } = await connection.wait(() => false);
  assert.deepEqual(
    responses.map(({ status }) => status),
    [200],
  );
});

test("a flood of interim answers ends in a 502", async (t) => {
  const upstream = await rawService(t, answering(hints.repeat(40) + ok("done")));
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  await connection.send(get());
  const { responses } = await connection.wait((seen) => finals(seen) === 1);
  assert.equal(responses.at(-1)?.status, 502);
  assert.ok(await eventually(() => upstream.closed() === 1));
});
