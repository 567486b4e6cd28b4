/** Text beyond ASCII in fields of HTTP, in both directions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { HeaderField, Operation } from "#contract/contract.ts";
import type { Type } from "#contract/types.ts";
import { createRestFace } from "./face.ts";
import {
  binding,
  callOf,
  contractOf,
  field,
  fieldOf,
  list,
  operation,
  plainOf,
  record,
  respond,
  send,
  text,
} from "./fixture.ts";
import { decodeFieldText, encodeFieldText } from "./header-text.ts";
import { createRestUpstream } from "./upstream.ts";

const utf8 = (said: string): string => Buffer.from(said).toString("latin1");

const read: readonly (readonly [name: string, octets: string, expected: string])[] = [
  ["ASCII", "plain, text; a=1", "plain, text; a=1"],
  ["UTF-8", utf8("Grüße 日本"), "Grüße 日本"],
  ["Latin-1, which is no UTF-8", "Gr\xfc\xdfe", "Grüße"],
  ["an ext-value", "UTF-8''Gr%C3%BC%c3%9fe%20%e2%82%ac", "Grüße €"],
  ["one with its language", "utf-8'de-DE'Gr%C3%BC%C3%9Fe", "Grüße"],
  ["an ext-value of broken UTF-8", "UTF-8''%C3", "UTF-8''%C3"],
  ["one of another charset", "iso-8859-1''%fc", "iso-8859-1''%fc"],
  ["text behind an ext-value", "UTF-8''a b", "UTF-8''a b"],
];

for (const [name, octets, expected] of read) {
  test(`${name} is read as it was meant`, () => {
    assert.equal(decodeFieldText(octets), expected);
  });
}

test("any text is read again from an ext-value", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (said) => {
      const written = encodeFieldText(said, "extended");
      assert.match(written ?? "", /^(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?$/);
      assert.equal(decodeFieldText(written ?? ""), said);
    }),
  );
  assert.equal(decodeFieldText(encodeFieldText("UTF-8''a", "extended") ?? ""), "UTF-8''a");
  assert.equal(
    encodeFieldText("a\r\nSet-Cookie: b", "extended"),
    "UTF-8''a%0D%0ASet-Cookie%3A%20b",
  );
});

test("UTF-8 has no line ends, no controls, no spaces at its ends", () => {
  assert.equal(encodeFieldText("Grüße", "utf-8"), utf8("Grüße"));
  for (const said of ["a\r\nb", "a\u0000", " a", "ü ", "\ud800"]) {
    assert.equal(encodeFieldText(said, "utf-8"), undefined, JSON.stringify(said));
  }
});

function withHeaders(headers: readonly HeaderField[]): Operation {
  const message = { type: record(), headers };
  return operation("greet", record(), { input: message, output: message });
}

function header(name: string, type: Type, more: Partial<HeaderField> = {}): HeaderField {
  return { name, type, required: false, ...more };
}

test("a header block of SOAP goes through a field of HTTP as it is, whatever is in it", () => {
  const clerk = record(field("name", text));
  const greet = withHeaders([
    header("note", text),
    header("tags", list(text)),
    header("clerk", clerk),
  ]);
  const service = contractOf([greet], { dialect: "soap" });
  const face = createRestFace(service);
  const headers = { note: "Grüße\n€", tags: ["a, b", "ü"], clerk: { name: "Jürgen 😀" } };
  const sent = createRestUpstream(service).encode({ operation: greet, input: {}, headers });
  assert.ok(sent.kind === "request", JSON.stringify(sent));
  const fields = Object.fromEntries(sent.fields);
  assert.equal(fields["note"], "UTF-8''Gr%C3%BC%C3%9Fe%0A%E2%82%AC");
  assert.equal(fields["clerk"], '{"name":"J\\u00fcrgen \\ud83d\\ude00"}');
  const decoded = send(face, { method: "POST", target: sent.target, fields, body: sent.body });
  assert.deepEqual(plainOf(callOf(decoded).headers), headers);
  const response = respond(face, decoded, { kind: "answer", output: {}, headers });
  assert.equal(response.status, 200);
  assert.equal(fieldOf(response, "note"), fields["note"]);
});

test("a field that a REST contract defines has its text in UTF-8, both ways", () => {
  const greet: Operation = {
    ...withHeaders([header("note", text, { http: "X-Note" })]),
    rest: binding("POST", "/greet"),
  };
  const service = contractOf([greet]);
  const face = createRestFace(service);
  const decoded = send(face, {
    method: "POST",
    target: "/greet",
    fields: { "x-note": utf8("Grüße") },
  });
  assert.deepEqual(plainOf(callOf(decoded).headers), { note: "Grüße" });
  const answer = { kind: "answer", output: {}, headers: { note: "日本" } } as const;
  assert.equal(fieldOf(respond(face, decoded, answer), "x-note"), utf8("日本"));
});

test("what cannot stand in a field is refused with its name", () => {
  const greet: Operation = {
    ...withHeaders([header("note", text, { http: "X-Note" })]),
    rest: binding("POST", "/greet"),
  };
  const upstream = createRestUpstream(contractOf([greet]));
  const headers = { note: "a\r\nb" };
  const refused = upstream.encode({ operation: greet, input: {}, headers });
  assert.ok(refused.kind === "fault");
  assert.equal(refused.blame, "client");
  assert.match(refused.message, /`X-Note`: .*line ends.*expected/);
});
