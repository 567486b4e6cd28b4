/**
 * REST to REST through an upstream and a face: a call is encoded, decoded as a service would, its
 * answer goes back the same way, for every style of a parameter and every form of a body.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Call, Fault, Reply } from "#call/call.ts";
import type { Contract, Operation, RestContent, RestParameter } from "#contract/contract.ts";
import type { Type } from "#contract/types.ts";
import { createRecord, type Value } from "#contract/value.ts";
import type { UpstreamResponse } from "#extension/protocol.ts";
import { createRestFace } from "./face.ts";
import {
  binding,
  callOf,
  contractOf,
  field,
  int32,
  int64,
  json,
  list,
  operation,
  plainOf,
  record,
  respond,
  send,
  text,
} from "./fixture.ts";
import { createRestUpstream } from "./upstream.ts";

/** What arrives at a service behind an upstream, and what comes back from it. */
function exchange(
  operations: readonly Operation[],
  call: Call,
  answer: Reply,
  more: Partial<Contract> = {},
): { readonly arrived: Call; readonly reply: Reply } | Fault {
  const service = contractOf(operations, more);
  const face = createRestFace(service);
  const upstream = createRestUpstream(service);
  const request = upstream.encode(call);
  if (request.kind === "fault") return request;
  const { method, target, body } = request;
  const decoded = send(face, { method, target, body, fields: Object.fromEntries(request.fields) });
  const arrived = callOf(decoded);
  const response = respond(face, decoded, answer);
  const fields = new Map(response.fields);
  const returned: UpstreamResponse = { ...response, field: (name) => fields.get(name) };
  return { arrived, reply: upstream.decode(returned, call) };
}

const nothing: Reply = { kind: "answer", output: createRecord(), headers: createRecord() };

function arrivedInput(outcome: ReturnType<typeof exchange>): unknown {
  assert.ok(!("faultKind" in outcome), JSON.stringify(outcome));
  return plainOf(outcome.arrived.input);
}

const members = record(
  field("R", int32),
  field("name", text, { presence: "optional" }),
  field("id", int64, { presence: "optional" }),
);
const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 });
const pathWord = word.filter((one) => one !== "." && one !== "..");
const numbers = fc.array(fc.integer(), { minLength: 1, maxLength: 4 });
const object = fc
  .tuple(fc.integer(), fc.option(pathWord, { nil: undefined }), fc.bigInt({ min: 0n, max: 99n }))
  .map(([R, name, id]) => ({ R, ...(name === undefined ? {} : { name }), id: String(id) }));
const samples: readonly (readonly [Type, fc.Arbitrary<Value>, kind: string])[] = [
  [text, pathWord, "text"],
  [int64, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String), "number"],
  [list(int32), numbers, "numbers"],
  [list(text), fc.array(pathWord, { minLength: 1, maxLength: 3 }), "texts"],
  [members, object, "record"],
];

const styles: readonly (readonly [RestParameter["in"], RestParameter["style"], boolean])[] = [
  ...(["simple", "label", "matrix"] as const).flatMap((style) =>
    [false, true].map((explode) => ["path", style, explode] as const),
  ),
  ["query", "form", false],
  ["query", "form", true],
  ["query", "spaceDelimited", false],
  ["query", "pipeDelimited", false],
  ["query", "deepObject", true],
  ["cookie", "form", false],
  ["cookie", "form", true],
];

for (const [where, style, explode] of styles) {
  for (const [type, values, kind] of samples) {
    const spelled = `${style}${explode ? ", exploded" : ""}`;
    test(`${kind} in ${where} as ${spelled} arrive as they were`, () => {
      const path = where === "path" ? "/things/{p}/end" : "/things";
      const parameter: RestParameter = { field: "p", name: "p", in: where, style, explode };
      const get = operation("get", record(field("p", type)), {
        rest: binding("GET", path, { parameters: [parameter] }),
      });
      fc.assert(
        fc.property(values, (p) => {
          const call: Call = { operation: get, input: { p }, headers: {} };
          const outcome = exchange([get], call, nothing);
          // An item may hold the delimiter itself, which these styles cannot tell.
          if ("faultKind" in outcome && style.endsWith("Delimited")) {
            assert.match(outcome.message, /holds the delimiter/);
            return;
          }
          assert.deepEqual(arrivedInput(outcome), plainOf({ p }));
        }),
        { numRuns: 40 },
      );
    });
  }
}

