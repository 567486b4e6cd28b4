import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import fc from "fast-check";
import type { Contract, Operation } from "#contract/contract.ts";
import type { Type } from "#contract/types.ts";
import { createRecord, type Value } from "#contract/value.ts";
import { createProtoCodec, type ProtoRead } from "#formats/protobuf/codec.ts";
import { contractCase } from "#formats/xml/contract-arbitrary-fixture.ts";
import { lacks } from "#tests/support/tools.ts";
import { describeProto } from "./describe.ts";
import { importProto } from "./import.ts";

const shop = `syntax = "proto3";

package shop.v1;

import "google/protobuf/empty.proto";
import "google/protobuf/timestamp.proto";

// Orders of a shop.
service Orders {
  // Looks one up.
  // By its number.
  rpc Get(Key) returns (Order) {
    option idempotency_level = NO_SIDE_EFFECTS;
  }
  rpc Add(stream Order.Line) returns (Order) {
    option deprecated = true;
  }
  rpc Watch(Key) returns (stream Order);
  rpc Order(google.protobuf.Empty) returns (google.protobuf.Empty);
}

service Stock {
  rpc Count(Key) returns (Key);
}

message Key {
  int64 id = 1;
}

// What was asked for.
message Order {
  sint64 id = 1;
  repeated Order.Line lines = 3 [json_name = "Lines"];
  optional double net_weight = 4;
  Kind kind = 5;
  map<string, Kind> kinds = 6;
  google.protobuf.Timestamp at = 7;
  // Where to.
  oneof target {
    string street = 8;
    Key shopKey = 9;
  }
  enum Kind {
    option allow_alias = true;
    PLAIN = 0;
    RUSH = 3;
    FAST = 3;
  }
  message Line {
    string sku = 1;
    fixed32 count = 200;
  }
}
`;

function imported(text: string): Contract {
  const { contract, diagnostics } = importProto({
    file: "/shop.proto",
    text,
    read: () => undefined,
  });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  assert.deepEqual(errors, [], text);
  return contract;
}

function described(contract: Contract, serviceName = "shop") {
  return describeProto({ serviceName, contract }, { address: "http://localhost" });
}

/** Without places, which are of the text. */
function plain({ types, operations, ...rest }: Contract) {
  const ofOperations = operations.map((operation) => ({ ...operation, origin: undefined }));
  return { ...rest, operations: ofOperations, types: Object.fromEntries(types) };
}

test("a contract of a .proto is the same behind its description, which is stable", () => {
  const contract = imported(shop);
  const { text, diagnostics } = described(contract);
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(plain(imported(text)), plain(contract));
  assert.equal(described(imported(text)).text, text);
});

/** One operation whose input has a field of the type. */
function contractAround(contract: Contract, type: Type): Contract {
  const store: Operation = {
    id: "store-it",
    mode: "unary",
    safety: "unsafe",
    input: {
      type: {
        kind: "record",
        fields: [{ name: "document", type, presence: "optional", nullable: false }],
      },
      headers: [{ name: "clerk", type: { kind: "bool" }, required: true, http: "X-Clerk" }],
    },
    output: undefined,
    faults: [{ name: "no good", type: { kind: "record", fields: [] } }],
  };
  return { ...contract, operations: [store] };
}

function valueOf(read: ProtoRead): Value {
  assert.ok(read.kind === "value", JSON.stringify(read));
  return read.value;
}

test("messages go through the description of their contract and back unchanged", () => {
  fc.assert(
    fc.property(contractCase, ({ contract, type, value }) => {
      const own = contractAround(contract, type);
      const other = imported(described(own, "old-shop").text);
      const inputOf = ({ operations }: Contract) => operations[0]?.input.type as Type;
      const ours = createProtoCodec(own);
      const theirs = createProtoCodec(other);
      const input = createRecord();
      input["document"] = value;
      const written = ours.writer(inputOf(own))(input);
      fc.pre(written.kind === "bytes");
      const once = valueOf(ours.reader(inputOf(own))(written.bytes));
      const middle = valueOf(theirs.reader(inputOf(other))(written.bytes));
      const again = theirs.writer(inputOf(other))(middle);
      assert.ok(again.kind === "bytes", JSON.stringify(again));
      assert.deepEqual(valueOf(ours.reader(inputOf(own))(again.bytes)), once);
    }),
  );
});

test("protoc takes every description", { skip: lacks("protoc") }, () => {
  const folder = mkdtempSync(join(tmpdir(), "parlance-proto-"));
  try {
    const compile = (texts: readonly string[]): void => {
      const files = texts.map((text, index) => {
        const file = join(folder, `${index}.proto`);
        writeFileSync(file, text.replace(/^package .*/m, `package p${index}.x;`));
        return file;
      });
      const out = join(folder, "set");
      execFileSync("protoc", [`-I${folder}`, `--descriptor_set_out=${out}`, ...files], {
        stdio: "pipe",
      });
    };
    const cases = fc.sample(contractCase, { numRuns: 60, seed: 5 });
    const random = cases.map(
      ({ contract, type }) => described(contractAround(contract, type), "p").text,
    );
    // What is written from the root names the package that it had.
    const texts = random.map((text, index) => text.replaceAll(/ \.p\./g, ` .p${index}.x.`));
    compile(texts);
    compile([described(imported(shop)).text.replaceAll(".shop.v1.", ".p0.x.")]);
    assert.equal(texts.length, 60);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what proto3 cannot say is told", () => {
  const contract = imported(`syntax = "proto2"; package old;
service Old { rpc Get(Key) returns (Key); }
message Key { required int32 id = 1 [default = 5]; optional Kind kind = 2; enum Kind { A = 1; } }
`);
  const { text, diagnostics } = described(contract, "old");
  assert.deepEqual(diagnostics.map(({ code }) => code).sort(), [
    "default-lost",
    "enum-opened",
    "required-lost",
  ]);
  assert.match(text, /KIND_UNSPECIFIED = 0;\n\s+A = 1;/);
  assert.match(text, /^ {2}optional Key\.Kind kind = 2;$/m);
});

test("variants of a union that has a message of its own stand in a oneof, of which one is sent", () => {
  const text: Type = { kind: "string", whitespace: "preserve" };
  const int: Type = { kind: "int", bits: 32, signed: true };
  const variants = [
    { name: "variant", type: text },
    { name: "list", type: { kind: "list", item: int, itemNullable: false, min: 0 } },
  ] as const;
  const type: Type = { kind: "union", exclusive: true, variants };
  const types = new Map([["Pick", { name: "Pick", type }]]);
  const contract = contractAround({ ...imported(shop), types }, { kind: "ref", name: "Pick" });
  assert.match(
    described(contract).text,
    /^message Pick \{\n {2}oneof variant_ \{\n {4}string variant = 1;\n {4}PickList list = 2;\n {2}\}\n\}$/m,
  );
});
