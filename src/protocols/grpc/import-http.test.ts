import assert from "node:assert/strict";
import test from "node:test";
import { compareContracts } from "#contract/compare.ts";
import type { RestBinding } from "#contract/contract.ts";
import { applyLock, lockNames } from "#contract/lock.ts";
import { importProto } from "./import.ts";

function imported(rule: string, input = "M") {
  const text = `syntax = "proto3"; package p; import "google/api/annotations.proto";
import "google/protobuf/struct.proto"; import "google/protobuf/field_mask.proto";
import "google/protobuf/timestamp.proto";
service S {
rpc Put(${input}) returns (Answer) { option (google.api.http) = { ${rule} }; } }
message M {
  string id = 1; string kind = 2; Line line = 3; repeated string tags = 4;
  oneof owner { Person person = 5; string desk_id = 6; }
}
message Line { string sku = 1; int64 count = 2; }
message Person { string full_name = 1; }
message Odd {
  string id = 1; repeated Line lines = 2; map<string, string> labels = 3; Odd inner = 4; Empty none = 5;
  google.protobuf.Struct any = 6; google.protobuf.FieldMask update_mask = 7; int64 count = 8;
  google.protobuf.Timestamp begin_time = 9;
}
message Empty {}
message Answer { Line line = 1; repeated string notes = 2; oneof what { string note = 3; } }
`;
  const { contract, diagnostics } = importProto({ file: "p.proto", text, read: () => undefined });
  return { contract, diagnostics, rest: contract.operations[0]?.rest };
}

function told({ method, path, parameters, body, success }: RestBinding): readonly unknown[] {
  const where = parameters.map(({ in: at, field, within = [], name, alsoNamed }) => {
    const keys = [field, ...within].join("/");
    const names = [keys === name ? [] : name, alsoNamed ?? []].flat();
    return [at, keys, ...names].join(" ");
  });
  const held = body && (body.field === undefined ? "*" : [body.field, ...(body.within ?? [])]);
  return [
    method,
    path,
    where,
    held === undefined ? "none" : [held].flat().join("/"),
    success.field,
  ];
}

const line = ["query line/sku line.sku", "query line/count line.count"];
const beside = [
  "query kind",
  "query tags",
  "query owner/person/full_name person.fullName person.full_name",
  "query owner/deskId deskId desk_id",
];

const rules: readonly (readonly [string, readonly unknown[]])[] = [
  ['put: "/v1/{id}" body: "*"', ["PUT", "/v1/{id}", ["path id"], "*", undefined]],
  [
    'patch: "/v1/{id}" body: "line"',
    ["PATCH", "/v1/{id}", ["path id", ...beside], "line", undefined],
  ],
  [
    'get: "/v1/{id}"',
    ["GET", "/v1/{id}", ["path id", "query kind", ...line, ...beside.slice(1)], "none", undefined],
  ],
  [
    'get: "/v1/{line.sku=lines/*}:peek"',
    [
      "GET",
      "/v1/{line.sku=lines/*}:peek",
      ["path line/sku line.sku", "query id", "query kind", ...line.slice(1), ...beside.slice(1)],
      "none",
      undefined,
    ],
  ],
  [
    'patch: "/v1/{line.sku=lines/**}" body: "line"',
    [
      "PATCH",
      "/v1/{line.sku=lines/**}",
      ["path line/sku line.sku", "query id", ...beside],
      "line",
      undefined,
    ],
  ],
  [
    'put: "/v1/{person.full_name}/{desk_id}" body: "*"',
    [
      "PUT",
      "/v1/{person.full_name}/{desk_id}",
      ["path owner/person/full_name person.full_name", "path owner/deskId desk_id"],
      "*",
      undefined,
    ],
  ],
  [
    'post: "/v1/{id}" body: "person"',
    [
      "POST",
      "/v1/{id}",
      ["path id", "query kind", ...line, "query tags", "query owner/deskId deskId desk_id"],
      "owner/person",
      undefined,
    ],
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
    ["PATCH", "/v1/{id}", ["path id", ...beside], "line", undefined],
    ["POST", "/v1/kinds/{kind}/{id}", ["path kind", "path id"], "*", "notes"],
  ]);
});

