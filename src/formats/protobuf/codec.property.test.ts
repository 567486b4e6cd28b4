import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import protobuf from "protobufjs";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import { createProtoCodec } from "./codec.ts";
import { contract, proto } from "./fixture.ts";
import { scalarTypes } from "./scalar-types.ts";

const codec = createProtoCodec(contract);
const all = { kind: "ref", name: "All" } as const;
const read = codec.reader(all);
const write = codec.writer(all);
const { root } = protobuf.parse(proto, { keepCase: true });
const theirs = root.lookupType("All");

const colours = fc.constantFrom("UNKNOWN", "RED", "COLD");
const digits64 = (signed: boolean) =>
  fc
    .bigInt(signed ? { min: -(2n ** 63n), max: 2n ** 63n - 1n } : { min: 0n, max: 2n ** 64n - 1n })
    .map(String);
const signed32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const unsigned32 = fc.nat({ max: 2 ** 32 - 1 });

const arbitraries: Readonly<Record<string, fc.Arbitrary<Value>>> = {
  double: fc.double({ noNaN: true }),
  float: fc.float({ noNaN: true }),
  int32: signed32,
  sint32: signed32,
  sfixed32: signed32,
  uint32: unsigned32,
  fixed32: unsigned32,
  int64: digits64(true),
  sint64: digits64(true),
  sfixed64: digits64(true),
  uint64: digits64(false),
  fixed64: digits64(false),
  bool: fc.boolean(),
  string: fc.string({ unit: "grapheme", maxLength: 60 }),
  bytes: fc.uint8Array({ maxLength: 200 }),
};

const record = (model: Record<string, fc.Arbitrary<Value>>, needed: readonly string[]) =>
  fc
    .record(model, { requiredKeys: [...needed] })
    .map((found) => Object.assign(createRecord(), found) as Value);
const dictionary = (value: fc.Arbitrary<Value>, key: fc.Arbitrary<string>) =>
  fc
    .array(fc.tuple(key, value), { maxLength: 3 })
    .map((entries) => Object.assign(createRecord(), Object.fromEntries(entries)) as Value);
const keys = fc.string({ maxLength: 8 }).filter((key) => key !== "__proto__");

const { inner } = fc.letrec<{ inner: Value }>((tie) => ({
  inner: record(
    {
      id: digits64(false),
      tags: fc.array(fc.string(), { maxLength: 3 }),
      next: fc.option(tie("inner"), { nil: undefined, maxDepth: 4 }) as fc.Arbitrary<Value>,
    },
    ["id", "tags"],
  ).map(withoutUndefined),
}));

function withoutUndefined(value: Value): Value {
  const clean = createRecord();
  for (const [name, one] of Object.entries(value as ValueRecord)) {
    if (one !== undefined) clean[name] = one;
  }
  return clean;
}

const model: Record<string, fc.Arbitrary<Value>> = {
  a_colour: colours,
  c_colour: fc.array(colours, { maxLength: 3 }),
  inner,
  inners: fc.array(inner, { maxLength: 3 }),
  by_number: dictionary(inner, digits64(true)),
  by_bool: dictionary(
    arbitraries["bytes"] as fc.Arbitrary<Value>,
    fc.constantFrom("true", "false"),
  ),
  choice: fc.oneof(
    signed32.map((whole) => Object.assign(createRecord(), { whole })),
    inner.map((inside) => Object.assign(createRecord(), { inside })),
    fc.string().map((words) => Object.assign(createRecord(), { words })),
  ),
};
const needed = ["a_colour", "c_colour", "inners", "by_number", "by_bool"];
for (const name of Object.keys(scalarTypes)) {
  const arbitrary = arbitraries[name] as fc.Arbitrary<Value>;
  model[`a_${name}`] = arbitrary;
  model[`b_${name}`] = arbitrary;
  model[`c_${name}`] = fc.array(arbitrary, { maxLength: 3 });
  model[`d_${name}`] = dictionary(arbitrary, keys);
  needed.push(`a_${name}`, `c_${name}`, `d_${name}`);
}
const values = record(model, needed).map(withoutUndefined);

function bytesOf(value: Value): Buffer {
  const written = write(value);
  assert.equal(written.kind, "bytes", JSON.stringify(written));
  return (written as { bytes: Buffer }).bytes;
}

test("what is written is read as the same value", () => {
  fc.assert(
    fc.property(values, (value) => {
      assert.deepEqual(read(bytesOf(value)), { kind: "value", value });
    }),
    { numRuns: 300 },
  );
});

test("protobufjs reads what we write, and we read what it writes, as the same value", () => {
  fc.assert(
    fc.property(values, (value) => {
      const decoded = theirs.decode(bytesOf(value));
      const encoded = Buffer.from(theirs.encode(decoded).finish());
      assert.deepEqual(read(encoded), { kind: "value", value });
    }),
    { numRuns: 300 },
  );
});

test("any bytes give a value or a fault, and nothing is thrown", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.match(read(Buffer.from(bytes)).kind, /^(?:value|fault)$/);
    }),
    { numRuns: 2_000 },
  );
});

test("a message with bytes changed or cut off gives a value or a fault", () => {
  fc.assert(
    fc.property(values, fc.nat(), fc.nat(255), fc.nat(), (value, at, byte, cut) => {
      const bytes = bytesOf(value);
      if (bytes.length > 0) bytes[at % bytes.length] = byte;
      assert.match(read(bytes.subarray(0, cut % (bytes.length + 1))).kind, /^(?:value|fault)$/);
    }),
    { numRuns: 1_000 },
  );
});
