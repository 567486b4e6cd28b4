/** Streams of REST services as they say them themselves, and what is wrong with them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer, Fault } from "#call/call.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import { importOpenApi } from "./import.ts";
import { createRestUpstream } from "./upstream.ts";

/** An operation whose answer has this `content`. */
function imported(content: string, version = "3.2.0"): Contract {
  const text = `openapi: ${version}
info: { title: quotes, version: "1" }
paths:
  /quotes:
    get:
      operationId: watch
      responses:
        "200": { description: "", content: ${content} }
components:
  schemas:
    Quote: { type: object, required: [price], properties: { price: { type: number }, n: { type: integer, format: int64 } } }
`;
  const source = { file: "quotes.yaml", text, read: () => undefined };
  const { contract, diagnostics } = importOpenApi(source);
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === "error"),
    [],
  );
  return contract;
}

const quote = '{ $ref: "#/components/schemas/Quote" }';

function told(contract: Contract, contentType: string, text: string): readonly unknown[] {
  const [operation] = contract.operations as readonly [Operation];
  assert.equal(operation.mode, "server-stream");
  const upstream = createRestUpstream({ serviceName: "quotes", contract });
  const call = { operation, input: {}, headers: {} };
  const field = (name: string) => (name === "content-type" ? contentType : undefined);
  const replies = upstream.decodeOutputs?.({ status: 200, field }, call);
  assert.ok(replies !== undefined, "the answer is no stream");
  const found: (Answer | Fault | undefined)[] = [
    ...replies.push(Buffer.from(text)),
    ...(replies.last?.() ?? []),
    replies.end(() => undefined),
  ];
  return found
    .filter((one) => one !== undefined)
    .map((one) => (one.kind === "answer" ? JSON.parse(JSON.stringify(one.output)) : one.message));
}

const cases: readonly (readonly [
  name: string,
  content: string,
  version: string,
  contentType: string,
  text: string,
  outputs: readonly unknown[],
])[] = [
  [
    "lines under an itemSchema, the last without its end",
    `{ application/jsonl: { itemSchema: ${quote} } }`,
    "3.2.0",
    "application/jsonl; charset=utf-8",
    '{"price":1.50,"n":9007199254740993}\r\n\n{"price":2}',
    [{ price: "1.50", n: "9007199254740993" }, { price: "2" }],
  ],
  [
    "lines under a schema, before OpenAPI 3.2",
    `{ application/x-ndjson: { schema: ${quote} } }`,
    "3.0.3",
    "application/x-ndjson",
    '{"price":1}\n',
    [{ price: "1" }],
  ],
  [
    "lines under the schema of an array",
    `{ application/x-ndjson: { schema: { type: array, items: { type: integer } } } }`,
    "3.1.0",
    "application/x-ndjson",
    "1\n2\n",
    [{ body: "1" }, { body: "2" }],
  ],
  [
    "a JSON sequence",
    `{ application/json-seq: { itemSchema: ${quote} } }`,
    "3.2.0",
    "application/json-seq",
    '\u001e{"price":1}\n\u001e{\n"price":2}\n',
    [{ price: "1" }, { price: "2" }],
  ],
  [
    "events whose data are JSON of a schema",
    `{ text/event-stream: { itemSchema: { properties: { data: { type: string, contentMediaType: application/json, contentSchema: ${quote} } } } } }`,
    "3.2.0",
    "text/event-stream",
    'event: x\ndata: {"price":\ndata: 1}\n\ndata: [DONE]\n\n',
    [{ price: "1" }],
  ],
  [
    "whole events",
    "{ text/event-stream: { itemSchema: { type: object, properties: { data: { type: string }, event: { type: string }, id: { type: string } } } } }",
    "3.2.0",
    "text/event-stream",
    "event: problem\nid: 4\ndata: a\ndata: b\n\n",
    [{ event: "problem", data: "a\nb", id: "4" }],
  ],
  [
    "events of JSON, before OpenAPI 3.2",
    `{ text/event-stream: { schema: ${quote} } }`,
    "3.1.0",
    "text/event-stream;charset=utf-8",
    ': hello\n\ndata: {"price":1}\n\n',
    [{ price: "1" }],
  ],
  [
    "events of text",
    "{ text/event-stream: { schema: { type: string } } }",
    "3.0.0",
    "text/event-stream",
    "data: {\n\ndata: b\n\n",
    [{ body: "{" }, { body: "b" }],
  ],
];

for (const [name, content, version, contentType, text, outputs] of cases) {
  test(`of ${name}, the outputs are read one by one`, () => {
    const found = told(imported(content, version), contentType, text);
    assert.deepEqual(
      JSON.parse(JSON.stringify(found).replaceAll(/:(\d[\d.]*)/g, ':"$1"')),
      outputs,
    );
  });
}

const lines = `{ application/x-ndjson: { itemSchema: ${quote} } }`;
const events = `{ text/event-stream: { schema: ${quote} } }`;

const wrong: readonly (readonly [name: string, content: string, text: string, message: RegExp])[] =
  [
    ["a line that is no JSON", lines, '{"price":1}\n{"pri\n', /output 2: /],
    ["a line that ends early", lines, '{"price":', /output 1: /],
    ["an item of another shape", lines, '{"price":"x"}\n', /output 1: expected a decimal/],
    [
      "an event that ends early",
      events,
      'data: {"price":1}\n\ndata: {',
      /middle of an event, behind 1/,
    ],
    [
      "an event that says an error",
      events,
      'event: error\ndata: {"message":"sold out"}\n\n',
      /sold out/,
    ],
  ];

for (const [name, content, text, message] of wrong) {
  test(`${name} is a fault of the service`, () => {
    const type = content === lines ? "application/x-ndjson" : "text/event-stream";
    assert.match(String(told(imported(content), type, text).at(-1)), message);
  });
}

test("an answer in a form that the contract does not have is told, not guessed at", () => {
  const contract = imported(lines);
  const [operation] = contract.operations as readonly [Operation];
  const upstream = createRestUpstream({ serviceName: "quotes", contract });
  const call = { operation, input: {}, headers: {} };
  const response = { status: 200, field: () => "text/html" };
  assert.equal(upstream.decodeOutputs?.(response, call), undefined);
  const reply = upstream.decode({ ...response, body: Buffer.from("<p>") }, call);
  assert.ok(reply.kind === "fault");
  assert.match(reply.message, /`text\/html`; expected application\/x-ndjson/);
});

test("beside one document, and without a schema, a stream is carried as it was", () => {
  const both = `{ application/json: { schema: ${quote} }, text/event-stream: { schema: ${quote} } }`;
  const bare = "{ text/event-stream: {} }";
  const binary = "{ application/x-ndjson: { schema: { type: string, format: binary } } }";
  for (const content of [both, bare, binary]) {
    assert.equal(imported(content, "3.1.0").operations[0]?.mode, "unary", content);
  }
});
