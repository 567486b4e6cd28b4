/** What a caller receives when a service answers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask } from "#tests/support/ask.ts";
import { fieldOf } from "#tests/support/read-responses.ts";

const host = "Host: a.test\r\n";
const get = `GET /echo/x HTTP/1.1\r\n${host}\r\n`;
const old = `GET /echo/x HTTP/1.0\r\n${host}\r\n`;
const head = `HEAD /echo/x HTTP/1.1\r\n${host}\r\n`;

function reply(lines: string, body = "", status = "200 OK"): string {
  return `HTTP/1.1 ${status}\r\n${lines}\r\n${body}`;
}

test("RFC9112-2.2-1: obs-text in an answer passes octet by octet", async (context) => {
  const { answer } = await ask(context, get, { reply: reply("X: \xe9\r\nContent-Length: 0\r\n") });
  assert.equal(fieldOf(answer, "x"), "\xe9");
});

test("RFC9112-4-1: the space before an empty reason is kept", async (context) => {
  const { result } = await ask(context, get, { reply: reply("Content-Length: 0\r\n", "", "200 ") });
  assert.match(result.received.toString("latin1"), /^HTTP\/1\.1 200 \r\n/);
});

test("RFC9112-6.1-1: a chunked answer is passed whole", async (context) => {
  const body = "3\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\r\n";
  const { answer } = await ask(context, get, {
    reply: reply("Transfer-Encoding: chunked\r\n", body),
  });
  assert.equal(answer.body, "abc0123456789");
  assert.equal(answer.framing, "chunked");
  assert.ok(answer.complete);
});

test("RFC9112-6.1-4: an HTTP/1.0 caller gets a chunked answer without its coding", async (context) => {
  const body = "3\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\r\n";
  const asked = await ask(context, old, { reply: reply("Transfer-Encoding: chunked\r\n", body) });
  assert.equal(fieldOf(asked.answer, "transfer-encoding"), undefined);
  assert.equal(asked.answer.body, "abc0123456789");
  assert.ok(asked.result.closed);
});

test("RFC9112-6.1-3 RFC9110-8.6-1: 204 has neither length", async (context) => {
  const two = `${get}${get}`;
  const body = reply("Content-Length: 0\r\nX: y\r\n", "", "204 No Content");
  const asked = await ask(context, two, { reply: body, answers: 2 });
  assert.equal(asked.answer.status, 204);
  assert.equal(fieldOf(asked.answer, "content-length"), undefined);
  assert.equal(fieldOf(asked.answer, "transfer-encoding"), undefined);
  assert.equal(asked.result.responses[1]?.body, "GET /base/x");
});

test("RFC9112-6.1-3: 204 with Transfer-Encoding loses it, or is refused", async (context) => {
  const body = reply("Transfer-Encoding: chunked\r\n", "0\r\n\r\n", "204 No Content");
  const { answer } = await ask(context, get, { reply: body });
  assert.ok([204, 502].includes(answer.status));
  assert.equal(fieldOf(answer, "transfer-encoding"), undefined);
});

test("RFC9110-8.6-1 RFC9112-6.1-3: an interim answer has neither length", async (context) => {
  const early = reply("Link: </a>\r\n", "", "103 Early Hints");
  const last = reply("Content-Length: 2\r\n", "ok");
  const { result } = await ask(context, get, { reply: early + last });
  const [interim] = result.responses;
  assert.equal(interim?.status, 103);
  assert.equal(fieldOf(interim, "content-length"), undefined);
  assert.equal(fieldOf(interim, "transfer-encoding"), undefined);
});

test("RFC9112-6.3-1 RFC9110-8.6-4: the answer to HEAD keeps its length and has no body", async (context) => {
  const asked = await ask(context, head + get, {
    reply: reply("Content-Length: 1234\r\n"),
    methods: ["HEAD", "GET"],
    answers: 2,
  });
  assert.equal(fieldOf(asked.answer, "content-length"), "1234");
  assert.equal(asked.result.responses[1]?.body, "GET /base/x");
  assert.equal(asked.received.length, 1, "the connection was usable again");
});

test("RFC9112-6.3-1: 304 keeps its length and has no body", async (context) => {
  const asked = await ask(context, get + get, {
    reply: reply('Content-Length: 1234\r\nETag: "a"\r\n', "", "304 Not Modified"),
    answers: 2,
  });
  assert.equal(asked.answer.status, 304);
  assert.equal(asked.result.responses[1]?.body, "GET /base/x");
});

test("RFC9110-9.3.2-1: the gateway's own answer to HEAD has no content", async (context) => {
  const bytes = `HEAD /nowhere HTTP/1.1\r\n${host}\r\n${get}`;
  const asked = await ask(context, bytes, { methods: ["HEAD", "GET"], answers: 2 });
  assert.equal(asked.answer.status, 404);
  assert.equal(asked.result.responses[1]?.body, "GET /base/x");
  assert.equal(asked.result.error, undefined);
});

test("RFC9112-6.3-8: an answer without length goes to the close", async (context) => {
  const steps = [reply("X: y\r\n", "abc"), { pauseMs: 20 }, "def", "close"] as const;
  const { answer } = await ask(context, get, { reply: steps });
  assert.equal(answer.body, "abcdef");
  assert.ok(answer.complete);
});

test("RFC9112-6.3-8: so it does for an HTTP/1.0 caller", async (context) => {
  const steps = [reply("X: y\r\n", "abc"), { pauseMs: 20 }, "def", "close"] as const;
  const { answer, result } = await ask(context, old, { reply: steps });
  assert.equal(answer.body, "abcdef");
  assert.ok(result.closed && !result.reset);
});

test("RFC9112-6.3-9: what follows a complete answer is no answer", async (context) => {
  const extra = reply("Content-Length: 7\r\n", "unasked", "299 Extra");
  const asked = await ask(context, get + get, {
    reply: reply("Content-Length: 2\r\n", "ok") + extra,
    answers: 2,
  });
  assert.deepEqual(
    asked.result.responses.map((seen) => seen.body),
    ["ok", "GET /base/x"],
  );
  assert.equal(asked.received.length, 2);
});

test("RFC9112-7.1.1-1: chunk extensions of an answer are not passed on", async (context) => {
  const lines = "Transfer-Encoding: chunked\r\n";
  const { answer, result } = await ask(context, get, {
    reply: reply(lines, "2;a=b\r\nok\r\n0;c\r\n\r\n"),
  });
  assert.equal(answer.body, "ok");
  assert.doesNotMatch(result.received.toString("latin1").split("\r\n\r\n")[1] ?? "", /;/);
});

test("RFC9112-7.1.2-1: trailer fields of an answer pass behind the body", async (context) => {
  const lines = "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n";
  const { answer } = await ask(context, get, {
    reply: reply(lines, "2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n"),
  });
  assert.deepEqual(answer.trailers, [["x-sum", "1"]]);
  assert.equal(fieldOf(answer, "x-sum"), undefined);
});

test("RFC9110-5.1-1: unknown fields of an answer are forwarded", async (context) => {
  const { answer } = await ask(context, get, { reply: reply("X-Y: z\r\nContent-Length: 0\r\n") });
  assert.equal(fieldOf(answer, "x-y"), "z");
});

test("RFC9110-5.3-1: field lines of an answer keep their order", async (context) => {
  const lines = "Set-Cookie: a=1\r\nX: y\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n";
  const { answer } = await ask(context, get, { reply: reply(lines) });
  assert.equal(fieldOf(answer, "set-cookie"), "a=1, b=2");
});

test("RFC9110-6.6.1-1: an answer without Date gets one", async (context) => {
  const { answer } = await ask(context, get, { reply: reply("Content-Length: 0\r\n") });
  assert.ok(!Number.isNaN(Date.parse(fieldOf(answer, "date") ?? "")));
});

test("RFC9110-6.6.1-1: an answer's own Date is kept", async (context) => {
  const date = "Tue, 15 Nov 1994 08:12:31 GMT";
  const { answer } = await ask(context, get, {
    reply: reply(`Date: ${date}\r\nContent-Length: 0\r\n`),
  });
  assert.equal(fieldOf(answer, "date"), date);
});

test("RFC9110-7.6.1-1: what an answer's Connection names is removed", async (context) => {
  const lines =
    "Connection: X-A\r\nX-A: 1\r\nX-B: 2\r\nKeep-Alive: timeout=5\r\nContent-Length: 0\r\n";
  const { answer } = await ask(context, get, { reply: reply(lines) });
  for (const name of ["x-a", "connection", "keep-alive"]) {
    assert.equal(fieldOf(answer, name), undefined, name);
  }
  assert.equal(fieldOf(answer, "x-b"), "2");
});

test("RFC9110-7.7-2: an answer's content is not transformed", async (context) => {
  const bytes = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet)).join("");
  const { answer } = await ask(context, get, { reply: reply("Content-Length: 256\r\n", bytes) });
  assert.equal(answer.body, bytes);
});

test("RFC9110-15-1: an unknown status passes", async (context) => {
  const { answer } = await ask(context, get, {
    reply: reply("Content-Length: 2\r\n", "ok", "499 Whatever"),
  });
  assert.equal(answer.status, 499);
  assert.equal(answer.body, "ok");
});

test("RFC9110-15.2-1: interim answers are passed on, in order", async (context) => {
  const early = reply("Link: </a>\r\n", "", "103 Early Hints");
  const { result } = await ask(context, get, {
    reply: [
      early,
      early.replace("103 Early Hints", "102 Processing"),
      reply("Content-Length: 0\r\n"),
    ],
  });
  assert.deepEqual(
    result.responses.map((seen) => seen.status),
    [103, 102, 200],
  );
});

test("RFC9110-15.2-2: an HTTP/1.0 caller gets no interim answers", async (context) => {
  const early = reply("Link: </a>\r\n", "", "103 Early Hints");
  const { result } = await ask(context, old, { reply: [early, reply("Content-Length: 0\r\n")] });
  assert.deepEqual(
    result.responses.map((seen) => seen.status),
    [200],
  );
});

test("RFC9110-15.5.6-1: 405 carries Allow", async (context) => {
  const source = { file: "parlance.yaml", line: 1, column: 1 };
  const route = {
    id: "r",
    host: undefined,
    path: "/echo/*",
    methods: ["POST"],
    headers: {},
    stripPrefix: "/echo",
    source,
  };
  const { answer } = await ask(context, get, { gateway: { service: { routes: [route] } } });
  assert.equal(answer.status, 405);
  assert.equal(fieldOf(answer, "allow"), "POST");
});

test("RFC9110-15.5.6-1: so does the one that CONNECT gets", async (context) => {
  const { answer } = await ask(context, "CONNECT b.test:80 HTTP/1.1\r\nHost: b.test:80\r\n\r\n");
  assert.equal(answer.status, 405);
  assert.notEqual(fieldOf(answer, "allow"), undefined);
});
