import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import fc from "fast-check";
import type { Contract } from "#contract/contract.ts";
import type { ImportedContract } from "#extension/protocol.ts";
import { lacks } from "#tests/support/tools.ts";
import { googleFile } from "./google/files.ts";
import { importProto, protoImporter } from "./import.ts";

const own = `syntax = "proto3";
package shop.v1;
import "google/api/annotations.proto";
import "google/protobuf/timestamp.proto";
import "old.proto";
// Orders of a shop.
service Orders {
  // Looks one up,
  // by its number.
  rpc Get(Key) returns (Order) { option (google.api.http) = { get: "/v1/orders/{id}" }; }
  rpc Put(Order) returns (Order) {
    option (google.api.http) = {
      put: "/v1/orders/{id}" body: "*"
      additional_bindings { patch: "/v1/orders/{id}" body: "lines" }
      additional_bindings { custom: { kind: "MOVE" path: "/v1/orders/{id}" } body: "*" }
    };
    option idempotency_level = IDEMPOTENT;
  }
  rpc Watch(Key) returns (stream Order) { option deprecated = true; }
  rpc Keep(old.Old) returns (Key);
}
message Key { int64 id = 1; }
// What was asked for.
message Order {
  int64 id = 1;
  repeated Line lines = 3 [json_name = "Lines"];
  optional double net_weight = 4;
  map<string, Kind> kinds = 6;
  google.protobuf.Timestamp at = 7;
  // Where to.
  oneof target { string street = 8; Key shopKey = 9; }
  enum Kind { PLAIN = 0; RUSH = 1; }
  // One of them.
  message Line {
    // What of.
    string sku = 1;
  }
}
`;
const old = `syntax = "proto2";
package old;
message Old {
  required int32 id = 1;
  optional Level level = 2 [default = HIGH];
  optional string text = 3 [default = "none"];
  repeated int32 packed = 4 [packed = true];
  extensions 100 to 200;
}
enum Level { LOW = 1; HIGH = 2; }
`;

const imports = ["google/api/annotations", "google/api/http", "google/protobuf/timestamp"];

/** What protoc makes of it. @param options `--include_imports` and the like. */
function compile(options: readonly string[], text = own): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "parlance-proto-"));
  try {
    writeFileSync(join(folder, "own.proto"), text);
    writeFileSync(join(folder, "old.proto"), old);
    for (const path of imports) {
      const file = join(folder, `${path}.proto`);
      execFileSync("mkdir", ["-p", join(file, "..")]);
      writeFileSync(file, googleFile(`${path}.proto`) ?? "");
    }
    const out = join(folder, "set.binpb");
    execFileSync("protoc", [`-I${folder}`, `--descriptor_set_out=${out}`, ...options, "own.proto"]);
    return readFileSync(out);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function imported(bytes: Buffer): ImportedContract {
  const text = bytes.toString("utf8");
  return importProto({ file: "set.binpb", text, bytes, read: () => undefined });
}

function withoutPlaces(contract: Contract): unknown {
  return {
    ...contract,
    operations: contract.operations.map((operation) => ({ ...operation, origin: undefined })),
  };
}

const whole = ["--include_imports", "--include_source_info"];

test(
  "a descriptor set is the contract that its .proto files are",
  { skip: lacks("protoc") },
  () => {
    const bytes = compile(whole);
    assert.equal(protoImporter.recognize(bytes.toString("utf8"), "set.bin"), 1);
    const expected = importProto({
      ...{ file: "own.proto", text: own },
      read: (path) => (path === "old.proto" ? { file: path, text: old } : undefined),
    });
    const found = imported(bytes);
    assert.deepEqual(
      found.diagnostics.map(({ code, message }) => [code, message]),
      expected.diagnostics.map(({ code, message }) => [code, message]),
    );
    assert.deepEqual(withoutPlaces(found.contract), withoutPlaces(expected.contract));
  },
);

test(
  "without comments and without google's files a set is a contract as well",
  {
    skip: lacks("protoc"),
  },
  () => {
    // Without imports, old.proto is not in it.
    const text = own.replace(/^import "old.proto";\n|^ {2}rpc Keep.*\n/gm, "");
    const { contract, diagnostics } = imported(compile([], text));
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity === "error"),
      [],
    );
    assert.deepEqual(
      contract.operations.map(({ id, rest, documentation }) => [id, rest?.path, documentation]),
      [
        ["Get", "/v1/orders/{id}", undefined],
        ["Put", "/v1/orders/{id}", undefined],
        ["Watch", undefined, undefined],
      ],
    );
  },
);

