import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "node:test";
import descriptor from "protobufjs/ext/descriptor.js";
import { lacks } from "#tests/support/tools.ts";
import { encodeDescriptorFile, readDescriptorFile } from "./descriptor-file.ts";
import { protobufFiles } from "./google/protobuf-files.ts";
import { rpcFiles } from "./google/rpc-files.ts";
import { typeFiles } from "./google/type-files.ts";
import { healthProto, reflectionProto } from "./own-protos.ts";

const odd = `syntax = "proto3";
package odd.v1;
import "google/protobuf/timestamp.proto";
import "google/protobuf/struct.proto";
service Odd {
  rpc Get(Key) returns (Odd_Thing) { option idempotency_level = NO_SIDE_EFFECTS; }
  rpc Put(stream Odd_Thing.Part) returns (stream Key) { option deprecated = true; }
}
message Key { fixed64 id = 1; }
message Odd_Thing {
  option deprecated = true;
  sint64 a_b__c = 1;
  repeated Odd_Thing.Part parts = 3 [json_name = "Parts"];
  optional double net_weight = 4;
  Kind kind = 5 [deprecated = true];
  map<string, Kind> kinds_by_name = 6;
  map<sfixed32, google.protobuf.Value> values = 16;
  google.protobuf.Timestamp at = 7;
  oneof target { string street = 8; Key shopKey = 9; }
  optional bytes trailing_ = 10;
  enum Kind { option allow_alias = true; ZERO = 0; NONE = 0; LOW = -5; }
  message Part { float x = 1; repeated bool flags = 2; Odd_Thing whole = 3; }
}
enum Top { TOP_UNSPECIFIED = 0; TOP_ONE = 1; }
`;

const texts: Readonly<Record<string, string>> = {
  "odd.proto": odd,
  "health.proto": healthProto,
  "reflection.proto": reflectionProto("grpc.reflection.v1"),
  ...protobufFiles,
  ...rpcFiles,
  ...typeFiles,
};

/** What protoc makes of each. */
function compiled(): ReadonlyMap<string, object> {
  const folder = mkdtempSync(join(tmpdir(), "parlance-proto-"));
  try {
    for (const [path, text] of Object.entries(texts)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const out = join(folder, "set");
    execFileSync("protoc", [`-I${folder}`, `--descriptor_set_out=${out}`, ...Object.keys(texts)], {
      stdio: "pipe",
    });
    const { file } = plain(descriptor.FileDescriptorSet, readFileSync(out)) as {
      readonly file: readonly { readonly name: string }[];
    };
    return new Map(file.map((one) => [one.name, one]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where entries of maps stand among the messages in a message says nothing. */
function plain(type: typeof descriptor.FileDescriptorSet, bytes: Buffer): unknown {
  const text = JSON.stringify(type.toObject(type.decode(bytes)));
  return JSON.parse(text, (key, value: unknown) => {
    if (key !== "nestedType") return value;
    const nested = value as readonly { readonly name: string }[];
    return nested.toSorted((one, other) => one.name.localeCompare(other.name));
  });
}

test("descriptors are those that protoc makes of the same text", { skip: lacks("protoc") }, () => {
  const expected = compiled();
  for (const [path, text] of Object.entries(texts)) {
    const file = readDescriptorFile(path, text);
    const services = file.services.map(({ name, methods }) => ({
      ...{ name, methods: methods.map(({ proto }) => proto) },
    }));
    const parts = { dependencies: file.imports, types: file.types, services };
    const ours = plain(descriptor.FileDescriptorProto, encodeDescriptorFile(file, parts));
    assert.deepEqual(ours, expected.get(path), path);
  }
});
