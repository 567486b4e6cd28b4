import assert from "node:assert/strict";
import test from "node:test";
import { compareContracts } from "#contract/compare.ts";
import type { RestBinding } from "#contract/contract.ts";
import { importProto } from "./import.ts";

function imported(rule: string) {
  const text = `syntax = "proto3"; package p; import "google/api/annotations.proto";
service S { rpc Put(M) returns (Answer) { option (google.api.http) = { ${rule} }; } }
message M { string id = 1; string kind = 2; Line line = 3; repeated string tags = 4; }
message Line { string sku = 1; int64 count = 2; }
message Answer { Line line = 1; repeated string notes = 2; }
`;
  const { contract, diagnostics } = importProto({ file: "p.proto", text, read: () => undefined });
  return { contract, diagnostics, rest: contract.operations[0]?.rest };
}

function told({ method, path, parameters, body, success }: RestBinding): readonly unknown[] {
  const where = parameters.map((one) => `${one.in} ${one.field}`);
  return [method, path, where, body === undefined ? "none" : (body.field ?? "*"), success.field];
}

const rules: readonly (readonly [string, readonly unknown[]])[] = [
  ['put: "/v1/{id}" body: "*"', ["PUT", "/v1/{id}", ["path id"], "*", undefined]],
  [
    'patch: "/v1/{id}" body: "line"',
    ["PATCH", "/v1/{id}", ["path id", "query kind", "query tags"], "line", undefined],
  ],
  [
    'custom: { kind: "MOVE" path: "/v1/{id}:move" } body: "*" response_body: "line"',
    ["MOVE", "/v1/{id}:move", ["path id"], "*", "line"],
  ],
];

for (const [rule, expected] of rules) {
  test(`the rule ${rule} is the address that it says`, () => {
    const { rest, diagnostics } = imported(rule);
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(rest && told(rest), expected);
  });
}

test("additional bindings are further addresses of the same operation", () => {
  const { rest, diagnostics } = imported(`put: "/v1/{id}" body: "*"
    additional_bindings { patch: "/v1/{id}" body: "line" }
    additional_bindings { post: "/v1/kinds/{kind}/{id}" body: "*" response_body: "notes" }`);
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(rest?.aliases?.map(told), [
    ["PATCH", "/v1/{id}", ["path id", "query kind", "query tags"], "line", undefined],
    ["POST", "/v1/kinds/{kind}/{id}", ["path kind", "path id"], "*", "notes"],
  ]);
});

const odd: readonly (readonly [string, string, RegExp])[] = [
  ["a path that begins with nothing", 'put: "v1/{id}" body: "*"', /its path is none/],
  ["a variable that is no field", 'put: "/v1/{nope}" body: "*"', /\{nope\} is no field/],
  ["a variable within a message", 'put: "/v1/{line.sku}" body: "*"', /is no field of the message/],
  ["a variable with a pattern", 'put: "/v1/{id=a/*}" body: "*"', /has a pattern/],
  ["a body that is no field", 'put: "/v1/{id}" body: "nope"', /body nope is no field/],
  ["an answer that is no field", 'put: "/v1" body: "*" response_body: "x"', /response_body x/],
  ["a message in the query", 'get: "/v1/{id}"', /line cannot stand in a query/],
];

for (const [name, rule, reason] of odd) {
  test(`a rule with ${name} is left out with a reason, the operation stays`, () => {
    const { rest, contract, diagnostics } = imported(rule);
    assert.equal(rest, undefined);
    assert.equal(contract.operations[0]?.id, "Put");
    assert.equal(diagnostics[0]?.code, "http-rule-left-out");
    assert.match(diagnostics[0].message, reason);
    const first = imported(`post: "/v2" body: "*" additional_bindings { ${rule} }`);
    assert.equal(first.rest?.path, "/v2");
    assert.match(first.diagnostics[0]?.message ?? "", /^the additional binding .* is not offered/);
  });
}

test("an additional binding that is gone breaks its callers", () => {
  const both = imported('put: "/v1/{id}" body: "*" additional_bindings { post: "/v2" body: "*" }');
  const one = imported('put: "/v1/{id}" body: "*"');
  const messages = (before: typeof both, after: typeof both): readonly string[] =>
    compareContracts(before.contract, after.contract).operations.flatMap(({ reasons }) =>
      reasons.map(({ message }) => message),
    );
  assert.deepEqual(messages(both, one), ["POST /v2 is gone"]);
  assert.deepEqual(messages(one, both), []);
});
