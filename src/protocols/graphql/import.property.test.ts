import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import type { Reply } from "#call/call.ts";
import { createGenerator } from "#contract/generate-values.ts";
import { contractCase } from "#formats/xml/contract-arbitrary-fixture.ts";
import { describeSdl } from "./describe.ts";
import { createTestHub } from "./hub-fixture.ts";
import { read } from "./import-fixture.ts";
import { createGraphqlUpstream } from "./upstream.ts";
import { echoOf, unbounded } from "./upstream-fixture.ts";

const schema = `
"Text." directive @d(a: [Int] = [1]) on FIELD_DEFINITION
scalar S @specifiedBy(url: "https://www.w3.org/TR/xmlschema-2/#decimal")
enum E { A B } interface I { id: ID! } union U = A | B
type A implements I { id: ID! s: S! u: U e: E } type B implements I { id: ID! is: [I!]! }
input In @oneOf { a: Int, b: [In!] }
type Query { q(a: In, e: E! = A): U! } type Subscription { s: A }
query own($e: E!) { q(e: $e) { ...F } } fragment F on U { ... on A { id } }
`;

const words = [
  "type",
  "{",
  "}",
  "(",
  ")",
  "[",
  "]",
  "!",
  ":",
  "@",
  "...",
  "on",
  "Query",
  '"""',
  "|",
  "=",
  "$",
];

const damaged = fc
  .array(
    fc.record({
      at: fc.nat({ max: schema.length }),
      length: fc.nat({ max: 20 }),
      text: fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 5 })),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((edits) =>
    edits.reduce((text, { at, length, text: more }) => {
      return text.slice(0, at) + more + text.slice(at + length);
    }, schema),
  );

test("whatever the text, a contract comes out, and findings say where", () => {
  assert.deepEqual(
    read(schema).diagnostics.filter(({ severity }) => severity === "error"),
    [],
  );
  const property = fc.property(fc.oneof(damaged, fc.string(), fc.json()), (text) => {
    const { contract, diagnostics } = read(text);
    const isBroken = diagnostics.some(({ severity }) => severity === "error");
    assert.ok(contract.operations.length > 0 || isBroken, text);
    for (const { source } of diagnostics) assert.ok(source !== undefined && source.line > 0);
  });
  fc.assert(property, { numRuns: 1_000 });
});

test("whatever stands in an introspection result, a contract comes out", () => {
  const property = fc.property(fc.anything({ maxDepth: 4 }), fc.json(), (one, other) => {
    for (const part of [JSON.stringify(one) ?? "null", other]) {
      const { diagnostics } = read(`{"__schema":{"queryType":{"name":"Q"},"types":[${part}]}}`);
      assert.ok(diagnostics.some(({ severity }) => severity === "error"));
    }
  });
  fc.assert(property, { numRuns: 200 });
});

function holdsInfinite(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  return typeof value === "object" && value !== null && Object.values(value).some(holdsInfinite);
}

test("a service that is described is called by the contract that is imported", async () => {
  let called = 0;
  const property = fc.asyncProperty(contractCase, async ({ contract, type, value }) => {
    const own = echoOf(contract, type);
    const { text } = describeSdl({ serviceName: "s", contract: own }, { address: "" });
    const imported = read(text);
    assert.deepEqual(
      imported.diagnostics.filter(({ severity }) => severity !== "info"),
      [],
    );
    const [operation] = imported.contract.operations;
    assert.ok(operation);
    const upstream = createGraphqlUpstream({ serviceName: "s", contract: imported.contract });
    const hub = createTestHub(
      own,
      () => ({ kind: "answer", output: { body: value }, headers: {} }),
      unbounded,
    );
    for (const { body, headers } of createGenerator(imported.contract)(operation.input)) {
      const call = { operation, input: body as Record<string, never>, headers };
      const request = upstream.encode(call);
      assert.ok(request.kind === "request");
      const sent = request.body.toString();
      const response = await hub.post(sent);
      const field = (): undefined => undefined;
      const { status, body: answer } = response;
      const reply: Reply = upstream.decode({ status, field, body: answer }, call);
      // GraphQL §3.5.2: a Float is finite, so an answer that is not has no place in it.
      if (holdsInfinite(value) && "code" in reply && reply.code === "answer-not-encodable")
        continue;
      if (reply.kind === "answer") called++;
      // What the contract asks of values, and the schema cannot say, is refused by itself.
      else
        assert.match(
          reply.code,
          /^(?:invalid-value|missing-member)$/,
          `${sent} ${answer.toString()}`,
        );
      assert.ok(reply.kind === "answer" || reply.blame === "client", answer.toString());
    }
  });
  await fc.assert(property, { numRuns: 60 });
  assert.ok(called > 40, `only ${called} calls were made`);
});
