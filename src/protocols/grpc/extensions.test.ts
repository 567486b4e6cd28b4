/** Extensions of proto2: fields of the messages that they extend, under names of their own. */
import assert from "node:assert/strict";
import test from "node:test";
import protobuf from "protobufjs";
import { defaultDocumentLimits } from "#base/limits.ts";
import type { ValueRecord } from "#contract/value.ts";
import { describeProto } from "./describe.ts";
import { createOperations } from "./grpc-operation.ts";
import { importProto } from "./import.ts";
import { createProtoNames } from "./proto-names.ts";

const text = `syntax = "proto2";
package old;
service Pages { rpc Put(Page) returns (Page); }
message Page {
  optional string title = 1;
  optional double most = 2 [default = inf];
  optional double least = 3 [default = -inf];
  optional double none = 4 [default = nan];
  optional bytes escaped = 5 [default = "\\001\\377"];
  extensions 100 to 200;
}
message Seen { extend Page { optional int32 seen_times = 101; } }
extend Page { optional string note_text = 100; }
`;
const { contract } = importProto({ file: "old.proto", text, read: () => undefined });
const service = { serviceName: "old", contract };
const [operation] = contract.operations;
assert.ok(operation);
const put = createOperations(service, defaultDocumentLimits, createProtoNames(service))(operation);

test("in JSON they stand under their full names in brackets", () => {
  const document = '{"title":"a","[old.note_text]":"b","[old.Seen.seen_times]":3}';
  const read = put.readInput.json(Buffer.from(document));
  assert.ok(read.kind === "value", JSON.stringify(read));
  const written = put.writeInput(read.value as ValueRecord);
  assert.ok(written.kind === "bytes");
  assert.equal(written.bytes.toString("hex"), "0a0161a2060162a80603");
  const told = put.writeOutput.json(read.value as ValueRecord);
  assert.ok(told.kind === "bytes");
  assert.deepEqual(JSON.parse(told.bytes.toString()), JSON.parse(document));
});

test("the description has them as fields, whose names clients may use as well", () => {
  const described = describeProto(service, { address: "" }).text;
  const type = protobuf.parse(described).root.lookupType("old.Page");
  assert.equal(type.fieldsById[100]?.name, "oldNoteText");
  assert.doesNotMatch(described, /json_name = "\[/);
  const read = put.readInput.json(Buffer.from('{"oldNoteText":"b","old_Seen_seen_times":3}'));
  assert.ok(read.kind === "value", JSON.stringify(read));
});

test("elsewhere they have names that XML can have as well", () => {
  const page = contract.types.get("old.Page")?.type;
  assert.ok(page?.kind === "record");
  const names = page.fields.slice(-2).map(({ name }) => name);
  assert.deepEqual(names, ["old.Seen.seen_times", "old.note_text"]);
});

test("defaults that no number of JSON tells are kept as the model spells them", () => {
  const page = contract.types.get("old.Page")?.type;
  assert.ok(page?.kind === "record");
  const defaults = page.fields.flatMap(({ default: one }) => one ?? []);
  assert.deepEqual(defaults, ["INF", "-INF", "NaN"]);
});
