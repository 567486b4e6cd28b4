import assert from "node:assert/strict";
import test from "node:test";
import type { Answer, Fault, Reply } from "#call/call.ts";
import type { ReplyStream } from "#extension/streams.ts";
import { operationIn, read } from "./import-fixture.ts";
import { createGraphqlUpstream } from "./upstream.ts";

const imported = read(`
  scalar Long
  enum Kind { TEA POT }
  type Product { id: ID! sold: Long kind: Kind tags: [String!]! deep: Deep }
  type Deep { id: ID! }
  type Query { product(id: ID!, sold: Long, note: String): Product count: Int! }
  type Subscription { changed: Product }`);
const upstream = createGraphqlUpstream({ serviceName: "s", contract: imported.contract });

const callOf = (id: string, input = {}) => ({
  operation: operationIn(imported, id),
  input,
  headers: {},
});

function decode(body: string, status = 200, id = "product"): Reply {
  const field = (): undefined => undefined;
  return upstream.decode({ status, field, body: Buffer.from(body) }, callOf(id));
}

function told(reply: Reply): unknown {
  if (reply.kind === "answer") return { ...reply.output };
  const { faultKind, blame, code, place } = reply;
  return [faultKind, blame, code, ...(place === undefined ? [] : [place])];
}

test("a request has the document and the input as variables, to the digit", () => {
  const input = { id: "p1", sold: "9007199254740993", note: null };
  const request = upstream.encode(callOf("product", input));
  assert.equal(request.kind, "request");
  if (request.kind !== "request") return;
  assert.equal(
    request.body.toString(),
    '{"query":"query product($id: ID!, $sold: Long, $note: String) { product(id: $id, ' +
      'sold: $sold, note: $note) { id sold kind tags deep { id } } }","operationName":"product",' +
      '"variables":{"id":"p1","sold":"9007199254740993","note":null}}',
  );
  assert.deepEqual(request.fields, [
    ["content-type", "application/json"],
    ["accept", "application/graphql-response+json, application/json;q=0.9"],
  ]);
});

const product = '{"id":"p1","sold":9007199254740993,"kind":"TEA","tags":[],"deep":null}';

const answers: readonly [string, string, number, unknown][] = [
  [
    "data",
    `{"data":{"product":${product}}}`,
    200,
    { id: "p1", sold: "9007199254740993", kind: "TEA", tags: [], deep: null },
  ],
  ["null", '{"data":{"product":null}}', 200, ["not_found", "client", "no-result"]],
  [
    "an empty list of errors",
    '{"data":{"product":null},"errors":[]}',
    200,
    ["not_found", "client", "no-result"],
  ],
  ["no JSON", "<html>", 200, ["internal", "service", "bad-answer"]],
  ["nothing", "", 200, ["internal", "service", "bad-answer"]],
  ["something else in JSON", '{"product":1}', 200, ["internal", "service", "bad-answer"]],
  ["no data", '{"data":null}', 200, ["internal", "service", "bad-answer"]],
  [
    "a page with a status",
    "<html>Bad gateway</html>",
    502,
    ["unavailable", "service", "no-graphql"],
  ],
  [
    "data with a status of failure",
    `{"data":{"product":${product}}}`,
    500,
    ["internal", "service", "no-graphql"],
  ],
  [
    "a value of another type",
    `{"data":{"product":${product.replace("[]", '"x"')}}}`,
    200,
    ["internal", "service", "invalid-value", "/data/product/tags"],
  ],
  [
    "a value that the enum has not",
    `{"data":{"product":${product.replace("TEA", "CUP")}}}`,
    200,
    ["internal", "service", "invalid-value", "/data/product/kind"],
  ],
  [
    "null where there is none",
    `{"data":{"product":${product.replace("[]", "null")}}}`,
    200,
    ["internal", "service", "invalid-value", "/data/product/tags"],
  ],
  [
    "a field that is missing",
    '{"data":{"product":{"id":"p1"}}}',
    200,
    ["internal", "service", "missing-member", "/data/product/sold"],
  ],
  [
    "too deep nesting",
    `{"data":{"product":${"[".repeat(1_000)}${"]".repeat(1_000)}}}`,
    200,
    ["internal", "service", "bad-answer"],
  ],
  [
    "an error with a code",
    '{"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}],"data":{"product":null}}',
    200,
    ["permission_denied", "client", "forbidden"],
  ],
  [
    "an error beside data, with its path",
    `{"errors":[{"message":"no","path":["product","tags",0]}],"data":{"product":${product}}}`,
    200,
    ["unknown", "service", "error", "/data/product/tags/0"],
  ],
  [
    "an error without a code, with a status",
    '{"errors":[{"message":"no"}]}',
    401,
    ["unauthenticated", "client", "error"],
  ],
  [
    "an error that a gateway of ours told",
    '{"errors":[{"message":"no","extensions":{"code":"NOT_FOUND","kind":"aborted",' +
      '"fault":"gateway","problem":"too-late","exchange":"x","place":"/a/b"}}]}',
    200,
    ["aborted", "gateway", "too-late", "/a/b"],
  ],
  [
    "another view of the schema",
    '{"errors":[{"message":"Cannot query","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}',
    400,
    ["internal", "service", "contract-differs"],
  ],
  ["an error that is none", '{"errors":[7]}', 200, ["unknown", "service", "error"]],
  ["errors that are no list", '{"errors":"no"}', 200, ["internal", "service", "bad-answer"]],
];

