/** What goes through GraphQL is the same, from callers to services and back. */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { buildSchema, isObjectType } from "graphql";
import type { Contract, Operation } from "#contract/contract.ts";
import type { Type } from "#contract/types.ts";
import type { Value, ValueRecord } from "#contract/value.ts";
import { defaultGraphqlSettings } from "#base/graphql-settings.ts";
import { contractCase } from "#formats/xml/contract-arbitrary-fixture.ts";
import { describeSdl } from "./describe.ts";
import { createTestHub } from "./hub-fixture.ts";
import { createRootFields, createSchema } from "./schema.ts";
import { readSelected, selectAll, variableText, withoutNulls } from "./values-fixture.ts";

function echoOf(contract: Contract, type: Type): Contract {
  const message = {
    type: {
      kind: "record" as const,
      fields: [{ name: "body", type, presence: "required" as const, nullable: true }],
    },
    headers: [],
  };
  const echo: Operation = {
    ...{ id: "echo", mode: "unary", safety: "safe", input: message, output: message, faults: [] },
  };
  return { ...contract, operations: [echo] };
}

const much = 1_000_000;
const limits = Object.fromEntries(
  Object.keys(defaultGraphqlSettings.limits).map((name) => [name, much]),
) as unknown as typeof defaultGraphqlSettings.limits;
const settings = { limits: { ...limits, listLength: 1, batchMax: 1 } };

const calls = { resolve: () => undefined, subscribe: nothing };
async function* nothing(): AsyncGenerator<never> {}

test("what callers send, services get; what services answer, callers get", async () => {
  const property = fc.asyncProperty(contractCase, async ({ contract, type, value }) => {
    fc.pre(isFinite(value));
    const own = echoOf(contract, type);
    const schema = createSchema(
      createRootFields([{ serviceName: "s", contract: own }], false, calls),
    );
    const field = schema.getQueryType()?.getFields()["echo"];
    assert.ok(field);
    const argument = String(field.args[0]?.type);
    const all = selectAll(schema, field.type, 9);
    const query = `query($body: ${argument}) { echo(body: $body) ${all} }`;
    const hub = createTestHub(
      own,
      ({ input }) => ({ kind: "answer", output: input, headers: {} }),
      settings,
    );
    const text = variableText(own, type, value);
    const body = `{"query":${JSON.stringify(query)},"variables":{"body":${text}}}`;
    const response = await hub.post(body);
    const { data, errors } = JSON.parse(response.body.toString()) as {
      data: { echo: Readonly<Record<string, unknown>> };
      errors: unknown;
    };
    assert.equal(errors, undefined, response.body.toString());
    assert.deepEqual(hub.calls[0]?.input["body"], value, text);
    const [answered] = Object.entries(data.echo).flatMap(([key, one]) =>
      key.endsWith("_body") ? [one] : [],
    );
    const result = schema.getType("EchoResult");
    assert.ok(isObjectType(result));
    const bodyType = result.getFields()["body"]?.type;
    assert.ok(bodyType);
    const read = readSelected(own, type, bodyType, answered);
    assert.deepEqual(read, withoutNulls(own, type, value), response.body.toString());
  });
  await fc.assert(property, { numRuns: 80 });
});

test("every contract has a schema that GraphQL takes", () => {
  fc.assert(
    fc.property(contractCase, ({ contract, type }) => {
      const { text } = describeSdl(
        { serviceName: "s", contract: echoOf(contract, type) },
        { address: "" },
      );
      assert.ok(buildSchema(text).getQueryType());
    }),
    { numRuns: 200 },
  );
});

/** NaN and infinities are no Float of GraphQL (§3.5.2). */
function isFinite(value: Value): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return true;
  return Object.values(value as ValueRecord).every(isFinite);
}
