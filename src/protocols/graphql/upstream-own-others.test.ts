/** Members of open records that a service says beside those of the contract. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Contract, Operation } from "#contract/contract.ts";
import { contractOf, field, int32, record, text } from "#formats/json/fixture.ts";
import { createGraphqlUpstream } from "./upstream.ts";

const optional = { presence: "optional" } as const;
const thing = record([field("id", text, optional), field("count", int32, optional)], {
  open: true,
});
const message = { type: record([field("thing", thing, optional)]), headers: [] };
const operation: Operation = {
  ...{ id: "echo", mode: "unary", safety: "safe", input: message, output: message, faults: [] },
};
const contract: Contract = { ...contractOf(), operations: [operation] };

function decode(others: string) {
  const upstream = createGraphqlUpstream({ serviceName: "s", contract });
  const body = Buffer.from(
    `{"data":{"echo":{"thing":{"id":"a","count":null,"_others":${others}}}}}`,
  );
  const call = { operation, input: {}, headers: {} };
  return upstream.decode({ status: 200, field: () => undefined, body }, call);
}

test("others are kept as they are said", () => {
  const reply = decode('{"n":1.50}');
  assert.ok(reply.kind === "answer", JSON.stringify(reply));
  assert.deepEqual({ ...(reply.output["thing"] as object) }, { id: "a", n: "1.50" });
});

test("others that the contract names are the service's fault, as nothing holds them to a type", () => {
  for (const others of ['{"count":"evil"}', '{"id":5}', '{"@type":"X"}']) {
    const reply = decode(others);
    assert.ok(reply.kind === "fault", others);
    assert.match(reply.message, /the contract names the member/);
    assert.equal(reply.blame, "service");
  }
});
