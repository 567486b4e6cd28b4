/** What our upstream writes our face reads, and the other way round, whatever the contract. */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import type { Reply } from "#call/call.ts";
import { contractCase } from "#formats/xml/contract-arbitrary-fixture.ts";
import { createTestHub } from "./hub-fixture.ts";
import { createGraphqlUpstream } from "./upstream.ts";
import { echoOf, unbounded, isFinite } from "./upstream-fixture.ts";
import { withoutNulls } from "./values-fixture.ts";

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
      unbounded,
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
