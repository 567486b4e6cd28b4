/** The JSON form of messages against that of the library which Connect's clients are made of. */
import assert from "node:assert/strict";
import test from "node:test";
import {
  createFileRegistry,
  fromBinary,
  fromJsonString,
  toBinary,
  toJsonString,
  type DescFile,
} from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  file_google_protobuf_any,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
} from "@bufbuild/protobuf/wkt";
import { defaultDocumentLimits } from "#base/limits.ts";
import type { ValueRecord } from "#contract/value.ts";
import { encodeDescriptorFile, readDescriptorFile } from "./descriptor-file.ts";
import { createOperations } from "./grpc-operation.ts";
import { importProto } from "./import.ts";
import { createProtoNames } from "./proto-names.ts";

const proto = `syntax = "proto3";
package odd.v1;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
service Odd { rpc Echo(All) returns (All); }
enum Kind {
  option allow_alias = true;
  NONE = 0; A = 1; ALIAS = 1; LESS = -3; MOST = 2147483647;
}
message All {
  double d = 1; float f = 2; int32 i32 = 3; int64 i64 = 4; uint32 u32 = 5; uint64 u64 = 6;
  sint32 s32 = 7; sint64 s64 = 8; fixed32 f32 = 9; fixed64 f64 = 10; sfixed64 sf64 = 12;
  bool b = 13; string long_name = 14; bytes by = 15; Kind kind = 16;
  repeated int32 numbers = 17; repeated Kind kinds = 18;
  map<string, int32> by_text = 20; map<int64, string> by_long = 21; map<bool, Kind> by_bool = 22;
  map<uint32, All> by_u32 = 23; map<fixed64, bytes> by_fixed = 56;
  oneof choice {
    string o_text = 24; int64 o_long = 25; All o_all = 26;
    google.protobuf.NullValue o_null = 27; google.protobuf.Value o_value = 57;
  }
  optional int32 maybe = 28; optional Kind maybe_kind = 30;
  google.protobuf.Any any = 31; google.protobuf.Duration span = 32;
  google.protobuf.Timestamp at = 33; google.protobuf.FieldMask mask = 34;
  google.protobuf.Struct struct = 35; google.protobuf.Value value = 36;
  google.protobuf.ListValue list = 37; google.protobuf.NullValue nothing = 38;
  google.protobuf.DoubleValue wd = 39; google.protobuf.Int64Value wi64 = 41;
  google.protobuf.Int32Value wi32 = 43; google.protobuf.BytesValue wby = 47;
  google.protobuf.Empty empty = 48; All child = 49; repeated All children = 50;
  repeated google.protobuf.Value values = 52; string renamed = 60 [json_name = "re-named"];
}
`;

const google = new Map<string, DescFile>(
  [
    file_google_protobuf_any,
    file_google_protobuf_duration,
    file_google_protobuf_empty,
    file_google_protobuf_field_mask,
    file_google_protobuf_struct,
    file_google_protobuf_timestamp,
    file_google_protobuf_wrappers,
  ].map((file) => [`${file.name}.proto`, file]),
);

const read = readDescriptorFile("odd.proto", proto);
const bytes = encodeDescriptorFile(read, {
  dependencies: read.imports,
  types: read.types,
  services: [],
});
const registry = createFileRegistry(fromBinary(FileDescriptorProtoSchema, bytes), (name) =>
  google.get(name),
);
const all = registry.getMessage("odd.v1.All");
assert.ok(all);
const schema = all;

const { contract } = importProto({ file: "odd.proto", text: proto, read: () => undefined });
const service = { serviceName: "odd", contract };
const [operation] = contract.operations;
assert.ok(operation);
const echo = createOperations(service, defaultDocumentLimits, createProtoNames(service))(operation);

