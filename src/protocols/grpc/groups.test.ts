/** Messages between two tags: groups of proto2, and message_encoding of editions. */
import assert from "node:assert/strict";
import test from "node:test";
import protobuf from "protobufjs";
import { defaultDocumentLimits } from "#base/limits.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import { describeProto } from "./describe.ts";
import { createOperations, type GrpcOperation } from "./grpc-operation.ts";
import { importProto } from "./import.ts";
import { createProtoNames } from "./proto-names.ts";

const proto2 = `syntax = "proto2";
package old;
service Search { rpc Find(Page) returns (Page); }
message Page {
  optional string query = 1;
  repeated group Result = 2 {
    required string url = 1;
    optional group Deep = 3 { optional int32 level = 1; }
  }
  optional group Footer = 536870911 { optional string text = 1; }
}
`;

const edition = `edition = "2023";
package newer;
import "google/protobuf/timestamp.proto";
option features.message_encoding = DELIMITED;
service Trees { rpc Echo(Tree) returns (Tree); }
message Tree {
  string name = 1;
  Tree left = 2;
  repeated Tree more = 3;
  map<string, Tree> by_name = 4;
  oneof choice { Tree one = 5; string other = 6; }
  Tree prefixed = 7 [features.message_encoding = LENGTH_PREFIXED];
  google.protobuf.Timestamp at = 8;
  repeated google.protobuf.Timestamp ats = 9;
}
`;

function load(text: string) {
  const { contract, diagnostics } = importProto({ file: "x.proto", text, read: () => undefined });
  assert.deepEqual(diagnostics, []);
  const service = { serviceName: "x", contract };
  const find = createOperations(service, defaultDocumentLimits, createProtoNames(service));
  const [operation] = contract.operations;
  assert.ok(operation);
  return { grpc: find(operation), service };
}

function record(members: Readonly<Record<string, Value>>): ValueRecord {
  return Object.assign(createRecord(), members);
}

function there(grpc: GrpcOperation, value: ValueRecord): Buffer {
  const written = grpc.writeInput(value);
  assert.ok(written.kind === "bytes", JSON.stringify(written));
  const read = grpc.readInput.proto(written.bytes);
  assert.deepEqual(read, { kind: "value", value });
  return written.bytes;
}

test("groups are read and written, also in each other, as another library does", () => {
  const { grpc } = load(proto2);
  const value = record({
    query: "tea",
    result: [
      record({ url: "/a", deep: record({ level: -1 }) }),
      record({ url: "/b", deep: record({}) }),
    ],
    footer: record({ text: "end" }),
  });
  const bytes = there(grpc, value);
  const type = protobuf.parse(proto2).root.lookupType("old.Page");
  const theirs = type.toObject(type.decode(bytes));
  assert.deepEqual(theirs, {
    query: "tea",
    result: [
      { url: "/a", deep: { level: -1 } },
      { url: "/b", deep: {} },
    ],
    footer: { text: "end" },
  });
  const written = Buffer.from(type.encode(type.fromObject(theirs)).finish());
  assert.deepEqual(grpc.readInput.proto(written), { kind: "value", value });
});

test("a file may say so of all its messages, which maps and other fields do not follow", () => {
  const { grpc } = load(edition);
  const leaf = (name: string) => record({ name, more: [], by_name: record({}), ats: [] });
  const value = record({
    name: "root",
    left: leaf("l"),
    more: [leaf("a"), leaf("b")],
    by_name: record({ c: leaf("c") }),
    choice: record({ one: leaf("one") }),
    prefixed: leaf("p"),
    at: "2026-11-25T13:20:00Z",
    ats: ["2026-11-25T13:20:00.5Z", "1970-01-01T00:00:00Z"],
  });
  const bytes = there(grpc, value);
  // left = 2 begins with wire type 3 and ends with 4; prefixed = 7 has its length.
  assert.ok(bytes.includes(Buffer.from("130a016c14", "hex")), bytes.toString("hex"));
  assert.ok(bytes.includes(Buffer.from("3a030a0170", "hex")), bytes.toString("hex"));
});

/** [hexadecimal, what the fault says] */
const bad: readonly (readonly [string, RegExp])[] = [
  ["13", /ends inside of a group 2/],
  ["130a01", /beyond the message's end/],
  ["130a016c", /ends inside of a group 2/],
  ["130a016c1c", /wire type 4, expected 3/],
  ["14", /wire type 4, expected 3/],
  ["1200", /wire type 2, expected 3/],
  ["43", /ends inside a field/],
  ["4344", /^$/],
  ["13".repeat(5_000), /depthMax/],
  ["43" + "13".repeat(5_000), /depthMax/],
  ["3a0113", /ends inside of a group 2/],
];

for (const [hex, message] of bad) {
  test(`a group that is none is refused: ${hex.slice(0, 20)}`, () => {
    const { grpc } = load(edition);
    const read = grpc.readInput.proto(Buffer.from(hex, "hex"));
    if (message.source === "^$") assert.equal(read.kind, "value");
    else {
      assert.ok(read.kind === "fault");
      assert.match(read.message, message);
    }
  });
}

test("a description in proto3 leaves groups out and says so", () => {
  const { service } = load(proto2);
  const { text, diagnostics } = describeProto(service, { address: "" });
  assert.doesNotMatch(text, /result|footer|group/i);
  const said = diagnostics.map(({ message }) => message).join("\n");
  assert.match(said, /group result of Page/);
  assert.match(said, /group footer of Page/);
});

test("groups within a oneof of a file are told to be read from a descriptor set", () => {
  const text = `syntax = "proto2";
message M { oneof choice { group One = 1 { optional int32 a = 1; } } }
service S { rpc Get(M) returns (M); }`;
  const { diagnostics } = importProto({ file: "x.proto", text, read: () => undefined });
  assert.equal(diagnostics[0]?.code, "malformed-proto");
  assert.match(diagnostics[0]?.message ?? "", /group within a oneof.*descriptor set/);
});