for (const [name, body, status, expected] of answers) {
  test(`an answer with ${name} is told as what it is`, () => {
    assert.deepEqual(told(decode(body, status)), expected);
  });
}

test("a whole number that a double holds is sent as a number", () => {
  const request = upstream.encode(callOf("product", { id: "p1", sold: "-42" }));
  assert.match(request.kind === "request" ? request.body.toString() : "", /"sold":-42\}/);
});

test("a message says how many errors there are", () => {
  const reply = decode('{"errors":[{"message":"one"},{"message":"two"},{"message":"three"}]}');
  assert.equal(reply.kind === "fault" && reply.message, "one (and 2 more errors)");
});

function open(): ReplyStream {
  const field = (name: string): string | undefined =>
    name === "content-type" ? "text/event-stream; charset=utf-8" : undefined;
  const stream = upstream.decodeOutputs?.({ status: 200, field }, callOf("changed"));
  assert.ok(stream);
  return stream;
}

function push(stream: ReplyStream, text: string): readonly unknown[] {
  return stream.push(Buffer.from(text)).map((one: Answer | Fault) => told(one));
}

const nothing = (): undefined => undefined;
const next = (data: string): string => `event: next\ndata: ${data}\n\n`;
const one = next(`{"data":{"changed":${product}}}`);

test("results come as they are complete, wherever the bytes are split", () => {
  for (let at = 1; at < one.length; at += 7) {
    const stream = open();
    const found = [
      ...push(stream, one.slice(0, at)),
      ...push(stream, `${one.slice(at)}: ping\n\n`),
    ];
    assert.equal(found.length, 1);
    assert.deepEqual(push(stream, `event: complete\ndata: \n\n${one}`), []);
    assert.equal(stream.end(nothing), undefined);
  }
});

test("a stream that names no events has results", () => {
  const stream = open();
  assert.equal(push(stream, `data: {"data":{"changed":${product}}}\n\n`).length, 1);
  assert.equal(stream.end(nothing), undefined);
});

const broken: readonly [string, string, unknown][] = [
  [
    "an error",
    next('{"errors":[{"message":"x","extensions":{"code":"UNAVAILABLE"}}]}'),
    ["unavailable", "service", "unavailable"],
  ],
  ["no JSON", next("oops"), ["internal", "service", "bad-answer"]],
  ["no result", next("[]"), ["internal", "service", "bad-answer"]],
  [
    "an event that is an error",
    'event: error\ndata: {"message":"gone"}\n\n',
    ["internal", "service", "bad-answer"],
  ],
  [
    "an event of errors",
    'event: error\ndata: {"errors":[{"message":"x","extensions":{"code":"UNAVAILABLE"}}]}\n\n',
    ["unavailable", "service", "unavailable"],
  ],
];

for (const [name, text, expected] of broken) {
  test(`a stream with ${name} ends with a fault`, () => {
    assert.deepEqual(push(open(), text), [expected]);
  });
}

test("an event without end is given up, and a stream that is cut is not whole", () => {
  const stream = open();
  const chunk = Buffer.from(`data: ${"x".repeat(1024 * 1024)}`);
  const found = Array.from({ length: 20 }, () => stream.push(chunk)).flat();
  assert.deepEqual(found.map(told), [["internal", "service", "limit-exceeded"]]);
  const cut = open();
  push(cut, one.slice(0, 20));
  assert.equal(cut.end(nothing)?.code, "bad-answer");
});

test("an answer of another media type is no stream", () => {
  const field = (): string => "application/json";
  assert.equal(upstream.decodeOutputs?.({ status: 200, field }, callOf("changed")), undefined);
  assert.deepEqual(told(decode('{"errors":[{"message":"no"}]}', 400, "changed")), [
    ...["invalid_argument", "client", "error"],
  ]);
});