/** Of what the library reads, the same must be read, and be read by it once it is written. */
const accepted: readonly string[] = [
  `{"d":"NaN","f":"-Infinity"}`,
  `{"d":"1.5","f":"1e3"}`,
  `{"d":null,"i32":null,"kind":null,"longName":null,"numbers":null,"byText":null,"child":null}`,
  `{"i32":"5","u32":"7","s32":1e3,"f32":5.0}`,
  `{"i32":"1e2"}`,
  `{"i64":"9007199254740993","s64":-5,"f64":"5"}`,
  `{"i64":"-9223372036854775808","u64":"18446744073709551615"}`,
  `{"kind":1}`,
  `{"kind":"ALIAS","maybeKind":-3}`,
  `{"kind":99,"kinds":["A",1,7]}`,
  `{"kind":2147483647,"byBool":{"true":"A","false":0}}`,
  `{"long_name":"x"}`,
  `{"renamed":"x"}`,
  `{"re-named":"x"}`,
  `{"by":"AQI"}`,
  `{"by":"-_8="}`,
  `{"by":"+/8="}`,
  `{"numbers":["1",2]}`,
  `{"byText":{"":1,"a/b":2,"\\u0000":3,"__proto__":4}}`,
  `{"byLong":{"-9223372036854775808":"x","05":"y"}}`,
  `{"byU32":{"4294967295":{"d":1}},"byFixed":{"18446744073709551615":"AQ=="}}`,
  `{"oText":null}`,
  `{"oText":"","oLong":null}`,
  `{"oNull":null}`,
  `{"oNull":"NULL_VALUE"}`,
  `{"o_long":7}`,
  `{"oAll":{"oAll":{"oValue":null}}}`,
  `{"maybe":0,"maybeKind":"NONE"}`,
  `{"any":{"@type":"type.googleapis.com/odd.v1.All","d":1.5}}`,
  `{"any":{"d":1.5,"@type":"type.googleapis.com/odd.v1.All"}}`,
  `{"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1.5s"}}`,
  `{"any":{"@type":"type.googleapis.com/google.protobuf.Any","value":{"@type":"type.googleapis.com/odd.v1.All","i32":1}}}`,
  `{"any":{}}`,
  `{"span":"1.5s"}`,
  `{"span":"-0.000000001s"}`,
  `{"span":"315576000000s"}`,
  `{"at":"2020-01-01T00:00:00.123456789Z"}`,
  `{"at":"2020-01-01T00:00:00+05:30"}`,
  `{"at":"0001-01-01T00:00:00Z"}`,
  `{"at":"9999-12-31T23:59:59.999999999Z"}`,
  `{"mask":"a,bC,d.eF"}`,
  `{"mask":""}`,
  `{"struct":{"a":[1,null,{"b":"x"}]},"value":null,"list":[]}`,
  `{"struct":null,"list":null,"values":[null,1]}`,
  `{"nothing":null}`,
  `{"nothing":"NULL_VALUE"}`,
  `{"wd":"NaN","wi64":5,"wi32":"5","wby":""}`,
  `{"wi64":null,"empty":null}`,
  `{"empty":{},"child":{},"children":[{},{"i32":1}]}`,
];

for (const text of accepted) {
  test(`what the library reads, and what it is told: ${text}`, () => {
    const wanted = fromJsonString(schema, text, { registry });
    const found = echo.readInput.json(Buffer.from(text));
    assert.ok(found.kind === "value", JSON.stringify(found));
    const written = echo.writeInput(found.value as ValueRecord);
    assert.ok(written.kind === "bytes", JSON.stringify(written));
    const same = toJsonString(schema, wanted, { registry });
    assert.equal(toJsonString(schema, fromBinary(schema, written.bytes), { registry }), same);
    const output = echo.readOutput(Buffer.from(toBinary(schema, wanted)));
    assert.ok(output.kind === "value", JSON.stringify(output));
    const told = echo.writeOutput.json(output.value as ValueRecord);
    assert.ok(told.kind === "bytes", JSON.stringify(told));
    const again = fromJsonString(schema, told.bytes.toString(), { registry });
    assert.equal(toJsonString(schema, again, { registry }), same);
  });
}

