import assert from "node:assert/strict";
import test from "node:test";
import { blames, faultKinds } from "#base/fault-kind.ts";
import type { Fault } from "#call/call.ts";
import type { Operation } from "#contract/contract.ts";
import { contractOf, field, int64, record } from "#formats/json/fixture.ts";
import { createFaultDetails, errorOf, readError } from "./faults.ts";

const operation: Operation = {
  ...{ id: "get", mode: "unary", safety: "safe", output: undefined },
  input: { type: record([]), headers: [] },
  faults: [
    { name: "too-many", type: record([field("allowed", int64)]) },
    { name: "gone", type: undefined },
  ],
};
const details = createFaultDetails(contractOf(), operation);

function travelled(fault: Fault): Fault {
  return readError(JSON.stringify(errorOf(fault, "x", details)), details);
}

for (const faultKind of faultKinds) {
  test(`a fault of kind ${faultKind} is read as it was written, whoever broke it`, () => {
    for (const blame of blames) {
      const fault: Fault = {
        ...{
          kind: "fault",
          faultKind,
          blame,
          code: "some-code",
          message: "It is so.",
          place: "/a/0",
        },
      };
      assert.deepEqual(travelled(fault), fault);
    }
  });
}

test("a declared fault keeps its detail to the digit", () => {
  const detail = { allowed: "9007199254740993" };
  const declared = { name: "too-many", detail };
  const told = { faultKind: "failed_precondition", blame: "client", code: "too-many" } as const;
  const fault: Fault = { kind: "fault", ...told, message: "Too many.", declared };
  const { declared: read } = travelled(fault);
  assert.equal(read?.name, "too-many");
  assert.deepEqual({ ...(read?.detail as object) }, detail);
});

const foreign: readonly (readonly [string, string, Partial<Fault>])[] = [
  [
    "code of Apollo's",
    '{"message":"No.","extensions":{"code":"NOT_FOUND"}}',
    { faultKind: "not_found", blame: "client", code: "not-found", message: "No." },
  ],
  [
    "code that nobody knows",
    '{"message":"No.","extensions":{"code":"A_B!"}}',
    { faultKind: "unknown", blame: "service", code: "a-b-" },
  ],
  ["no code", '{"message":"No."}', { faultKind: "unknown", code: "error" }],
  [
    "nothing",
    "{}",
    { faultKind: "unknown", message: "the service tells an error without a message" },
  ],
  ["an error that is none", "7", { faultKind: "unknown", code: "error" }],
];

for (const [name, text, expected] of foreign) {
  test(`an error of others with ${name} is a fault`, () => {
    const fault = readError(text, details);
    for (const [key, value] of Object.entries(expected)) {
      assert.equal(fault[key as keyof Fault], value);
    }
  });
}
