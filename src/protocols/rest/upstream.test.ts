import assert from "node:assert/strict";
import { test } from "node:test";
import type { Call, Fault, Reply } from "#call/call.ts";
import type { Operation } from "#contract/contract.ts";
import type { Value } from "#contract/value.ts";
import type { UpstreamResponse } from "#extension/protocol.ts";
import {
  answered,
  binding,
  contractOf,
  field,
  int32,
  int64,
  json,
  operation,
  plainOf,
  record,
  text,
} from "./fixture.ts";
import { createRestUpstream } from "./upstream.ts";

const optional = { presence: "optional" } as const;
const order = record(field("id", int64), field("note", text, optional));
const path = { in: "path", style: "simple", explode: false } as const;
const getOrder = operation("getOrder", record(field("id", text), field("tag", text, optional)), {
  output: {
    type: order,
    headers: [{ name: "version", type: int32, required: false, http: "ETag" }],
  },
  faults: [
    { name: "noSuchOrder", type: record(field("orderId", int64)), statuses: ["404"] },
    { name: "refused", type: record(field("reason", text)), statuses: ["4XX"] },
    { name: "broken", type: undefined, statuses: ["default"] },
  ],
  rest: binding("GET", "/orders/{id}", {
    parameters: [
      { field: "id", name: "id", ...path },
      { field: "tag", name: "X-Tag", in: "header", style: "simple", explode: false },
    ],
  }),
});
const addOrder = operation("addOrder", order, {
  rest: binding("POST", "/orders", {
    body: { field: undefined, required: true, contents: [json] },
    success: { status: 204, field: null, contents: [] },
  }),
});
const ping = operation("ping", record(field("word", text)), {
  output: { type: order, headers: [] },
});
const upstream = createRestUpstream(contractOf([getOrder, addOrder, ping]));

function call(one: Operation, input: Record<string, Value>): Call {
  return { operation: one, input, headers: {} };
}

function encoded(one: Operation, input: Record<string, Value>) {
  const request = upstream.encode(call(one, input));
  if (request.kind === "fault") return `${request.code} ${request.place}: ${request.message}`;
  return `${request.method} ${request.target} ${request.body.toString()}`;
}

test("templates are filled, and nothing of a value can leave its place", () => {
  assert.equal(encoded(getOrder, { id: "a/b?c#d%é" }), "GET /orders/a%2Fb%3Fc%23d%25%C3%A9 ");
});

test("values that a path cannot hold are refused", () => {
  for (const id of ["", ".", ".."]) {
    assert.match(encoded(getOrder, { id }), /^not-representable \/id: .* cannot stand in a path$/);
  }
});

test("values that would end a field line are refused", () => {
  for (const tag of ["a\r\nHost: evil", "a\u0000", "a "]) {
    assert.match(encoded(getOrder, { id: "1", tag }), /^not-representable \/tag: /);
  }
});

test("a body is written with its type, exact numbers as the contract has them", () => {
  assert.equal(
    encoded(addOrder, { id: "9007199254740993", note: "x" }),
    `POST /orders {"id":9007199254740993,"note":"x"}`,
  );
});

test("an operation without a path is a POST of JSON", () => {
  assert.equal(encoded(ping, { word: "hi" }), `POST /ping {"word":"hi"}`);
});

function decoded(one: Operation, response: UpstreamResponse): Reply {
  return upstream.decode(response, call(one, { id: "1" }));
}

function faultOf(one: Operation, response: UpstreamResponse): Fault {
  const reply = decoded(one, response);
  assert.ok(reply.kind === "fault");
  return reply;
}

test("answers are read with their headers; members that were added since are dropped", () => {
  const fields = { "content-type": "application/json; charset=utf-8", etag: "7" };
  const reply = decoded(getOrder, answered(200, `{"id":9007199254740993,"new":[1]}`, fields));
  const { output, headers } = plainOf(reply) as { output: unknown; headers: unknown };
  assert.deepEqual([output, headers], [{ id: "9007199254740993" }, { version: 7 }]);
});

test("an answer without a body is one where none is expected", () => {
  assert.deepEqual(decoded(addOrder, answered(204, "", {})).kind, "answer");
});

const html = { "content-type": "text/html" };
const invalidAnswers: readonly (readonly [string, UpstreamResponse, RegExp])[] = [
  ["an empty answer", answered(200, "", {}), /has no body; expected one$/],
  [
    "a page",
    answered(200, "<html>", html),
    /Content-Type is `text\/html`; expected application\/json$/,
  ],
  ["no JSON", answered(200, "<html>"), /body: expected an object, found `<` \(line 1, column 1\)$/],
  ["a truncated answer", answered(200, `{"id":1`), /found the end of the document/],
  ["an answer without a member", answered(200, `{}`), /the member `id` is missing/],
  ["a nonsense type", answered(200, `{}`, { "content-type": ";;" }), /Content-Type is `;;`/],
];

for (const [name, response, message] of invalidAnswers) {
  test(`${name} is the service's fault`, () => {
    const fault = faultOf(getOrder, response);
    const { faultKind, blame, code, httpStatus } = fault;
    assert.deepEqual(
      [faultKind, blame, code, httpStatus],
      ["internal", "service", "answer-invalid", 502],
    );
    assert.match(fault.message, message);
  });
}

test("a declared fault is found by its status, its class, or as the default", () => {
  const read = (status: number, body: string) => {
    const { code, declared, faultKind, httpStatus } = faultOf(getOrder, answered(status, body));
    return plainOf({ code, detail: declared?.detail, faultKind, httpStatus });
  };
  assert.deepEqual(read(404, `{"orderId":5}`), {
    ...{ code: "noSuchOrder", detail: { orderId: "5" } },
    ...{ faultKind: "not_found", httpStatus: 404 },
  });
  assert.deepEqual(read(409, `{"reason":"late"}`), {
    ...{ code: "refused", detail: { reason: "late" } },
    ...{ faultKind: "aborted", httpStatus: 409 },
  });
  assert.deepEqual(read(500, ""), {
    ...{ code: "broken", detail: null, faultKind: "internal", httpStatus: 500 },
  });
});

test("a declared fault with another body is told without its detail", () => {
  const fault = faultOf(getOrder, answered(404, "<html>nginx</html>", html));
  assert.equal(fault.declared, undefined);
  assert.equal(fault.faultKind, "not_found");
  assert.match(
    fault.message,
    /404 Not Found with a body of `text\/html`; its body is not the noSuchOrder/,
  );
});

test("a problem document's kind is believed where it fits the status", () => {
  const fields = { "content-type": "application/problem+json" };
  const told = (kind: string) => {
    const body = JSON.stringify({ kind, fault: "policy", detail: "no", code: "x" });
    const fault = faultOf(ping, answered(400, body, fields));
    return [fault.faultKind, fault.blame, fault.message];
  };
  assert.deepEqual(told("failed_precondition"), ["failed_precondition", "policy", "no"]);
  assert.deepEqual(told("data_loss"), ["invalid_argument", "policy", "no"]);
  assert.deepEqual(told("__proto__"), ["invalid_argument", "policy", "no"]);
});

test("any status and any body gives a fault", () => {
  const bodies = ["", "null", "[]", `"x"`, "{", "<html>", "\u0000", `{"detail":{"a":1}}`];
  for (const status of [101, 204, 302, 304, 400, 418, 499, 500, 502, 503, 599, 999]) {
    for (const body of bodies) {
      const fault = faultOf(ping, answered(status, body));
      assert.ok(fault.message.length > 0, `${status} ${body}`);
    }
  }
});
