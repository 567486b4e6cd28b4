import assert from "node:assert/strict";
import { test } from "node:test";
import { faultKinds } from "#base/fault-kind.ts";
import type { Fault } from "#call/call.ts";
import { faultTable } from "#call/fault-table.ts";
import { createRestFace } from "./face.ts";
import {
  binding,
  callOf,
  contractOf,
  field,
  fieldOf,
  int32,
  int64,
  json,
  operation,
  plainOf,
  record,
  respond,
  send,
  text,
} from "./fixture.ts";

const optional = { presence: "optional" } as const;
const order = record(field("id", int64), field("note", text, optional));
const getOrder = operation("getOrder", record(field("id", int64)), {
  safety: "safe",
  output: { type: order, headers: [] },
  faults: [
    {
      name: "noSuchOrder",
      type: record(field("orderId", int64), field("status", text)),
      statuses: ["404"],
    },
    {
      name: "gone",
      type: record(field("since", text)),
      statuses: ["410"],
      contents: [json],
    },
  ],
  rest: binding("GET", "/orders/{id}", {
    parameters: [{ field: "id", name: "id", in: "path", style: "simple", explode: false }],
  }),
});
const newest = operation("newest", record(), { rest: binding("GET", "/orders/newest") });
const addOrder = operation("addOrder", order, {
  output: { type: order, headers: [] },
  rest: binding("POST", "/orders", {
    body: { field: undefined, required: true, contents: [json] },
    success: { status: 201, field: undefined, contents: [json] },
  }),
});
const count = operation("count", record(field("min", int32), field("word", text, optional)), {
  safety: "safe",
  output: { type: record(field("count", int32)), headers: [] },
});
const service = contractOf([getOrder, newest, addOrder, count]);
const face = createRestFace(service, {
  describe: (_, { address }) => ({ text: address, mediaType: "application/json", diagnostics: [] }),
});

test("a template's parameter is decoded, and concrete paths go first", () => {
  const call = callOf(send(face, { target: "/orders/9007199254740993" }));
  assert.equal(call.operation.id, "getOrder");
  assert.deepEqual(plainOf(call.input), { id: "9007199254740993" });
  assert.equal(callOf(send(face, { target: "/orders/newest" })).operation.id, "newest");
  assert.equal(
    callOf(send(face, { target: "/orders/1", method: "HEAD" })).operation.id,
    "getOrder",
  );
});

test("an unknown path is 404, another method 405 with what is offered", () => {
  const nowhere = respond(face, send(face, { target: "/nowhere" }));
  assert.equal(nowhere.status, 404);
  const response = respond(face, send(face, { target: "/orders/1", method: "PUT" }));
  assert.equal(response.status, 405);
  assert.equal(fieldOf(response, "allow"), "GET, HEAD");
});

test("an operation without a path is a POST, and a GET too when it is safe", () => {
  const fields = { "content-type": "application/json" };
  const posted = { target: "/count", method: "POST", fields, body: `{"min":5}` };
  assert.deepEqual(plainOf(callOf(send(face, posted)).input), { min: 5 });
  const got = send(face, { target: "/count?min=5&word=a+b%26" });
  assert.deepEqual(plainOf(callOf(got).input), { min: 5, word: "a b&" });
});

interface Refused {
  readonly name: string;
  readonly sent: Parameters<typeof send>[1];
  readonly status: number;
  readonly detail: RegExp;
}

const posted = { method: "POST", target: "/orders" } as const;
const asJson = { "content-type": "application/json" };
const refusals: readonly Refused[] = [
  {
    name: "a path parameter of another type",
    sent: { target: "/orders/abc" },
    status: 400,
    detail: /^the path parameter `id`: expected .*, found `abc`$/,
  },
  {
    name: "broken percent-encoding",
    sent: { target: "/orders/%zz" },
    status: 400,
    detail: /its percent-encoding is broken$/,
  },
  {
    name: "a missing query parameter",
    sent: { target: "/count" },
    status: 400,
    detail: /^the query parameter `min` is missing$/,
  },
  {
    name: "an unknown query parameter",
    sent: { target: "/count?min=1&mni=2" },
    status: 400,
    detail: /^there is no query parameter `mni`; expected some of `min`, `word`$/,
  },
  {
    name: "a query parameter that stands twice",
    sent: { target: "/count?min=1&min=2" },
    status: 400,
    detail: /it stands here twice$/,
  },
  {
    name: "a missing body",
    sent: { ...posted, fields: asJson },
    status: 400,
    detail: /^the body is missing; expected application\/json, application\/xml$/,
  },
  {
    name: "a body without a Content-Type",
    sent: { ...posted, body: "{}" },
    status: 415,
    detail: /^the Content-Type must be one of application\/json, application\/xml; found none$/,
  },
  {
    name: "a body of another Content-Type",
    sent: {
      ...posted,
      body: "a=b",
      fields: { "content-type": "application/x-www-form-urlencoded" },
    },
    status: 415,
    detail: /found `application\/x-www-form-urlencoded`$/,
  },
  {
    name: "JSON in another charset",
    sent: { ...posted, body: "{}", fields: { "content-type": "application/json; charset=utf-16" } },
    status: 415,
    detail: /^the charset utf-16 is not offered; expected UTF-8/,
  },
  {
    name: "a body with a wrong member",
    sent: { ...posted, body: `{"id":1,\n"nota":"x"}`, fields: asJson },
    status: 400,
    detail: /^the member `nota` is not known here; did you mean `note`\? \(line 2, column 1\)$/,
  },
  {
    name: "a body where none is taken",
    sent: { target: "/orders/1", body: "{}", fields: asJson },
    status: 400,
    detail: /^the operation takes no body/,
  },
  {
    name: "an Accept that nothing fits",
    sent: { target: "/orders/1", fields: { accept: "text/html, application/json;q=0" } },
    status: 406,
    detail: /^no form that Accept names is offered; expected one of application\/json, /,
  },
];