test("headers arrive as they were, or are refused", () => {
  const visible = fc.string({ unit: "grapheme-ascii", maxLength: 8 });
  const header = {
    field: "p",
    name: "X-P",
    in: "header",
    style: "simple",
    explode: false,
  } as const;
  for (const [type, values] of [
    [text, visible],
    [
      list(text),
      fc.array(
        visible.filter((one) => one !== ""),
        { minLength: 1, maxLength: 3 },
      ),
    ],
  ] as const) {
    const get = operation("get", record(field("p", type)), {
      rest: binding("GET", "/x", { parameters: [header] }),
    });
    fc.assert(
      fc.property(values as fc.Arbitrary<Value>, (p) => {
        const outcome = exchange([get], { operation: get, input: { p }, headers: {} }, nothing);
        if ("faultKind" in outcome) assert.equal(outcome.code, "not-representable");
        else assert.deepEqual(plainOf(outcome.arrived.input), { p });
      }),
    );
  }
});

const bodyType = record(
  field("id", int64),
  field("title", text, { presence: "optional" }),
  field("sizes", list(int32)),
  field("size", members),
);
const bodyValue = fc.record({
  id: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
  title: word.filter((one) => one.trim() === one),
  sizes: numbers,
  size: object,
});
const forms: readonly RestContent[] = [
  json,
  { mediaType: "application/xml", format: "xml", xml: { name: "order", namespace: "urn:o" } },
  { mediaType: "application/x-www-form-urlencoded", format: "form" },
  { mediaType: "multipart/form-data", format: "multipart" },
];

for (const content of forms) {
  test(`a body as ${content.mediaType} arrives, and comes back, as it was`, () => {
    const put = operation("put", record(field("body", bodyType), field("p", int32)), {
      output: {
        type: bodyType,
        headers: [{ name: "tag", type: text, required: true, http: "X-T" }],
      },
      rest: binding("PUT", "/orders", {
        parameters: [{ field: "p", name: "p", in: "query", style: "form", explode: true }],
        body: { field: "body", required: true, contents: [content] },
        success: { status: 200, field: undefined, contents: [content] },
      }),
    });
    fc.assert(
      fc.property(bodyValue, (body) => {
        const answer: Reply = { kind: "answer", output: body, headers: { tag: "t1" } };
        const input = { body, p: 7 };
        const outcome = exchange([put], { operation: put, input, headers: {} }, answer);
        assert.deepEqual(arrivedInput(outcome), plainOf(input));
        assert.deepEqual("reply" in outcome && plainOf(outcome.reply), plainOf(answer));
      }),
      { numRuns: 40 },
    );
  });
}

test("files travel as parts, texts and octets as they are", () => {
  const bytes: Type = { kind: "bytes", encoding: "base64" };
  const upload = record(field("files", list(bytes)), field("note", text));
  const cases: readonly (readonly [RestContent, Type, fc.Arbitrary<Value>])[] = [
    [
      { mediaType: "multipart/form-data", format: "multipart" },
      upload,
      fc.record({ files: fc.array(fc.uint8Array(), { maxLength: 3 }), note: word }),
    ],
    [
      { mediaType: "application/octet-stream", format: "bytes" },
      bytes,
      fc.uint8Array({ minLength: 1 }),
    ],
    [{ mediaType: "text/plain", format: "text" }, text, word],
  ];
  for (const [content, type, values] of cases) {
    const post = operation("post", record(field("body", type)), {
      rest: binding("POST", "/files", {
        body: { field: "body", required: true, contents: [content] },
      }),
    });
    fc.assert(
      fc.property(values, (body) => {
        const call: Call = { operation: post, input: { body }, headers: {} };
        assert.deepEqual(arrivedInput(exchange([post], call, nothing)), plainOf({ body }));
      }),
      { numRuns: 50 },
    );
  }
});

test("operations without paths go through two gateways as they were", () => {
  const count = operation("count", bodyType, { output: { type: bodyType, headers: [] } });
  fc.assert(
    fc.property(bodyValue, (body) => {
      const answer: Reply = { kind: "answer", output: body, headers: {} };
      const call: Call = { operation: count, input: body, headers: {} };
      const outcome = exchange([count], call, answer, { dialect: "soap" });
      assert.deepEqual(arrivedInput(outcome), plainOf(body));
      assert.deepEqual("reply" in outcome && plainOf(outcome.reply), plainOf(answer));
    }),
  );
});

test("declared faults come back with their detail, kind and blame", () => {
  const get = operation("get", record(), {
    faults: [{ name: "tooLate", type: record(field("until", text), field("detail", text)) }],
  });
  const fault: Fault = {
    kind: "fault",
    faultKind: "failed_precondition",
    blame: "client",
    code: "tooLate",
    message: "it is over",
    declared: { name: "tooLate", detail: { until: "May", detail: "5" } },
  };
  const outcome = exchange([get], { operation: get, input: {}, headers: {} }, fault);
  assert.ok("reply" in outcome);
  const { message: _, ...rest } = fault;
  const { message: __, ...came } = outcome.reply as Fault;
  assert.deepEqual(plainOf(came), plainOf({ ...rest, httpStatus: 400 }));
});
