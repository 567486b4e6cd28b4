import assert from "node:assert/strict";
import test from "node:test";
import protobuf from "protobufjs";
import type { Contract, Dialect } from "#contract/contract.ts";
import type { Field, Type } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import { createProtoCodec } from "./codec.ts";
import { contract as every } from "./fixture.ts";
import { wellKnownTypes } from "./well-known.ts";

const text: Type = { kind: "string", whitespace: "preserve" };
const whole: Type = { kind: "int", bits: 32, signed: true };

/** A codec for a message with one field, `it`. */
function codecOf(type: Type, how: Partial<Field> = {}, dialect: Dialect = "rest") {
  const field: Field = { name: "it", type, presence: "optional", nullable: false, ...how };
  const types = new Map(every.types);
  for (const [name, one] of Object.entries(wellKnownTypes)) types.set(name, { name, type: one });
  const contract: Contract = { ...every, dialect, types };
  const record: Type = { kind: "record", fields: [field] };
  const codec = createProtoCodec(contract);
  return { read: codec.reader(record), write: codec.writer(record) };
}

/** The value that was read, of ordinary objects. */
function plain(found: ReturnType<ReturnType<typeof codecOf>["read"]>): unknown {
  assert.equal(found.kind, "value", JSON.stringify(found));
  return structuredClone((found as { readonly value: Value }).value);
}

function roundTrip(type: Type, it: Value, how: Partial<Field> = {}): unknown {
  const { read, write } = codecOf(type, how);
  const written = write({ it });
  assert.equal(written.kind, "bytes", JSON.stringify(written));
  return plain(read((written as { bytes: Buffer }).bytes));
}

const same: readonly [string, Type, Value, Partial<Field>?][] = [
  ["a moment", { kind: "dateTime", zone: "required" }, "2026-11-25T12:00:00.123456789Z"],
  ["a moment before 1970", { kind: "dateTime", zone: "required" }, "0001-01-01T00:00:00.5Z"],
  ["a duration", { kind: "duration", style: "seconds" }, "-PT3.000000001S"],
  ["a decimal", { kind: "decimal" }, "1234567890.12345678901234567890"],
  ["a list of lists", list(list(whole)), [[1, 2], [], [3]]],
  ["nulls among items", { ...list(text), itemNullable: true }, ["a", null, ""]],
  ["a null that must be there", text, null, { presence: "required", nullable: true }],
  ["a wrapper round a zero", { kind: "ref", name: "google.protobuf.Int32Value" }, 0],
  ["a struct", { kind: "ref", name: "google.protobuf.Struct" }, '{"a":[1,null,{"b":true}]}'],
  ["a JSON value", { kind: "ref", name: "google.protobuf.Value" }, '"x"'],
  ["JSON in a contract of another dialect", { kind: "opaque", content: "json" }, '{"a": 1}'],
  ["an Any", { kind: "opaque", content: "protoAny" }, new Uint8Array([10, 1, 65])],
  ["a value that an open enum does not name", { kind: "ref", name: "Colour" }, "77"],
];

function list(item: Type): Type & { readonly kind: "list" } {
  return { kind: "list", item, itemNullable: false, min: 0 };
}

for (const [name, type, value, how] of same) {
  test(`${name} comes back as it was`, () => {
    assert.deepEqual(roundTrip(type, value, how), { it: value });
  });
}

test("a named union is a message with a oneof, and one of an enclosing record stands in it", () => {
  const variants = [
    { name: "number", type: whole },
    { name: "words", type: list(text) },
  ];
  const union: Type = { kind: "union", exclusive: true, variants };
  assert.deepEqual(roundTrip(list(union), [{ number: 0 }, { words: ["a", "b"] }]), {
    it: [{ number: 0 }, { words: ["a", "b"] }],
  });
  assert.deepEqual(roundTrip(union, { words: [] }), { it: { words: [] } });
});

test("a time zone is turned into UTC, and ten digits behind the point are refused", () => {
  const moment: Type = { kind: "dateTime", zone: "required" };
  assert.deepEqual(roundTrip(moment, "2026-11-25T12:00:00+02:00"), { it: "2026-11-25T10:00:00Z" });
  const { write } = codecOf(moment);
  const written = write({ it: "2026-11-25T12:00:00.1234567891Z" });
  assert.equal(written.kind === "fault" && written.place, "/it");
  assert.match(written.kind === "fault" ? written.message : "", /nine digits/);
});

test("what must be there is missed where zeros are written, and is zero where they are not", () => {
  const how = { presence: "required" } as const;
  const proto2 = codecOf(text, how, "grpc").read(Buffer.alloc(0));
  assert.deepEqual(proto2, {
    kind: "fault",
    code: "missing-field",
    message: "the field it is missing",
    place: "/it",
  });
  assert.deepEqual(plain(codecOf(text, how).read(Buffer.alloc(0))), { it: "" });
  const date = codecOf({ kind: "date", zone: "optional" }, how).read(Buffer.alloc(0));
  assert.equal(date.kind === "fault" && date.code, "missing-field");
});