const odd: readonly (readonly [string, string, RegExp, string?])[] = [
  ["a path that begins with nothing", 'put: "v1/{id}" body: "*"', /its path is none/],
  ["a path that is not closed", 'put: "/v1/{id" body: "*"', /`\{` at character 5 is not closed/],
  ["`**` in the middle", 'put: "/v1/{id=**}/x" body: "*"', /is not last/],
  ["a variable that is no field", 'put: "/v1/{nope}" body: "*"', /\{nope\} is no field/],
  [
    "a variable that is no member",
    'put: "/v1/{line.nope=a/*}" body: "*"',
    /\{line\.nope\} is no field of the message: nope is none of line/,
  ],
  ["a variable within a text", 'put: "/v1/{id.x}" body: "*"', /id of \{id\.x\} is a single value/],
  ["a variable that is a message", 'put: "/v1/{line}" body: "*"', /\{line\} is a message/],
  ["a variable that is a list", 'put: "/v1/{tags}" body: "*"', /\{tags\} is a list/],
  ["a variable that is a map", 'put: "/v1/{labels}" body: "*"', /\{labels\} is a map/, "Odd"],
  ["a variable within a list", 'put: "/{lines.sku}" body: "*"', /lines of .* is a list/, "Odd"],
  ["a variable within a map", 'put: "/{labels.x}" body: "*"', /labels of .* is a map/, "Odd"],
  [
    "a pattern of a number",
    'put: "/v1/{count=a/*}" body: "*"',
    /\{count\} has the pattern a\/\*, and is no text/,
    "Odd",
  ],
  ["a body that is no field", 'put: "/v1/{id}" body: "nope"', /body nope is no field/],
  ["an answer that is no field", 'put: "/v1" body: "*" response_body: "x"', /response_body x/],
];

for (const [name, rule, reason, message] of odd) {
  test(`a rule with ${name} is left out with a reason, the operation stays`, () => {
    const { rest, contract, diagnostics } = imported(rule, message);
    assert.equal(rest, undefined);
    assert.equal(contract.operations[0]?.id, "Put");
    assert.equal(diagnostics[0]?.code, "http-rule-left-out");
    assert.equal(diagnostics[0].severity, "warning");
    assert.deepEqual(diagnostics[0].source, { file: "p.proto", line: 5, column: 1 });
    assert.match(diagnostics[0].message, reason);
    const first = imported(`post: "/v2" body: "*" additional_bindings { ${rule} }`, message);
    assert.equal(first.rest?.path, "/v2");
    assert.match(first.diagnostics[0]?.message ?? "", /^the additional binding .* is not offered/);
  });
}

const unheld: readonly (readonly [string, string, RegExp])[] = [
  [
    "an answer of a choice",
    'post: "/v1" body: "*" response_body: "note"',
    /one of the choice what/,
  ],
  [
    "`*` outside of a variable",
    'post: "/v1/*/x" body: "*"',
    /`\*` outside of a variable has no field/,
  ],
];

for (const [name, rule, reason] of unheld) {
  test(`a rule with ${name} has no place here, which is no fault of the rule`, () => {
    const { rest, diagnostics } = imported(rule);
    assert.equal(rest, undefined);
    assert.deepEqual(
      diagnostics.map(({ code, severity }) => [code, severity]),
      [["http-rule-left-out", "info"]],
    );
    assert.match(diagnostics[0]?.message ?? "", reason);
  });
}