test(
  "an import that is not in the set is named, with what to do",
  { skip: lacks("protoc") },
  () => {
    const { contract, diagnostics } = imported(compile([]));
    const [first] = diagnostics;
    assert.equal(first?.code, "import-not-found");
    assert.match(first.message, /own\.proto imports "old\.proto".*--include_imports/);
    assert.deepEqual(contract.operations, []);
  },
);

function frame(bytes: Buffer): Buffer {
  assert.ok(bytes.length < 128);
  return Buffer.concat([Buffer.from([0x0a, bytes.length]), bytes]);
}

function fileNamed(name: string, more: Buffer): Buffer {
  return frame(Buffer.concat([frame(Buffer.from(name)), more]));
}

const package1 = Buffer.from([0x12, 1, 97]);
const package2 = Buffer.from([0x12, 1, 98]);
/** A message whose one field is of a type that is nowhere. */
const lost = Buffer.concat([
  Buffer.from([0x22, 16, 0x0a, 1, 77, 0x12, 11, 0x0a, 1, 102, 0x18, 1, 0x20, 1, 0x28, 11, 0x32, 0]),
]);

const damaged: readonly (readonly [string, Buffer, RegExp])[] = [
  ["nothing at all", Buffer.alloc(0), /there is no file in it/],
  ["a file without a name", frame(package1), /a file in it has no name/],
  [
    "two files of one name",
    Buffer.concat([fileNamed("a.proto", package1), fileNamed("a.proto", package2)]),
    /a\.proto is in it twice, and differs/,
  ],
  ["one file that is cut off", fileNamed("a.proto", package1).subarray(0, 9), /index out of range/],
  ["a field of no type", fileNamed("a.proto", lost), /illegal type|no such|type/],
];

for (const [name, bytes, reason] of damaged) {
  test(`a set of ${name} is told so`, () => {
    const { contract, diagnostics } = imported(bytes);
    assert.equal(diagnostics[0]?.code, "malformed-descriptor-set");
    assert.equal(diagnostics[0]?.severity, "error");
    assert.match(diagnostics[0]?.message ?? "", reason);
    assert.deepEqual(contract.operations, []);
  });
}

test(
  "a set that is damaged anywhere is refused or read, and nothing is thrown",
  {
    skip: lacks("protoc"),
  },
  () => {
    const bytes = compile(whole);
    const refused = new Set<string>();
    for (let length = 0; length < bytes.length; length += 7) {
      for (const { code } of imported(bytes.subarray(0, length)).diagnostics) refused.add(code);
    }
    assert.ok(refused.has("malformed-descriptor-set"));
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const other = Buffer.from(bytes);
        for (const [at, value] of changes) other[at] = value;
        assert.ok(Array.isArray(imported(other).diagnostics));
      }),
      { numRuns: 300 },
    );
  },
);

test("what is named as a set and is a text is left to others", () => {
  assert.equal(protoImporter.recognize("openapi: 3.1.0\n", "api.pb"), 0);
  assert.equal(protoImporter.recognize(own, "own.pb"), 1);
  const { diagnostics } = importProto({ file: "own.pb", text: old, read: () => undefined });
  assert.deepEqual(
    diagnostics.map(({ code }) => code),
    ["no-service"],
  );
});

test("a set of which the bytes are not known is refused with a reason", () => {
  const text = "\n\u0010\n\u0007a.proto\u0012\u0001a";
  const { diagnostics } = importProto({ file: "http://host/a.pb", text, read: () => undefined });
  assert.match(diagnostics[0]?.message ?? "", /read from files alone/);
});
