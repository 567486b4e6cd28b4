/** Lists as the whole body in XML, and where a body is wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Value } from "#contract/value.ts";
import {
  answered,
  binding,
  contractOf,
  field,
  operation,
  plainOf,
  record,
  text,
} from "./fixture.ts";
import { createRestUpstream } from "./upstream.ts";

const xml = {
  mediaType: "application/xml",
  format: "xml",
  xml: { name: "all", namespace: "" },
} as const;
const items = { kind: "list", item: text, itemNullable: false, min: 0 } as const;
const body = field("body", items, {
  nullable: true,
  xml: { node: "element", name: "one", namespace: "" },
});
const store = operation("store", record(body), {
  output: { type: record(body), headers: [] },
  rest: binding("POST", "/all", {
    body: { field: "body", required: true, contents: [xml] },
    success: { status: 200, field: "body", contents: [xml] },
  }),
});
const upstream = createRestUpstream(contractOf([store]));
const call = (value: Value) => ({ operation: store, input: { body: value }, headers: {} });

test("null instead of a list is nil, and no empty list", () => {
  for (const value of [null, [], ["a", ""]]) {
    const request = upstream.encode(call(value));
    assert.ok(request.kind === "request", JSON.stringify(request));
    assert.equal(/<all [^>]*xsi:nil="true"\/>/.test(request.body.toString()), value === null);
    const fields = { "content-type": "application/xml" };
    const reply = upstream.decode(answered(200, request.body.toString(), fields), call(value));
    assert.deepEqual((plainOf(reply) as { output: unknown }).output, { body: value });
  }
});

test("the place of what is wrong in XML is said once", () => {
  const fields = { "content-type": "application/xml" };
  const reply = upstream.decode(answered(200, "<all><one>a</one", fields), call([]));
  assert.ok(reply.kind === "fault");
  assert.equal(reply.message.match(/\(line 1/g)?.length, 1, reply.message);
});