test("inputs that come one by one need a body, and a path without parts of them", () => {
  const { rest, diagnostics } = imported('post: "/v1/{id}:load" body: "*"', "stream M");
  assert.deepEqual(diagnostics, []);
  assert.equal(rest?.path, "/v1/{id}:load");
  for (const rule of ['get: "/v1/{id}"', 'post: "/v1/{line.sku}" body: "*"']) {
    const other = imported(rule, "stream M");
    assert.equal(other.rest, undefined);
    assert.match(other.diagnostics[0]?.message ?? "", /its inputs come one by one, and it/);
    assert.equal(other.diagnostics[0]?.severity, "info");
  }
});

test("fields that cannot stand in a query are told, and the rule is offered without them", () => {
  const { rest, diagnostics } = imported('get: "/v1/{id}"', "Odd");
  assert.deepEqual(rest && told(rest)[2], [
    "path id",
    "query inner/id inner.id",
    "query inner/update_mask inner.updateMask inner.update_mask",
    "query inner/count inner.count",
    "query inner/begin_time inner.beginTime inner.begin_time",
    "query update_mask updateMask update_mask",
    "query count",
    "query begin_time beginTime begin_time",
  ]);
  assert.deepEqual(
    diagnostics.map(({ code, severity }) => [code, severity]),
    [["http-field-left-out", "info"]],
  );
  assert.equal(
    diagnostics[0]?.message,
    "the http rule GET /v1/{id} of Put has no place for some fields in its query: " +
      "lines is a list of messages, labels is a map, inner.lines is a list of messages, " +
      "inner.labels is a map, inner.inner may hold itself and 4 more",
  );
});

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

test("what is inside of a field is compared by itself", () => {
  const messages = (before: string, after: string): readonly string[] =>
    compareContracts(imported(before).contract, imported(after).contract).operations.flatMap(
      ({ reasons }) => reasons.map(({ message }) => message),
    );
  const narrow = 'put: "/v1/{line.sku=lines/*}" body: "*"';
  assert.deepEqual(messages(narrow, 'put: "/v1/{line.sku=rows/*}" body: "*"'), [
    "PUT /v1/{line.sku=rows/*} instead of PUT /v1/{line.sku=lines/*}",
  ]);
  assert.deepEqual(messages(narrow, narrow), []);
  assert.deepEqual(messages('post: "/v1" body: "person"', 'post: "/v1" body: "line"'), [
    "line.sku is gone",
    "line.count is gone",
    "another field is the body",
  ]);
});

test("a lock keeps addresses, and what is inside of fields, as they are", () => {
  const { contract } = imported('get: "/v1/{line.sku=lines/*}"');
  const { contract: locked } = applyLock(contract, lockNames(contract));
  assert.deepEqual(locked.operations[0]?.rest, contract.operations[0]?.rest);
});

test("messages in messages without end are no query, and cost little to refuse", () => {
  const load = (levels: number, width: number) => {
    const messages = Array.from({ length: levels }, (_, level) => {
      const type = level === levels - 1 ? "string" : `L${level + 1}`;
      const fields = Array.from({ length: width }, (_none, index) => {
        return `${level === levels - 1 ? "repeated " : ""}${type} f${index} = ${index + 1};`;
      });
      return `message L${level} { ${fields.join(" ")} }\n`;
    });
    const text = `syntax = "proto3"; import "google/api/annotations.proto";
service S { rpc Get(L0) returns (L0) { option (google.api.http) = { get: "/v1" }; } }
${messages.join("")}`;
    const { contract, diagnostics } = importProto({ file: "p.proto", text, read: () => undefined });
    return [contract.operations[0]?.rest?.parameters.length, diagnostics[0]?.message];
  };
  const [none, many] = load(30, 2);
  assert.equal(none, undefined);
  assert.match(String(many), /its query has too many parameters/);
  const [kept, deep] = load(3_000, 1);
  assert.equal(kept, 0);
  assert.match(String(deep), /f0\.f0 is nested deeper than 32 levels$/);
  assert.equal(load(20, 1)[0], 1);
});