/** [document, place, what the fault says] */
const refused: readonly (readonly [string, string, RegExp])[] = [
  [`{"d":1e400}`, "/d", /of 64 bits/],
  [`{"f":3.5e38}`, "/f", /of 32 bits/],
  [`{"i32":2147483648}`, "/i32", /from -2147483648 to 2147483647/],
  [`{"i32":5.5}`, "/i32", /whole number/],
  [`{"i32":""}`, "/i32", /whole number/],
  [`{"i32":" 5"}`, "/i32", /whole number/],
  [`{"u64":-1}`, "/u64", /from 0/],
  [`{"b":"true"}`, "/b", /true or false/],
  [`{"b":1}`, "/b", /true or false/],
  [`{"kind":"1"}`, "/kind", /one of NONE, A/],
  [`{"kind":"NOPE"}`, "/kind", /one of NONE, A/],
  [`{"kind":1.5}`, "/kind", /32 bits/],
  [`{"longName":"x","long_name":"y"}`, "/long_name", /stands here twice/],
  [`{"longNam":"x"}`, "/longNam", /did you mean `longName`/],
  [`{"by":"A"}`, "/by", /base64/],
  [`{"numbers":[1,null]}`, "/numbers/1", /whole number/],
  [`{"byLong":{"x":"x"}}`, "/byLong", /as the name of a member/],
  [`{"byBool":{"1":"A"}}`, "/byBool", /true or false/],
  [`{"oText":"x","oLong":"1"}`, "/oLong", /beside another of the same choice/],
  [`{"any":{"@type":"a/unknown.X","d":1}}`, "/any/@type", /unknown\.X is not known here/],
  [`{"any":{"d":1}}`, "/any/@type", /`@type` is missing/],
  [`{"any":{"@type":"a/google.protobuf.Duration"}}`, "/any/value", /`value` is missing/],
  [`{"span":"315576000001s"}`, "/span", /315576000000/],
  [`{"span":"1"}`, "/span", /such as 3\.5s/],
  [`{"at":"10000-01-01T00:00:00Z"}`, "/at", /0001 to 9999/],
  [`{"at":"2020-01-01T00:00:00"}`, "/at", /such as 2026/],
  [`{"mask":"a_b"}`, "/mask", /such as title/],
  [`{"struct":1}`, "/struct", /an object/],
  [`{"list":{}}`, "/list", /an array/],
  [`{"children":[null]}`, "/children/0", /an object/],
  [`{"i32":1,"i32":2}`, "/i32", /stands here twice/],
  [`null`, "", /an object/],
  [`{"longName":"\\ud800"}`, "/longName", /surrogate/],
];

for (const [text, place, message] of refused) {
  test(`what the library refuses: ${text}`, () => {
    assert.throws(() => fromJsonString(schema, text, { registry }));
    const found = echo.readInput.json(Buffer.from(text));
    assert.ok(found.kind === "fault", JSON.stringify(found));
    assert.equal(found.place, place);
    assert.match(found.message, message);
  });
}

test("numbers of 64 bits are read exactly, also without quotes", () => {
  const found = echo.readInput.json(Buffer.from(`{"i64":9007199254740993}`));
  assert.ok(found.kind === "value");
  assert.equal((found.value as ValueRecord)["i64"], "9007199254740993");
});

for (const text of [`{"byText":{"a":1,"a":2}}`, `{"byLong":{"7":"a","07":"b"}}`]) {
  test(`a key that stands twice is refused: ${text}`, () => {
    const found = echo.readInput.json(Buffer.from(text));
    assert.ok(found.kind === "fault", JSON.stringify(found));
    assert.match(found.message, /stands here twice/);
  });
}

test("what another dialect has said that is no JSON is a string in JSON of any shape", () => {
  const value = '5,"s64":"1"';
  const found = echo.writeOutput.json(Object.assign(Object.create(null), { value }) as ValueRecord);
  assert.ok(found.kind !== "fault");
  assert.match(found.bytes.toString(), /"value":"5,\\"s64\\":\\"1\\""[,}]/);
});

test("a number beyond a double's is none of a google.protobuf.Value", () => {
  const found = echo.readInput.json(Buffer.from(`{"value":[1e400]}`));
  assert.ok(found.kind === "value");
  const written = echo.writeInput(found.value as ValueRecord);
  assert.ok(written.kind === "fault");
  assert.deepEqual([written.place, written.code], ["/value", "invalid-value"]);
});

test("an Any of a type that is not known, or within too many others, is a fault of its field", () => {
  const write = (any: Uint8Array) =>
    echo.writeOutput.json(Object.assign(Object.create(null), { any }) as ValueRecord);
  const field = (number: number, content: Uint8Array) => {
    const length = [];
    for (let rest = content.length; ; rest >>>= 7) {
      length.push(rest > 127 ? (rest & 127) | 128 : rest);
      if (rest < 128) break;
    }
    return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), content]);
  };
  const anyOf = (url: string, content: Uint8Array) =>
    Buffer.concat([field(1, Buffer.from(url)), field(2, content)]);
  const odd = write(anyOf("a/unknown.X", Buffer.alloc(0)));
  assert.ok(odd.kind === "fault");
  assert.match(odd.message, /unknown\.X is not known here/);
  assert.equal(odd.place, "/any");
  let deep: Uint8Array = anyOf("a/odd.v1.All", Buffer.alloc(0));
  for (let level = 0; level < 5_000; level++) deep = anyOf("a/google.protobuf.Any", deep);
  const nested = write(deep);
  assert.ok(nested.kind === "fault");
  assert.equal(nested.code, "limit-exceeded");
});
