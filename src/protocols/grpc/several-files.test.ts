/**
 * An API of several files, packages and syntaxes, after the examples of grpc-gateway: what of it is
 * easily confused is all in it. Its description is one file, and carries the same bytes.
 */
import assert from "node:assert/strict";
import { posix } from "node:path";
import test from "node:test";
import type { Message } from "#contract/contract.ts";
import { createGenerator } from "#contract/generate-values.ts";
import { createProtoCodec } from "#formats/protobuf/codec.ts";
import { describeProto } from "./describe.ts";
import { importProto } from "./import.ts";

const files: Readonly<Record<string, string>> = {
  "/api/v1/everything.proto": `syntax = "proto3";
package api.v1;
import "google/api/annotations.proto";
import "google/api/field_behavior.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/wrappers.proto";
import "google/rpc/status.proto";
import "google/type/money.proto";
import "api/sub/message.proto";
import "api/sub2/message.proto";
import "protoc-gen-openapiv2/options/annotations.proto";
option (grpc.gateway.protoc_gen_openapiv2.options.openapiv2_swagger) = {
  info: { title: "A Bit of Everything"; version: "1.0"; }
  security: { security_requirement: { key: "BasicAuth" value: {} } }
};
service EverythingService {
  rpc Create(Everything) returns (Everything) {
    option (google.api.http) = {
      post: "/v1/everything/{float_value}/{double_value}/separator/{string_value}"
      additional_bindings { post: "/v1/everything" body: "*" }
    };
  }
  rpc GetEmpty(google.protobuf.Empty) returns (google.protobuf.Empty) {}
  rpc Wrap(google.protobuf.StringValue) returns (google.protobuf.Int64Value) {}
  rpc get_status(api.sub.Status) returns (api.sub2.Status) {}
  rpc Check_Old(api.sub.Old) returns (google.rpc.Status) {}
  rpc Stream(stream Everything.Nested) returns (stream Everything) { option deprecated = true; }
}
// Everything that there is.
message Everything {
  option (grpc.gateway.protoc_gen_openapiv2.options.openapiv2_schema) = { json_schema: { title: "E" } };
  message Nested {
    enum DeepEnum { FALSE = 0; TRUE = 1; }
    string name = 1;
    uint32 amount = 2;
    DeepEnum ok = 3 [(google.api.field_behavior) = REQUIRED];
    Everything whole = 4;
  }
  float float_value = 1;
  double double_value = 2;
  string string_value = 3;
  Nested single_nested = 25;
  repeated Nested nested = 4;
  int64 int64_value = 5;
  fixed64 fixed64_value = 6;
  sfixed32 sfixed32_value = 7;
  sint64 sint64_value = 8;
  bytes bytes_value = 9;
  NumericEnum enum_value = 10;
  oneof oneof_value {
    google.protobuf.Empty oneof_empty = 11;
    string oneof_string = 12;
    api.sub.Status oneof_status = 13;
  }
  map<string, NumericEnum> map_value = 14;
  map<int64, Nested> nested_map = 15;
  google.protobuf.Struct struct_value = 16;
  repeated google.protobuf.Value values = 17;
  google.protobuf.Duration duration = 18;
  google.protobuf.FieldMask update_mask = 19;
  google.type.Money price = 20;
  optional bool optional_bool = 21;
  string camelCase = 22;
  string trailing_ = 23;
  string _leading = 24 [json_name = "lead"];
  api.sub2.Status status = 26;
  repeated api.sub.Level levels = 27;
}
enum NumericEnum { ZERO = 0; ONE = 1; }
`,
  "/api/sub/message.proto": `syntax = "proto2";
package api.sub;
message Status { required int32 code = 1; optional string text = 2 [default = "fine"]; }
message Old {
  required string id = 1;
  optional Level level = 2 [default = HIGH];
  repeated int32 numbers = 3 [packed = true];
  repeated int32 loose = 4;
  extensions 100 to max;
}
enum Level { LOW = 1; HIGH = 2; }
extend Old { optional string more = 100; }
`,
  "/api/sub2/message.proto": `edition = "2023";
package api.sub2;
message Status { string code = 1 [features.field_presence = IMPLICIT]; Level level = 2; }
enum Level { LEVEL_NONE = 0; LEVEL_LOW = 1; }
`,
};

function read(reference: string, from: string): { file: string; text: string } | undefined {
  const file = posix.resolve(posix.dirname(from), reference);
  const text = files[file];
  return text === undefined ? undefined : { file, text };
}

const main = "/api/v1/everything.proto";
const imported = importProto({ file: main, text: files[main] ?? "", read });
const described = describeProto({ serviceName: "s", contract: imported.contract }, { address: "" });
const none = (): undefined => undefined;
const again = importProto({ file: "again.proto", text: described.text, read: none });

test("files of several packages and syntaxes load without complaint", () => {
  assert.deepEqual(
    imported.diagnostics.filter(({ severity }) => severity !== "info"),
    [],
  );
  assert.deepEqual(
    imported.contract.operations.map(({ id }) => id),
    ["Create", "GetEmpty", "Wrap", "get_status", "Check_Old", "Stream"],
  );
});

test("the description of the description is the same text", () => {
  assert.deepEqual(again.diagnostics, []);
  const { text } = describeProto({ serviceName: "s", contract: again.contract }, { address: "" });
  assert.equal(text, described.text);
});

test("messages have the same bytes by the description as by the files", () => {
  const generate = createGenerator(imported.contract);
  const own = createProtoCodec(imported.contract);
  const other = createProtoCodec(again.contract);
  let count = 0;
  const compare = (message: Message, mirrored: Message, where: string): void => {
    for (const { body, style } of generate(message)) {
      const written = own.writer(message.type)(body);
      if (written.kind !== "bytes") continue;
      const found = other.reader(mirrored.type)(written.bytes);
      assert.equal(found.kind, "value", `${where}, ${style}: ${JSON.stringify(found)}`);
      if (found.kind !== "value") continue;
      const back = other.writer(mirrored.type)(found.value);
      assert.deepEqual(back, written, `${where}, ${style}`);
      count++;
    }
  };
  for (const [index, { id, input, output }] of imported.contract.operations.entries()) {
    const mirrored = again.contract.operations[index];
    assert.ok(mirrored?.output !== undefined && output !== undefined && mirrored.id === id);
    compare(input, mirrored.input, `input of ${id}`);
    compare(output, mirrored.output, `output of ${id}`);
  }
  assert.ok(count >= 20, `${count} messages`);
});