test("a fault names the place, through messages, lists and maps", () => {
  const read = createProtoCodec(every).reader({ kind: "ref", name: "All" });
  const all = every.types.get("All")?.type;
  const field = all?.kind === "record" && all.fields.find(({ name }) => name === "inners");
  const number = field && field.protoNumber;
  const { root } = protobuf.parse(`syntax = "proto3";
    message All { repeated Inner inners = ${number}; }
    message Inner { repeated bytes tags = 3; }`);
  const All = root.lookupType("All");
  const inners = [{}, { tags: [Buffer.from("a"), Buffer.from([0xff])] }];
  const found = read(Buffer.from(All.encode(All.fromObject({ inners })).finish()));
  assert.deepEqual(found, {
    kind: "fault",
    code: "invalid-value",
    message: "a text is not UTF-8",
    place: "/inners/1/tags/1",
  });
});

const malformed: readonly [string, string, RegExp][] = [
  ["a field that is cut off", "0a05", /length beyond the message's end/],
  ["a number of eleven bytes", `08${"ff".repeat(10)}01`, /more than 10 bytes/],
  ["field number 0", "0001", /no field has such a number/],
  ["a group that another one ends", "0b14", /end of a group 2 inside of a group 1/],
  ["a group without its end", "0b", /ends inside a field/],
  ["an end of a group alone", "0c", /wire type 4 cannot stand here/],
  ["wire type 7", "0f", /wire type 7 cannot stand here/],
];

for (const [name, hex, expected] of malformed) {
  test(`${name} is refused`, () => {
    const { read } = codecOf(whole, { protoNumber: 9 });
    const found = read(Buffer.from(hex, "hex"));
    assert.match(found.kind === "fault" ? found.message : JSON.stringify(found), expected);
  });
}

test("depth is bounded, whether it is known fields or unknown groups that nest", () => {
  const groups = codecOf(whole, { protoNumber: 9 }).read(Buffer.from("0b".repeat(100_000), "hex"));
  assert.equal(groups.kind === "fault" && groups.code, "limit-exceeded");
  const inner = createProtoCodec(every);
  let nested: Record<string, Value> = { id: "1", tags: [] };
  for (let depth = 0; depth < 70; depth++) nested = { id: "1", tags: [], next: nested };
  const written = inner.writer({ kind: "ref", name: "Inner" })(nested);
  assert.equal(written.kind, "bytes");
  const bytes = (written as { bytes: Buffer }).bytes;
  const found = inner.reader({ kind: "ref", name: "Inner" })(bytes);
  assert.equal(found.kind === "fault" && found.code, "limit-exceeded");
});

test("a message that comes in two parts is the two put together", () => {
  const { read } = codecOf({ kind: "ref", name: "Inner" });
  // it { id: 1 } it { tags: "a" }
  const found = read(Buffer.from("0a0208010a031a0161", "hex"));
  assert.deepEqual(plain(found), { it: { id: "1", tags: ["a"] } });
});

const struct: Type = { kind: "ref", name: "google.protobuf.Struct" };

for (const [json, message] of [
  ['{"id":9007199254740993}', /64 bits of floating point hold, found `9007199254740993`/],
  ['{"ids":[-12345678901234567891]}', /found `-12345678901234567891`/],
  ['{"a":"\\ud800"}', /lone surrogate/],
  ['{"\\udc00":1}', /lone surrogate/],
  ['{"a":{"b":1,"b":2}}', /stands twice in an object/],
  ["no JSON", /expected a JSON object/],
] as const) {
  test(`${json} would be another in a struct, and is refused`, () => {
    const written = codecOf(struct).write({ it: json });
    assert.equal(written.kind, "fault");
    assert.match((written as { message: string }).message, message);
    assert.equal((written as { place: string }).place, "/it");
  });
}

for (const json of [
  '{"a":9007199254740992,"b":-18446744073709551616,"c":1e300,"d":0.1234567890123456789}',
  String.raw`{"a:b":"\"12345678901234567890:1,","c\\":[":",{}],"__proto__":{"1":-0.0}}`,
  '{"a":123456789012345680000,"b":"\\ud83d\\ude00","c":"1234567890123456789","d":1e-400}',
]) {
  test(`${json} stands in a struct`, () => {
    assert.deepEqual(roundTrip(struct, json), { it: JSON.stringify(JSON.parse(json)) });
  });
}

test("a text that is no JSON is a string, as other dialects may have it", () => {
  const value: Type = { kind: "ref", name: "google.protobuf.Value" };
  for (const it of ["no JSON", "", "[1,]", "NaN"]) {
    assert.deepEqual(roundTrip(value, it), { it: JSON.stringify(it) });
  }
});

test("keys of a map are what their texts mean, and two of one meaning are refused", () => {
  const bool: Type = { kind: "map", key: { kind: "bool" }, value: text };
  const number: Type = { kind: "map", key: whole, value: text };
  assert.deepEqual(roundTrip(bool, { "1": "yes", "0": "no" }), {
    it: { true: "yes", false: "no" },
  });
  assert.deepEqual(roundTrip(number, { "+7": "a", "08": "b" }), { it: { 7: "a", 8: "b" } });
  for (const it of [
    { "1": "a", true: "b" },
    { "0": "a", false: "b" },
  ]) {
    assert.match((codecOf(bool).write({ it }) as { message: string }).message, /same value/);
  }
  const written = codecOf(number).write({ it: { "1": "a", "01": "b" } });
  assert.match((written as { message: string }).message, /the key "01" stands beside another/);
});
