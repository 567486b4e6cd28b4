/** What our upstream writes our face reads, and the other way round, whatever the contract. */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import type { Reply } from "#call/call.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import type { Type } from "#contract/types.ts";
import type { Value, ValueRecord } from "#contract/value.ts";
import { defaultGraphqlSettings } from "#base/graphql-settings.ts";
import { contractCase } from "#formats/xml/contract-arbitrary-fixture.ts";
import { createTestHub } from "./hub-fixture.ts";
import { createGraphqlUpstream } from "./upstream.ts";
import { withoutNulls } from "./values-fixture.ts";

const much = 1_000_000;
const limits = Object.fromEntries(
  Object.keys(defaultGraphqlSettings.limits).map((name) => [name, much]),
) as unknown as typeof defaultGraphqlSettings.limits;
const settings = { limits: { ...limits, listLength: 1, batchMax: 1 } };

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

test("values go to a gateway of ours and come back the same", async () => {
  let arrived = 0;
  const property = fc.asyncProperty(contractCase, async ({ contract, type, value }) => {
    fc.pre(isFinite(value));
    const own = echoOf(contract, type);
    const [operation] = own.operations;
    assert.ok(operation);
    const hub = createTestHub(
      own,
      ({ input }) => ({ kind: "answer", output: input, headers: {} }),
      settings,
    );
    const upstream = createGraphqlUpstream({ serviceName: "s", contract: own });
    const call = { operation, input: { body: value }, headers: {} };
    const request = upstream.encode(call);
    assert.equal(request.kind, "request");
    if (request.kind !== "request") return;
    const response = await hub.post(request.body.toString());
    assert.deepEqual(hub.calls[0]?.input["body"], value, request.body.toString());
    const field = (): undefined => undefined;
    const reply: Reply = upstream.decode(
      { status: response.status, field, body: response.body },
      call,
    );
    if (reply.kind === "fault") {
      assert.match(reply.message, /nested deeper/, response.body.toString());
      return;
    }
    arrived++;
    const back = withoutNulls(own, type, reply.output["body"] ?? null);
    assert.deepEqual(back, withoutNulls(own, type, value), response.body.toString());
  });
  await fc.assert(property, { numRuns: 200 });
  assert.ok(arrived > 100, `only ${arrived} values are not too deep`);
});

/** NaN and infinities are no Float of GraphQL (§3.5.2). */
function isFinite(value: Value): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return true;
  return Object.values(value as ValueRecord).every(isFinite);
}
