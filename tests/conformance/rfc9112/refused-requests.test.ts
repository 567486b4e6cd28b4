/** Requests that a gateway must refuse, and never repair or forward. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ask } from "#tests/support/ask.ts";
import { finals } from "#tests/support/raw-http.ts";
import { fieldOf } from "#tests/support/read-responses.ts";

const host = "Host: a.test\r\n";
const next = `GET /echo/next HTTP/1.1\r\n${host}\r\n`;

function head(lines: string, start = "GET /echo/x HTTP/1.1"): string {
  return `${start}\r\n${lines}\r\n`;
}

function body(lines: string, content: string): string {
  return head(host + lines, "POST /echo/x HTTP/1.1") + content;
}

function chunked(content: string): string {
  return body("Transfer-Encoding: chunked\r\n", content);
}

type Row = readonly [ids: string, name: string, bytes: string, status?: number];

const rows: readonly Row[] = [
  ["RFC9112-2.2-3", "two empty lines come before a request", `\r\n\r\n${head(host)}`],
  ["RFC9112-2.2-3", "a bare LF comes before a request", `\n${head(host)}`],
  ["RFC9112-2.2-4", "a request line ends in a bare CR", `GET /echo/x HTTP/1.1\r${host}\r\n`],
  ["RFC9112-2.2-4", "a field line ends in a bare CR", head(`${host}X: a\rY: b\r\n`)],
  ["RFC9112-2.2-4", "an empty line is a bare CR", `GET /echo/x HTTP/1.1\r\n${host}\rX`],
  ["RFC9112-2.2-5", "a request line ends in a bare LF", `GET /echo/x HTTP/1.1\n${host}\r\n`],
  ["RFC9112-2.2-5", "a field line ends in a bare LF", head(`Host: a.test\nX: y\r\n`)],
  ["RFC9112-2.2-5", "a head ends in a bare LF", `GET /echo/x HTTP/1.1\r\n${host}\n`],
  ["RFC9112-2.2-5", "a chunk-size line ends in a bare LF", chunked("1\nx\r\n0\r\n\r\n")],
  ["RFC9112-2.2-5", "chunk data ends in a bare LF", chunked("1\r\nx\n0\r\n\r\n")],
  ["RFC9112-2.2-5", "a trailer ends in a bare LF", chunked("1\r\nx\r\n0\r\nX: y\n\r\n")],
  ["RFC9112-2.2-6", "a blank comes before the first field", head(` ${host}`)],
  ["RFC9112-2.2-8", "a field line has no colon", head(`${host}garbage\r\n`)],
  ["RFC9112-2.2-8", "a field name is empty", head(`${host}: y\r\n`)],
  ["RFC9112-2.2-8", "a field name is no token", head(`${host}X(y): z\r\n`)],
  [
    "RFC9112-3-1",
    "a target is longer than limits.targetBytesMax",
    head(host, `GET /echo/${"x".repeat(9_000)} HTTP/1.1`),
    414,
  ],
  ["RFC9112-3-2", "two spaces stand in a request line", head(host, "GET  /echo/x HTTP/1.1")],
  ["RFC9112-3-2", "a space stands behind the version", head(host, "GET /echo/x HTTP/1.1 ")],
  ["RFC9112-3-2", "a tab stands in a request line", head(host, "GET\t/echo/x HTTP/1.1")],
  ["RFC9112-3-2", "a target has a space", head(host, "GET /echo/x y HTTP/1.1")],
  ["RFC9112-3-2", "a target has a fragment", head(host, "GET /echo/x#y HTTP/1.1")],
  ["RFC9112-3-2", "a target has obs-text", head(host, "GET /echo/\xe9 HTTP/1.1")],
  ["RFC9112-3-2", "a target has bad percent-encoding", head(host, "GET /echo/%zz HTTP/1.1")],
  ["RFC9112-3.2-2", "Host is missing", head("X: y\r\n")],
  ["RFC9112-3.2-3", "Host comes twice", head(host + host)],
  ["RFC9112-3.2-4", "Host has user information", head("Host: a@b.test\r\n")],
  ["RFC9112-3.2-4", "Host is a list", head("Host: a.test, b.test\r\n")],
  ["RFC9112-3.2-4", "Host has a path", head("Host: a.test/x\r\n")],
  ["RFC9112-3.2-4", "Host has a port that is no number", head("Host: a.test:x\r\n")],
  ["RFC9112-3.2-4", "Host has bad percent-encoding", head("Host: a%zz.test\r\n")],
  [
    "RFC9112-3.2.3-1",
    "CONNECT asks for a tunnel",
    head("Host: b.test:80\r\n", "CONNECT b.test:80 HTTP/1.1"),
    405,
  ],
  ["RFC9112-3.2.3-1", "GET has a target in authority-form", head(host, "GET a.test:80 HTTP/1.1")],
  ["RFC9112-3.2.4-1", "GET has an asterisk for its target", head(host, "GET * HTTP/1.1")],
  ["RFC9112-5.1-1", "a space stands before a colon", head(`${host}X : y\r\n`)],
  ["RFC9112-5.1-1", "a tab stands before a colon", head(`${host}Content-Length\t: 0\r\n`)],
  ["RFC9112-5.2-1", "a field line is folded", head(`${host}X: a\r\n b\r\n`)],
  ["RFC9112-5.2-1", "a field line is folded into nothing", head(`${host}X: a\r\n \r\n`)],
  [
    "RFC9112-6.1-6",
    "both lengths are given",
    body("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
  ],
  [
    "RFC9112-6.1-7",
    "Transfer-Encoding stands in HTTP/1.0",
    head(`${host}Transfer-Encoding: chunked\r\n`, "POST /echo/x HTTP/1.0") + "0\r\n\r\n",
  ],
  [
    "RFC9112-6.1-5",
    "gzip comes before chunked",
    body("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
    501,
  ],
  [
    "RFC9112-6.1-2",
    "chunked is applied twice",
    body("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"),
    501,
  ],
  ["RFC9112-6.3-3", "the only coding is gzip", body("Transfer-Encoding: gzip\r\n", "x")],
  [
    "RFC9112-6.3-3",
    "chunked is not the last coding",
    body("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"),
  ],
  ["RFC9112-6.3-3", "the coding is unknown", body("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")],
  ["RFC9112-6.3-4", "Content-Length has a sign", body("Content-Length: +3\r\n", "abc")],
  ["RFC9112-6.3-4", "Content-Length is empty", body("Content-Length:\r\n", "")],
  [
    "RFC9112-6.3-4",
    "Content-Length comes twice",
    body("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"),
  ],
  [
    "RFC9112-6.3-4 RFC9110-8.6-3",
    "Content-Length is a list",
    body("Content-Length: 3, 3\r\n", "abc"),
  ],
  ["RFC9110-8.6-3", "Content-Length is hexadecimal", body("Content-Length: 0x3\r\n", "abc")],
  [
    "RFC9110-8.6-2",
    "Content-Length is beyond 2^64",
    body("Content-Length: 18446744073709551619\r\n", "abc"),
  ],
  ["RFC9112-7.1-1", "a chunk size is beyond 2^64", chunked("10000000000000001\r\nx\r\n0\r\n\r\n")],
  ["RFC9112-7.1-2", "a chunk size has a prefix", chunked("0x1\r\nx\r\n0\r\n\r\n")],
  ["RFC9112-7.1-2", "a chunk size has a blank behind", chunked("1 \r\nx\r\n0\r\n\r\n")],
  ["RFC9112-7.1-2", "a chunk size is empty", chunked("\r\nx\r\n0\r\n\r\n")],
  ["RFC9112-7.1-2", "the CRLF behind chunk data is missing", chunked("1\r\nx0\r\n\r\n")],
  ["RFC9112-7.1.1-2", "an extension has an open quote", chunked('1;a="b\r\nx\r\n0\r\n\r\n')],
  ["RFC9112-7.1.1-2", "an extension has no name", chunked("1;\r\nx\r\n0\r\n\r\n")],
  ["RFC9112-7.1.1-2", "an extension has a bare LF", chunked("1;a\nx\r\n0\r\n\r\n")],
  ["RFC9112-7.1.1-2", "an extension has a control character", chunked("1;a\x01\r\nx\r\n0\r\n\r\n")],
  [
    "RFC9110-5.4-1",
    "a head is larger than limits.headBytesMax",
    head(`${host}X: ${"a".repeat(40_000)}\r\n`),
    431,
  ],
  [
    "RFC9110-5.4-1",
    "a head has more fields than limits.headFieldsMax",
    head(host + "X: y\r\n".repeat(101)),
    431,
  ],
  ["RFC9110-5.5-1", "a field value has a NUL", head(`${host}X: a\0b\r\n`)],
  ["RFC9110-5.5-1", "a field value has a bare CR", head(`${host}X: a\rb\r\n`)],
  ["RFC9110-5.5-1", "a field value has a bell", head(`${host}X: a\x07b\r\n`)],
  ["RFC9110-5.5-1", "a field value has a DEL", head(`${host}X: a\x7fb\r\n`)],
  [
    "RFC9110-6.5.1-1",
    "a trailer is Content-Length",
    chunked("1\r\nx\r\n0\r\nContent-Length: 1\r\n\r\n"),
  ],
  [
    "RFC9110-6.5.1-1",
    "a trailer is Transfer-Encoding",
    chunked("1\r\nx\r\n0\r\nTransfer-Encoding: x\r\n\r\n"),
  ],
  ["RFC9110-6.5.1-1", "a trailer is Host", chunked("1\r\nx\r\n0\r\nHost: b.test\r\n\r\n")],
  [
    "RFC9110-6.5.1-1",
    "a trailer is Authorization",
    chunked("1\r\nx\r\n0\r\nAuthorization: x\r\n\r\n"),
  ],
  [
    "RFC9110-6.5.1-1",
    "a trailer is X-Forwarded-For",
    chunked("1\r\nx\r\n0\r\nX-Forwarded-For: x\r\n\r\n"),
  ],
  ["RFC9110-6.5.1-1", "a trailer is Set-Cookie", chunked("1\r\nx\r\n0\r\nSet-Cookie: x\r\n\r\n")],
  ["RFC9110-6.5.1-1", "a trailer is Cookie", chunked("1\r\nx\r\n0\r\nCookie: x\r\n\r\n")],
  ["RFC9110-15.6.6-1", "the version is 1.2", head(host, "GET /echo/x HTTP/1.2"), 505],
  ["RFC9110-15.6.6-1", "the version is 2.0", head(host, "GET /echo/x HTTP/2.0"), 505],
  ["RFC9110-15.6.6-1", "the version is 0.9", head(host, "GET /echo/x HTTP/0.9"), 505],
];

describe("requests that are refused", { concurrency: 8 }, () => {
  for (const [ids, name, bytes, status = 400] of rows) {
    test(`${ids}: ${name}: ${status}`, async (context) => {
      const { result, answer, requests } = await ask(context, bytes + next, { answers: 2 });
      assert.equal(answer.status, status);
      assert.equal(fieldOf(answer, "content-type"), "application/problem+json");
      assert.equal(fieldOf(answer, "parlance-fault"), "client");
      const exchange = fieldOf(answer, "parlance-exchange");
      assert.match(exchange ?? "", /^\S{8,}$/);
      const problem = JSON.parse(answer.body) as Record<string, unknown>;
      assert.equal(problem["status"], status);
      assert.equal(problem["exchange"], exchange);
      assert.equal(fieldOf(answer, "connection"), "close");
      assert.ok(result.closed, "the connection stays open");
      assert.equal(finals(result), 1, "something behind the refusal was answered");
      assert.deepEqual(requests, []);
    });
  }
});
