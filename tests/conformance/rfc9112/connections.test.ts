/** How connections live and end, on both sides (RFC 9112 §9). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask } from "#tests/support/ask.ts";
import { fieldOf } from "#tests/support/read-responses.ts";

const host = "Host: a.test\r\n";

function get(name: string, lines = "", version = "1.1"): string {
  return `GET /echo/${name} HTTP/${version}\r\n${host}${lines}\r\n`;
}

function bodies(asked: Awaited<ReturnType<typeof ask>>): string[] {
  return asked.result.responses.map((seen) => seen.body);
}

test("RFC9112-9.2-1: a service has one request outstanding at a time", async (context) => {
  let outstanding = 0;
  let most = 0;
  const asked = await ask(context, get("a") + get("b") + get("c"), {
    answers: 3,
    onHead: () => {
      most = Math.max(most, ++outstanding);
      return [];
    },
    answer: (request) => {
      outstanding--;
      const body = request.target;
      return [{ pauseMs: 20 }, `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`];
    },
  });
  assert.deepEqual(bodies(asked), ["/base/a", "/base/b", "/base/c"]);
  assert.equal(most, 1);
});

test("RFC9112-9.2-2: unasked bytes on an idle connection end its use", async (context) => {
  const steps = [
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    { pauseMs: 30 },
    "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nunasked",
  ];
  const asked = await ask(context, [get("a"), { pauseMs: 100 }, get("b")], {
    reply: steps,
    answers: 2,
  });
  assert.deepEqual(bodies(asked), ["ok", "GET /base/b"]);
  assert.equal(asked.received.length, 2);
});

test("RFC9112-9.3-1: HTTP/1.1 persists", async (context) => {
  const asked = await ask(context, get("a") + get("b"), { answers: 2 });
  assert.deepEqual(bodies(asked), ["GET /base/a", "GET /base/b"]);
  assert.ok(!asked.result.closed);
  assert.equal(asked.received.length, 1);
});

test("RFC9112-9.3-1: HTTP/1.0 persists with keep-alive only", async (context) => {
  const keep = get("a", "Connection: keep-alive\r\n", "1.0") + get("b", "", "1.0");
  const asked = await ask(context, keep + get("c"), { answers: 3 });
  assert.deepEqual(bodies(asked), ["GET /base/a", "GET /base/b"]);
  assert.equal(fieldOf(asked.answer, "connection"), "keep-alive");
  assert.ok(asked.result.closed);
});

test("RFC9112-9.3-2: a refusal before the body was read closes", async (context) => {
  const bytes = `POST /nowhere HTTP/1.1\r\n${host}Content-Length: 50\r\n\r\n`;
  const asked = await ask(context, [bytes, { pauseMs: 30 }, get("x").padEnd(50, " ")], {
    answers: 2,
  });
  assert.equal(asked.answer.status, 404);
  assert.equal(fieldOf(asked.answer, "connection"), "close");
  assert.ok(asked.result.closed);
  assert.deepEqual(asked.received, []);
});

test("RFC9112-9.3-2: an early answer of a service leaves nothing behind", async (context) => {
  const bytes = `POST /echo/x HTTP/1.1\r\n${host}Content-Length: 60\r\n\r\n`;
  const asked = await ask(context, [bytes, { pauseMs: 60 }, get("x").padEnd(60, " "), get("y")], {
    answers: 2,
    onHead: (request) =>
      request.method === "POST" ? ["HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno"] : [],
    answer: (request) =>
      request.method === "POST" ? [] : ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"],
  });
  assert.equal(asked.answer.status, 403);
  const targets = asked.requests.map((request) => request.target);
  assert.ok(!targets.includes("/base/x") || asked.requests[0]?.method === "POST");
  const second = asked.result.responses[1];
  assert.ok(asked.result.closed || second?.body === "ok");
});

test("RFC9112-9.3-3: an answer that was not read to its end ends the connection", async (context) => {
  const steps = ["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"];
  const first = await ask(context, get("a"), { reply: steps, silenceMs: 200 });
  first.upstream.requests();
  assert.ok(!first.answer.complete);
});

test("RFC9112-9.3.1-1: a POST on a stale connection is not repeated", async (context) => {
  const post = `POST /echo/b HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nabc`;
  const asked = await ask(context, [get("a"), { pauseMs: 40 }, post], {
    answers: 2,
    answer: (request) =>
      request.method === "POST" ? ["close"] : ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"],
  });
  assert.equal(asked.result.responses[1]?.status, 502);
  assert.equal(asked.requests.filter((request) => request.method === "POST").length, 1);
});

test("RFC9112-9.3.2-1: pipelined requests are answered in their order", async (context) => {
  const names = ["a", "b", "c", "d", "e"];
  const asked = await ask(context, names.map((name) => get(name)).join(""), {
    answers: 5,
    answer: (request, index) => [
      { pauseMs: index === 0 ? 40 : 0 },
      `HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n${request.target}`,
    ],
  });
  assert.deepEqual(
    bodies(asked),
    names.map((name) => `/base/${name}`),
  );
});

test("RFC9112-9.6-1: after close the connection is closed behind the answer", async (context) => {
  const asked = await ask(context, get("a", "Connection: close\r\n"));
  assert.equal(fieldOf(asked.answer, "connection"), "close");
  assert.ok(asked.answer.complete && asked.result.closed && !asked.result.reset);
});

test("RFC9112-9.6-2: nothing behind close is processed", async (context) => {
  const asked = await ask(context, get("a", "Connection: x, close\r\n") + get("b"), { answers: 2 });
  assert.deepEqual(bodies(asked), ["GET /base/a"]);
  assert.equal(asked.requests.length, 1);
});

test("RFC9112-9.6-3: a service that says close is not asked again there", async (context) => {
  const reply = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
  const asked = await ask(context, get("a") + get("b"), { reply, answers: 2 });
  assert.deepEqual(bodies(asked), ["ok", "GET /base/b"]);
  assert.equal(asked.received.length, 2);
  assert.ok(await asked.upstream.waitFor(() => asked.upstream.closedConnections() > 0));
});

test("RFC9112-9.6-4: a refusal reaches a caller who is still sending", async (context) => {
  const refused = `GET /echo/x HTTP/1.1\r\n${host}X : y\r\n\r\n`;
  const asked = await ask(context, [refused, "x".repeat(100_000)]);
  assert.equal(asked.answer.status, 400);
  assert.ok(asked.answer.complete);
  assert.ok(asked.result.closed && !asked.result.reset);
});
