/** Laws of JSON and of REST for contracts as XML has them: choices, nil, derived types, rings. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Call } from "#call/call.ts";
import { compileJsonReader } from "#formats/json/compile-reader.ts";
import { compileJsonWriter } from "#formats/json/compile-writer.ts";
import { contractCase } from "#formats/xml/contract-arbitrary-fixture.ts";
import { createRestFace } from "./face.ts";
import { callOf, field, operation, record, respond, send } from "./fixture.ts";
import { createRestUpstream } from "./upstream.ts";

test("what is written as JSON is read as the value that it was", () => {
  fc.assert(
    fc.property(contractCase, ({ contract, type, value }) => {
      const document = compileJsonWriter(contract, type, {})(value);
      const read = compileJsonReader(contract, type, { unknownMembers: "reject" });
      const outcome = read(Buffer.from(document));
      assert.ok(outcome.kind === "value", `${document} ${JSON.stringify(outcome)}`);
      assert.deepEqual(outcome.value, value, document);
    }),
    { numRuns: 300 },
  );
});

test("a call and its answer go through an upstream and a face as they were, by JSON and by XML", () => {
  const accepts = fc.constantFrom("application/json", "application/xml");
  fc.assert(
    fc.property(contractCase, accepts, ({ contract, type, value }, accept) => {
      const input = record(field("body", type));
      const echo = operation("echo", input, { output: { type: input, headers: [] } });
      const service = { serviceName: "s", contract: { ...contract, operations: [echo] } };
      const face = createRestFace(service);
      const upstream = createRestUpstream(service);
      const call: Call = { operation: echo, input: { body: value }, headers: {} };
      const request = upstream.encode(call);
      assert.ok(request.kind === "request");
      const { method, target, body, fields } = request;
      const sent = { ...Object.fromEntries(fields), accept };
      const decoded = send(face, { method, target, body, fields: sent });
      const { input: arrived } = callOf(decoded);
      assert.deepEqual(arrived["body"], value);
      const answer = { kind: "answer", output: arrived, headers: {} } as const;
      const response = respond(face, decoded, answer);
      assert.equal(response.status, 200, response.body.toString());
      if (accept === "application/xml") return;
      const names = new Map(response.fields);
      const reply = upstream.decode({ ...response, field: (name) => names.get(name) }, call);
      assert.ok(reply.kind === "answer", JSON.stringify(reply));
      assert.deepEqual(reply.output["body"], value);
    }),
    { numRuns: 200 },
  );
});
