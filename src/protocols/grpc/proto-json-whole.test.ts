/** Methods whose whole messages are of google.protobuf: in JSON these have forms of their own. */
import assert from "node:assert/strict";
import test from "node:test";
import { defaultDocumentLimits } from "#base/limits.ts";
import type { ValueRecord } from "#contract/value.ts";
import { createOperations } from "./grpc-operation.ts";
import { importProto } from "./import.ts";
import { createProtoNames } from "./proto-names.ts";

const types = [
  ...["Timestamp", "Duration", "FieldMask", "Struct", "Value", "ListValue", "Any", "Empty"],
  ...["StringValue", "Int64Value", "BytesValue", "BoolValue"],
] as const;
const files = ["timestamp", "duration", "field_mask", "struct", "any", "empty", "wrappers"];

const methods = types.map((name) => {
  const type = `google.protobuf.${name}`;
  return `rpc Do${name}(${type}) returns (${type});`;
});

const text = `syntax = "proto3";
package odd;
${files.map((file) => `import "google/protobuf/${file}.proto";`).join("\n")}
service Odd {
${methods.join("\n")}
}
`;
const { contract, diagnostics } = importProto({ file: "odd.proto", text, read: () => undefined });
const service = { serviceName: "odd", contract };
const find = createOperations(service, defaultDocumentLimits, createProtoNames(service));

function formOf(name: (typeof types)[number]) {
  const operation = contract.operations.find(({ id }) => id === `Do${name}`);
  assert.ok(operation);
  return find(operation);
}

/** [type, JSON, the same in bytes, as hexadecimal; "": they are not looked at] */
const cases: readonly (readonly [(typeof types)[number], string, string])[] = [
  ["Timestamp", '"2020-01-01T00:00:00.500Z"', "0880c2aff0051080cab5ee01"],
  ["Duration", '"-1.500s"', "08ffffffffffffffffff011080b6ca91feffffffff01"],
  ["FieldMask", '"a,bC"', "0a01610a03625f63"],
  ["Struct", '{"a":[1,null]}', ""],
  ["Value", "null", "0800"],
  ["Value", '"x"', "1a0178"],
  ["ListValue", "[true]", "0a022001"],
  ["Any", "{}", ""],
  [
    "Any",
    '{"@type":"type.googleapis.com/google.protobuf.StringValue","value":"x"}',
    `0a2f${Buffer.from("type.googleapis.com/google.protobuf.StringValue").toString("hex")}12030a0178`,
  ],
  ["Empty", "{}", ""],
  ["StringValue", '"x"', "0a0178"],
  ["Int64Value", '"-1"', "08ffffffffffffffffff01"],
  ["BytesValue", '"AQI="', "0a020102"],
  ["BoolValue", "false", ""],
];

for (const [name, json, hex] of cases) {
  test(`google.protobuf.${name} is ${json}`, () => {
    assert.deepEqual(diagnostics, []);
    const form = formOf(name);
    const read = form.readInput.json(Buffer.from(json));
    assert.ok(read.kind === "value", JSON.stringify(read));
    const bytes = form.writeInput(read.value as ValueRecord);
    assert.ok(bytes.kind === "bytes", JSON.stringify(bytes));
    if (hex !== "" || json === "{}") assert.equal(bytes.bytes.toString("hex"), hex);
    const output = form.readOutput(bytes.bytes);
    assert.ok(output.kind === "value", JSON.stringify(output));
    const told = form.writeOutput.json(output.value as ValueRecord);
    assert.ok(told.kind === "bytes", JSON.stringify(told));
    assert.equal(told.bytes.toString(), json);
  });
}

test("what is none of the type is refused", () => {
  const bads: readonly (readonly [(typeof types)[number], string])[] = [
    ["Timestamp", "{}"],
    ["Timestamp", '"0000-01-01T00:00:00Z"'],
    ["Duration", '"999999999999s"'],
    ["Struct", "[]"],
    ["Any", '{"@type":"a/no.Such"}'],
    ["Int64Value", '{"value":"1"}'],
  ];
  for (const [name, json] of bads) {
    assert.equal(formOf(name).readInput.json(Buffer.from(json)).kind, "fault", `${name} ${json}`);
  }
});
