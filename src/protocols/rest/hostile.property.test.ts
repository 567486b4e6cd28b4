/** Whatever a caller or a service sends: a call, an answer, or a fault that can be told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { RestContent } from "#contract/contract.ts";
import { createRestFace } from "./face.ts";
import {
  answered,
  binding,
  contractOf,
  field,
  int32,
  json,
  list,
  operation,
  record,
  respond,
  send,
  text,
} from "./fixture.ts";
import { splitParts } from "./multipart.ts";
import { createRestUpstream } from "./upstream.ts";

const forms: readonly RestContent[] = [
  json,
  { mediaType: "application/xml", format: "xml", xml: { name: "thing", namespace: "" } },
  { mediaType: "application/x-www-form-urlencoded", format: "form" },
  { mediaType: "multipart/form-data", format: "multipart" },
];
const optional = { presence: "optional" } as const;
const thing = record(field("a", int32), field("b", list(text), optional));
const nested = record(field("R", int32, optional), field("G", text, optional));
const put = operation(
  "put",
  record(
    ...[field("id", text), field("m", list(int32)), field("q", nested, optional)],
    ...[field("c", list(text), optional), field("h", nested, optional), field("body", thing)],
  ),
  {
    output: { type: thing, headers: [{ name: "n", type: int32, required: false, http: "X-N" }] },
    faults: [{ name: "bad", type: thing, statuses: ["4XX"] }],
    rest: binding("PUT", "/t/{id}.{m}", {
      parameters: [
        { field: "id", name: "id", in: "path", style: "simple", explode: false },
        { field: "m", name: "m", in: "path", style: "matrix", explode: true },
        { field: "q", name: "q", in: "query", style: "deepObject", explode: true },
        { field: "c", name: "c", in: "cookie", style: "form", explode: false },
        { field: "h", name: "X-H", in: "header", style: "simple", explode: true },
      ],
      body: { field: "body", required: true, contents: forms },
      success: { status: 200, field: undefined, contents: forms },
    }),
  },
);
const service = contractOf([put]);
const face = createRestFace(service);
const upstream = createRestUpstream(service);

const soup = (...words: readonly string[]) =>
  fc
    .array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 3 })), { maxLength: 8 })
    .map((all) => all.join(""));
const target = soup(
  "/t/",
  "a",
  ".",
  ";m=1",
  ";m=",
  ",",
  "%",
  "%2F",
  "%zz",
  "?",
  "q[R]=1",
  "&",
  "=",
);
const types = forms.map(({ mediaType }) => mediaType);
const contentType = fc.oneof(
  fc.constantFrom(...types, "multipart/form-data; boundary=x", "application/json; charset=x"),
  soup(...types, ";", "boundary=", '"', "charset=utf-8", "*/*"),
);
const body = fc.oneof(
  soup(`{"a":1}`, "<thing>", "</thing>", "<a>1</a>", "a=1", "&b=", "%", "--x", "\r\n", "--", ":"),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);
const fields = fc.record(
  {
    "content-type": contentType,
    accept: soup("*/*", ";q=", ",", ...types),
    "x-h": soup("R=1", ","),
  },
  { requiredKeys: [] },
);
const cookie = soup("c=", ";", ",", "%", "a");

test("whatever a caller sends becomes a call or a fault that can be told", () => {
  fc.assert(
    fc.property(target, fields, cookie, body, (path, some, cookies, sent) => {
      const all = { ...(some as Record<string, string>), cookie: cookies };
      const request = { method: "PUT", target: `/t/1.;m=2${path}`, fields: all, body: sent };
      for (const one of [request, { ...request, target: path }]) {
        const decoded = send(face, one);
        if (decoded.kind === "call") continue;
        const { status } = respond(face, decoded);
        assert.ok(status >= 400 && status < 500, String(status));
      }
    }),
    { numRuns: 2_000 },
  );
});

test("whatever a service answers becomes an answer or a fault", () => {
  const status = fc.constantFrom(200, 201, 204, 302, 404, 500, 503);
  const call = { operation: put, input: {}, headers: {} };
  fc.assert(
    fc.property(status, fields, body, (given, some, sent) => {
      const response = answered(given, sent, { ...(some as Record<string, string>), "x-n": "x" });
      const reply = upstream.decode(response, call);
      assert.ok(reply.kind === "fault" && reply.message !== "");
    }),
    { numRuns: 1_000 },
  );
});

test("parts are found between boundaries, and nowhere else", () => {
  const part = (name: string, value: string) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const split = (document: string) => {
    const parts = splitParts(Buffer.from(document), "b");
    if (typeof parts === "string") return parts;
    return parts.map(({ name, body: value }) => [name, value.toString()]);
  };
  const parts = part("a", "1\r\n-b") + part('q\\"', "x--b") + part("e", "");
  const several = `preamble\r\n${parts}--b--\r\n`;
  assert.deepEqual(split(several), [
    ["a", "1\r\n-b"],
    ['q"', "x--b"],
    ["e", ""],
  ]);
  assert.deepEqual(split(`${part("a", "1")}--b--`), [["a", "1"]]);
  assert.match(String(split(part("a", "1"))), /not ended by a boundary/);
  assert.match(String(split("nothing")), /`--b` does not stand in the body/);
  assert.match(String(split(`--b\r\n\r\nx\r\n--b--`)), /part 1 has no Content-Disposition/);
});
