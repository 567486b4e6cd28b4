/** Answers of a service that a gateway must not pass on as they are. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ask } from "#tests/support/ask.ts";
import { fieldOf } from "#tests/support/read-responses.ts";

const request = "GET /echo/x HTTP/1.1\r\nHost: a.test\r\n\r\n";
const next = "GET /echo/next HTTP/1.1\r\nHost: a.test\r\n\r\n";

function reply(lines: string, body = "ok", start = "HTTP/1.1 200 OK"): string {
  return `${start}\r\n${lines}\r\n${body}`;
}

const two = "Content-Length: 2\r\n";
const rows: readonly (readonly [ids: string, name: string, answer: string])[] = [
  ["RFC9112-2.2-4", "a bare CR in an answer's head", reply(`X: a\rY: b\r\n${two}`)],
  ["RFC9112-2.2-5", "a bare LF in an answer's head", reply(`X: a\nY: b\r\n${two}`)],
  ["RFC9112-4-2", "a status of two digits", reply(two, "ok", "HTTP/1.1 20 OK")],
  ["RFC9112-4-2", "two spaces before a status", reply(two, "ok", "HTTP/1.1  200 OK")],
  ["RFC9112-4-2", "another protocol", reply(two, "ok", "ICY 200 OK")],
  ["RFC9112-4-2", "a control character in a reason", reply(two, "ok", "HTTP/1.1 200 O\x01K")],
  ["RFC9112-5.1-2", "a blank before a colon", reply(`Content-Length : 2\r\n`)],
  ["RFC9112-5.2-2", "a folded line", reply(`X: a\r\n b\r\n${two}`)],
  ["RFC9112-6.1-2", "chunked twice", reply("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")],
  [
    "RFC9112-6.1-7",
    "Transfer-Encoding in HTTP/1.0",
    reply("Transfer-Encoding: chunked\r\n", "0\r\n\r\n", "HTTP/1.0 200 OK"),
  ],
  ["RFC9112-6.3-2", "both lengths", reply(`${two}Transfer-Encoding: chunked\r\n`, "0\r\n\r\n")],
  ["RFC9112-6.3-5", "an invalid length", reply("Content-Length: 2x\r\n")],
  ["RFC9112-6.3-5", "two lengths", reply(two + two)],
  ["RFC9112-6.3-5 RFC9110-8.6-3", "a list of lengths", reply("Content-Length: 2, 2\r\n")],
  ["RFC9110-8.6-2", "a length beyond 2^64", reply("Content-Length: 18446744073709551618\r\n")],
  ["RFC9110-15-1", "status 099", reply(two, "ok", "HTTP/1.1 099 OK")],
  ["RFC9110-15-1", "status 600", reply(two, "ok", "HTTP/1.1 600 OK")],
  [
    "RFC9110-7.8-2",
    "101 that nobody asked for",
    reply("Upgrade: x\r\nConnection: upgrade\r\n", "x", "HTTP/1.1 101 Switching Protocols"),
  ],
];

describe("answers that become 502", { concurrency: 8 }, () => {
  for (const [ids, name, answer] of rows) {
    test(`${ids}: ${name}: 502, and that connection is not used again`, async (context) => {
      const asked = await ask(context, request + next, { reply: answer, answers: 2 });
      assert.equal(asked.answer.status, 502);
      assert.equal(fieldOf(asked.answer, "parlance-fault"), "service");
      assert.equal(fieldOf(asked.answer, "content-type"), "application/problem+json");
      assert.equal(asked.received.length, 2);
      assert.ok(await asked.upstream.waitFor(() => asked.upstream.closedConnections() > 0));
      const [, second] = asked.result.responses;
      assert.equal(second?.body, "GET /base/next");
    });
  }
});

function chunks(body: string): string {
  return reply("Transfer-Encoding: chunked\r\n", body);
}

const cut: readonly (readonly [ids: string, name: string, answer: string])[] = [
  ["RFC9112-8-1", "a length that is not reached", reply("Content-Length: 9\r\n")],
  ["RFC9112-8-2", "chunks without a last one", chunks("2\r\nok\r\n")],
  ["RFC9112-7.1-2", "a malformed chunk size", chunks("2\r\nok\r\n0x2\r\nok\r\n0\r\n\r\n")],
  ["RFC9112-7.1-1", "an overlong chunk size", chunks("2\r\nok\r\n10000000000000002\r\nok\r\n")],
  ["RFC9112-7.1.1-2", "a malformed extension", chunks("2\r\nok\r\n2;a\nb\r\nok\r\n0\r\n\r\n")],
  ["RFC9110-6.5.1-1", "a forbidden trailer", chunks("2\r\nok\r\n0\r\nContent-Length: 2\r\n\r\n")],
];

describe("answers that are cut off", { concurrency: 8 }, () => {
  for (const [ids, name, answer] of cut) {
    test(`${ids}: ${name}: the caller sees it is not whole`, async (context) => {
      const steps = [answer, { pauseMs: 30 }, "close"] as const;
      const asked = await ask(context, request, { reply: steps });
      const visible = asked.answer.status === 502 || !asked.answer.complete;
      assert.ok(visible, JSON.stringify(asked.answer));
      if (asked.answer.status !== 502) assert.ok(asked.result.closed);
    });
  }

  test("RFC9112-8-3: a reset answer without length does not look whole", async (context) => {
    const steps = [reply("X: y\r\n"), { pauseMs: 30 }, "reset"] as const;
    const asked = await ask(context, request, { reply: steps });
    assert.equal(asked.answer.status, 200);
    assert.ok(!asked.answer.complete, JSON.stringify(asked.answer));
    assert.ok(asked.result.closed);
  });

  test("RFC9112-8-3: nor does it to an HTTP/1.0 caller, who has no other sign", async (context) => {
    const steps = [reply("X: y\r\n"), { pauseMs: 30 }, "reset"] as const;
    const old = "GET /echo/x HTTP/1.0\r\n\r\n";
    const asked = await ask(context, old, { reply: steps });
    assert.ok(asked.result.reset, "the connection ended as if the answer were whole");
  });
});