for (const { name, sent, status, detail } of refusals) {
  test(`${name} is refused as the caller's fault`, () => {
    const response = respond(face, send(face, sent));
    assert.equal(response.status, status);
    assert.equal(fieldOf(response, "content-type"), "application/problem+json");
    const problem = JSON.parse(response.body.toString()) as Record<string, unknown>;
    assert.match(String(problem["detail"]), detail);
    const { fault, exchange } = problem;
    assert.deepEqual([fault, exchange, problem["status"]], ["client", "x1", status]);
  });
}

test("an answer is told in the form that the caller likes best", () => {
  const answer = { kind: "answer", output: { id: "9007199254740993" }, headers: {} } as const;
  const asked = (accept: string) => {
    const decoded = send(face, { target: "/orders/1", fields: { accept } });
    const response = respond(face, decoded, answer);
    return `${fieldOf(response, "content-type")} ${response.body.toString()}`;
  };
  assert.equal(asked("*/*"), `application/json {"id":9007199254740993}`);
  assert.equal(asked("application/xml;q=0.4, application/*;q=0.5"), asked("*/*"));
  const xml = asked("application/json;q=0.3, application/xml");
  assert.match(xml, /^application\/xml; charset=utf-8 <\?xml/);
  assert.match(xml, /<id>9007199254740993<\/id>/);
});

test("XML bodies are read", () => {
  const body = `<addOrder><note>hi</note><id>5</id></addOrder>`;
  const sent = { ...posted, body, fields: { "content-type": "text/xml" } };
  assert.deepEqual(plainOf(callOf(send(face, sent)).input), { note: "hi", id: "5" });
});

const broken: Fault = {
  kind: "fault",
  faultKind: "not_found",
  blame: "client",
  code: "noSuchOrder",
  message: "no order 5",
};

test("a declared fault has its status, and its detail apart from the problem's members", () => {
  const detail = { orderId: "5", status: "lost" };
  const decoded = send(face, { target: "/orders/5" });
  const fault: Fault = { ...broken, declared: { name: "noSuchOrder", detail } };
  const response = respond(face, decoded, fault);
  assert.equal(response.status, 404);
  assert.deepEqual(JSON.parse(response.body.toString()), {
    type: "urn:parlance:problem:noSuchOrder",
    title: "noSuchOrder",
    detail: "no order 5",
    code: "noSuchOrder",
    kind: "not_found",
    fault: "client",
    exchange: "x1",
    status: 404,
    value: { orderId: 5, status: "lost" },
  });
});

test("a declared fault whose body the contract has is told with that body", () => {
  const decoded = send(face, { target: "/orders/5" });
  const declared = { name: "gone", detail: { since: "May" } };
  const response = respond(face, decoded, { ...broken, declared });
  assert.equal(response.status, 410);
  assert.equal(fieldOf(response, "content-type"), "application/json");
  assert.equal(response.body.toString(), `{"since":"May"}`);
});

test("faults are XML for callers who like it better", () => {
  const decoded = send(face, { target: "/orders/5", fields: { accept: "application/xml" } });
  const fault: Fault = {
    ...broken,
    message: "a < b & \u0001",
    declared: { name: "noSuchOrder", detail: { orderId: "5", status: "lost" } },
  };
  const response = respond(face, decoded, fault);
  assert.equal(fieldOf(response, "content-type"), "application/problem+xml; charset=utf-8");
  const body = response.body.toString();
  assert.match(body, /<detail>a &lt; b &amp; \ufffd<\/detail>/);
  assert.match(body, /<noSuchOrder[^>]*><orderId[^>]*>5<\/orderId>/);
});

test("a fault of every kind has the status of the kind", () => {
  for (const faultKind of faultKinds) {
    const decoded = send(face, { target: "/orders/5" });
    const response = respond(face, decoded, { ...broken, code: "x", faultKind });
    assert.equal(response.status, faultTable[faultKind].http);
    const { kind } = JSON.parse(response.body.toString()) as { kind: string };
    assert.equal(kind, faultKind);
  }
});

test("an answer that XML cannot hold is told as a fault", () => {
  const decoded = send(face, { target: "/orders/1", fields: { accept: "application/xml" } });
  const output = { id: "1", note: "a\u0000b" };
  const response = respond(face, decoded, { kind: "answer", output, headers: {} });
  assert.equal(response.status, 500);
  assert.match(response.body.toString(), /answer-not-encodable/);
});

test("the description is served beside the operations, with a relative address", () => {
  const response = respond(face, send(face, { target: "/openapi.json" }));
  assert.deepEqual([response.status, response.body.toString()], [200, "/orders"]);
  const refused = respond(face, send(face, { target: "/openapi.json", method: "POST" }));
  assert.equal(refused.status, 405);
});

test("a fault before anything was negotiated is told as JSON", () => {
  const context = { operation: undefined, exchangeId: "x2", negotiated: undefined };
  const response = face.encode(broken, context);
  assert.equal(response.status, 404);
  assert.equal(fieldOf(response, "parlance-fault"), "client");
});
