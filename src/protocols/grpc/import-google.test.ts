import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import type { ContractSource, ImportedContract } from "#extension/protocol.ts";
import { lacks } from "#tests/support/tools.ts";
import { describeProto } from "./describe.ts";
import { apiFiles } from "./google/api-files.ts";
import { descriptorFiles } from "./google/descriptor-files.ts";
import { protobufFiles } from "./google/protobuf-files.ts";
import { rpcFiles } from "./google/rpc-files.ts";
import { typeFiles } from "./google/type-files.ts";
import { importProto } from "./import.ts";

const files = { ...protobufFiles, ...descriptorFiles, ...apiFiles, ...rpcFiles, ...typeFiles };

function imported(text: string, read: ContractSource["read"] = () => undefined): ImportedContract {
  return importProto({ file: "own.proto", text: `syntax = "proto3"; package p; ${text}`, read });
}

const service = "service S { rpc Get(M) returns (M); }";

test("every file of google that is known resolves without being there", () => {
  for (const path of Object.keys(files)) {
    const { diagnostics } = imported(`import "${path}"; ${service} message M { string id = 1; }`);
    assert.deepEqual(diagnostics, [], path);
  }
});

test("messages of google have the fields that they have", () => {
  const { contract, diagnostics } = imported(`
    import "google/rpc/status.proto"; import "google/rpc/error_details.proto";
    import "google/type/money.proto"; import "google/type/latlng.proto";
    import "google/api/httpbody.proto"; import "google/protobuf/descriptor.proto";
    ${service}
    message M {
      google.rpc.Status status = 1; google.rpc.ErrorInfo info = 2; google.type.Money price = 3;
      google.type.LatLng at = 4; google.api.HttpBody body = 5;
      google.protobuf.FieldDescriptorProto field = 6;
    }`);
  assert.deepEqual(diagnostics, []);
  const fieldsOf = (name: string) => {
    const type = contract.types.get(name)?.type;
    return type?.kind === "record" ? type.fields.map((one) => [one.name, one.protoNumber]) : [];
  };
  assert.deepEqual(fieldsOf("google.type.Money"), [
    ["currency_code", 1],
    ["units", 2],
    ["nanos", 3],
  ]);
  assert.deepEqual(fieldsOf("google.rpc.Status"), [
    ["code", 1],
    ["message", 2],
    ["details", 3],
  ]);
  assert.ok(fieldsOf("google.protobuf.FieldDescriptorProto").length > 8);
});

test("a service's own copy of such a file comes before the known one", () => {
  const own = 'syntax = "proto3"; package google.type; message Money { string all = 1; }';
  const { contract } = imported(
    `import "google/type/money.proto"; ${service} message M { google.type.Money price = 1; }`,
    (path) => (path === "google/type/money.proto" ? { file: path, text: own } : undefined),
  );
  const type = contract.types.get("google.type.Money")?.type;
  assert.deepEqual(type?.kind === "record" && type.fields.map(({ name }) => name), ["all"]);
});

test(
  "a description imports the file that declares what it names",
  { skip: lacks("protoc") },
  () => {
    const { contract } = imported(`import "google/protobuf/descriptor.proto"; ${service}
    import "google/protobuf/field_mask.proto"; import "google/protobuf/api.proto";
    import "google/protobuf/wrappers.proto";
    message M {
      google.protobuf.FieldDescriptorProto.Type type = 1; google.protobuf.FieldMask mask = 2;
      google.protobuf.Api api = 3; google.protobuf.BytesValue bytes = 4;
      google.protobuf.Syntax syntax = 5; google.protobuf.FieldDescriptorProto field = 6;
    }`);
    const { text } = describeProto({ serviceName: "s", contract }, { address: "" });
    const folder = mkdtempSync(join(tmpdir(), "parlance-proto-"));
    try {
      writeFileSync(join(folder, "own.proto"), text);
      execFileSync("protoc", [`-I${folder}`, `--descriptor_set_out=${folder}/set`, "own.proto"], {
        stdio: "pipe",
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
    for (const file of ["descriptor", "field_mask", "api", "wrappers"]) {
      assert.ok(text.includes(`import "google/protobuf/${file}.proto";`), file);
    }
  },
);
