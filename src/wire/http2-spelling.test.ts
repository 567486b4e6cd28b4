import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultLimits } from "#base/limits.ts";
import { RequestHead } from "./head.ts";
import { parseRequestHead } from "./parse-request-head.ts";
import { readTrailers, spellRequest, spellResponse } from "./http2-spelling.ts";

const pseudo = [":method", "GET", ":scheme", "https", ":authority", "a.test", ":path", "/x?y=1"];

test("a request is spelled with Host first and cookies joined", () => {
  const spelled = spellRequest([...pseudo, "cookie", "a=1", "x", "y", "cookie", "b=2"], true);
  assert.equal(
    String(spelled),
    "GET /x?y=1 HTTP/1.1\r\nhost: a.test\r\nx: y\r\ncookie: a=1; b=2\r\n\r\n",
  );
});

test("a body without a length is announced as chunked, no body and a length are not", () => {
  assert.match(String(spellRequest(pseudo, false)), /transfer-encoding: chunked\r\n\r\n$/);
  assert.doesNotMatch(String(spellRequest(pseudo, true)), /chunked/);
  assert.doesNotMatch(String(spellRequest([...pseudo, "content-length", "3"], false)), /chunked/);
});

test("host stands in for :authority, and may repeat it", () => {
  const without = pseudo.toSpliced(4, 2);
  assert.match(String(spellRequest([...without, "host", "b.test"], true)), /\r\nhost: b\.test\r\n/);
  assert.equal(
    String(spellRequest([...pseudo, "host", "A.test"], true)),
    "GET /x?y=1 HTTP/1.1\r\nhost: a.test\r\n\r\n",
  );
});

const refused: readonly (readonly [string, readonly string[]])[] = [
  ["no method", pseudo.toSpliced(0, 2)],
  ["no scheme", pseudo.toSpliced(2, 2)],
  ["no path", pseudo.toSpliced(6, 2)],
  ["another scheme", pseudo.with(3, "ftp")],
  ["a path in absolute form", pseudo.with(7, "http://b.test/")],
  ["an empty path", pseudo.with(7, "")],
  ["a space in the path", pseudo.with(7, "/x HTTP/1.1")],
  ["a space in the method", pseudo.with(1, "GET /y")],
  ["a line break in the path", pseudo.with(7, "/x\r\ny: z")],
  ["a second path", [...pseudo, ":path", "/z"]],
  ["an unknown pseudo-field", [...pseudo, ":protocol", "websocket"]],
  ["a status", [...pseudo, ":status", "200"]],
  ["a pseudo-field behind a field", ["x", "y", ...pseudo]],
  ["another host", [...pseudo, "host", "b.test"]],
  ["two hosts", [...pseudo, "host", "a.test", "host", "a.test"]],
  ["a field in capitals", [...pseudo, "X-Y", "z"]],
  ["an empty field name", [...pseudo, "", "z"]],
  ["a colon in a field name", [...pseudo, "x: y", "z"]],
  ["CR LF in a value", [...pseudo, "x", "y\r\nz: 1"]],
  ["LF in a value", [...pseudo, "x", "y\nz: 1"]],
  ["NUL in a value", [...pseudo, "x", "\0"]],
  ["connection", [...pseudo, "connection", "close"]],
  ["keep-alive", [...pseudo, "keep-alive", "1"]],
  ["proxy-connection", [...pseudo, "proxy-connection", "close"]],
  ["transfer-encoding", [...pseudo, "transfer-encoding", "chunked"]],
  ["upgrade", [...pseudo, "upgrade", "h2c"]],
  ["te other than trailers", [...pseudo, "te", "gzip"]],
];

for (const [name, fields] of refused) {
  test(`refused: ${name}`, () => {
    const spelled = spellRequest(fields, true);
    assert.equal(typeof spelled, "string", String(spelled));
  });
}

test("what the parser refuses over HTTP/1.1 it refuses here", () => {
  for (const fields of [
    pseudo.with(7, "/x#y"),
    pseudo.with(7, "/../x"),
    pseudo.with(5, "a b"),
    pseudo.with(5, ""),
    pseudo.toSpliced(4, 2),
    [...pseudo, "content-length", "1", "content-length", "1"],
    [...pseudo, "x_forwarded_for", "1"],
    [":method", "CONNECT", ":authority", "a.test:80"],
  ]) {
    const spelled = spellRequest(fields, true);
    const refusal =
      typeof spelled === "string"
        ? -1
        : parseRequestHead(new RequestHead(), spelled, 0, spelled.length, defaultLimits);
    assert.ok(refusal < 0, fields.join(" "));
  }
});

test("an answer that ends with its head has a length of zero, if it may have one", () => {
  const zero = "content-length: 0\r\n";
  const spell = (status: string, bodiless = false): string =>
    String(spellResponse([":status", status], true, bodiless));
  assert.equal(spell("200"), `HTTP/1.1 200 OK\r\n${zero}\r\n`);
  assert.equal(spell("204"), "HTTP/1.1 204 No Content\r\n\r\n");
  assert.equal(spell("299"), `HTTP/1.1 299 \r\n${zero}\r\n`);
  assert.equal(spell("304"), "HTTP/1.1 304 Not Modified\r\n\r\n");
  assert.equal(spell("200", true), "HTTP/1.1 200 OK\r\n\r\n");
  assert.equal(String(spellResponse([":status", "200"], false, false)), "HTTP/1.1 200 OK\r\n\r\n");
});

test("an answer with a field of HTTP/1.1 connections, or a broken line, is none", () => {
  for (const field of [
    ["transfer-encoding", "chunked"],
    ["connection", "close"],
    ["x", "y\r\nset-cookie: z"],
    [":path", "/"],
  ]) {
    assert.equal(typeof spellResponse([":status", "200", ...field], false, false), "string");
  }
});

test("trailers are read, and those that frame, route or identify are refused", () => {
  const trailers = readTrailers(["x-sum", "1", "x-sum", "2"], defaultLimits);
  assert.ok(typeof trailers !== "string");
  assert.equal(trailers.field("x-sum"), "1, 2");
  for (const name of ["content-length", "host", "authorization", ":path", "transfer-encoding"]) {
    assert.equal(typeof readTrailers([name, "1"], defaultLimits), "string", name);
  }
});
