/** Details of declared faults in problem documents, whatever their members are called. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fault } from "#call/call.ts";
import type { DeclaredFault } from "#contract/contract.ts";
import type { RecordType, Type } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import { describeOpenApi } from "./describe.ts";
import { createRestFace } from "./face.ts";
import {
  answered,
  contractOf,
  field,
  operation,
  plainOf,
  record,
  respond,
  send,
  text,
} from "./fixture.ts";
import { createRestUpstream } from "./upstream.ts";

interface Told {
  readonly name: string;
  readonly type: DeclaredFault["type"];
  readonly detail: Value;
  readonly members: object;
}

const types: Readonly<Record<string, Type>> = {
  Base: record(field("reason", text)),
  Coded: { ...record(field("code", text)), extends: "Base" },
};
const open: RecordType = { ...record(field("reason", text)), open: true };
const card: Type = {
  kind: "union",
  exclusive: true,
  variants: [
    { name: "kind", type: text },
    { name: "iban", type: text },
  ],
};
const choice = field("choice", card, { xml: { node: "inline", name: "choice", namespace: "" } });

const cases: readonly Told[] = [
  {
    name: "members of other names stand beside those of the problem",
    type: record(field("reason", text)),
    detail: { reason: "late" },
    members: { reason: "late" },
  },
  {
    name: "a member `code` cannot hide which fault it is",
    type: record(field("code", text), field("reason", text)),
    detail: { code: "other", reason: "late" },
    members: { value: { code: "other", reason: "late" } },
  },
  {
    name: "nor can a member of a choice",
    type: record(choice),
    detail: { choice: { iban: "D" } },
    members: { value: { iban: "D" } },
  },
  {
    name: "nor a member that a derived type adds",
    type: { kind: "ref", name: "Base" },
    detail: { "@type": "Coded", reason: "late", code: "other" },
    members: { value: { "@type": "Coded", reason: "late", code: "other" } },
  },
  {
    name: "nor one that the contract does not name",
    type: open,
    detail: { reason: "late", code: '"other"' },
    members: { value: { reason: "late", code: "other" } },
  },
];

function contractWith(type: DeclaredFault["type"]) {
  const faults: readonly DeclaredFault[] = [
    { name: "other", type: record(field("reason", text)) },
    { name: "refused", type },
  ];
  const named = new Map(Object.entries(types).map(([name, one]) => [name, { name, type: one }]));
  return contractOf([operation("buy", record(), { faults })], { types: named });
}

for (const { name, type, detail, members } of cases) {
  test(`${name}, and it is read again`, () => {
    const service = contractWith(type);
    const [buy] = service.contract.operations;
    assert.ok(buy);
    const face = createRestFace(service);
    const decoded = send(face, { method: "POST", target: "/buy" });
    const fault: Fault = {
      ...{ kind: "fault", faultKind: "failed_precondition", blame: "service" },
      ...{ code: "refused", message: "no", declared: { name: "refused", detail } },
    };
    const response = respond(face, decoded, fault);
    assert.deepEqual(JSON.parse(response.body.toString()), {
      ...{ type: "urn:parlance:problem:refused", title: "refused", status: response.status },
      ...{ detail: "no", code: "refused", kind: "failed_precondition", fault: "service" },
      exchange: "x1",
      ...members,
    });
    const reply = createRestUpstream(service).decode(
      answered(response.status, response.body, { "content-type": "application/problem+json" }),
      { operation: buy, input: {}, headers: {} },
    );
    assert.ok(reply.kind === "fault");
    assert.equal(reply.declared?.name, "refused", reply.message);
    assert.deepEqual(plainOf(reply.declared?.detail), detail);
  });
}

test("the description says where the detail stands", () => {
  const described = (type: DeclaredFault["type"]) =>
    describeOpenApi(contractWith(type), { address: "/" }).text;
  assert.match(described(record(field("code", text))), /"value":\s*\{\s*"type": "object",\s*"prop/);
  assert.doesNotMatch(described(record(field("reason", text))), /"value":/);
});

test("a member `code` of a service's own error does not outweigh its status", () => {
  const faults: readonly DeclaredFault[] = [
    { name: "conflict", type: record(field("code", text)), statuses: ["409"] },
    { name: "notFound", type: record(field("code", text)), statuses: ["404"] },
  ];
  const buy = operation("buy", record(), { faults });
  const service = contractOf([buy]);
  const call = { operation: buy, input: {}, headers: {} };
  const upstream = createRestUpstream(service);
  for (const media of ["application/json", "application/problem+json"]) {
    const response = answered(404, '{"code":"conflict"}', { "content-type": media });
    const reply = upstream.decode(response, call);
    assert.equal(reply.kind === "fault" && reply.declared?.name, "notFound", media);
  }
});
