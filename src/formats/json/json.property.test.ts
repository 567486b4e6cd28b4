/** Laws of the codec, for contracts and values that are generated from one seed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Field, Type } from "#contract/types.ts";
import { createRecord, type Value } from "#contract/value.ts";
import { compileJsonReader } from "./compile-reader.ts";
import { compileJsonWriter } from "./compile-writer.ts";
import { contractOf, readAs } from "./fixture.ts";

interface Sample {
  readonly type: Type;
  readonly value: fc.Arbitrary<Value>;
}

const int64 = { kind: "int", bits: 64, signed: true } as const;
const names = fc.oneof(
  fc.constantFrom("id", "a b", "", "__proto__", "constructor", 'q"', "ä", "@x", "0", "10"),
  fc.string({ maxLength: 5 }).filter((text) => text !== "@type"),
);
const wellFormed = fc.string({ unit: "binary", maxLength: 20 });
const digits = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const bigDigits = fc.bigInt().map(String);
const decimals = fc
  .tuple(fc.bigInt(), fc.option(fc.stringMatching(/^[0-9]{1,12}$/), { nil: undefined }))
  .map(([whole, rest]) => (rest === undefined ? String(whole) : `${whole}.${rest}`));
const float = fc.double();
const spelling = fc.constantFrom("string", "number");

const leaf: fc.Arbitrary<Sample> = fc.oneof(
  sample({ kind: "string", whitespace: "preserve" }, wellFormed),
  sample({ kind: "bool" }, fc.boolean()),
  sample({ kind: "int", bits: 32, signed: true }, fc.integer()),
  sample({ kind: "int", bits: 8, signed: false }, fc.integer({ min: 0, max: 255 })),
  sample({ kind: "float", bits: 64 }, float),
  sample({ kind: "bytes", encoding: "base64" }, fc.uint8Array({ maxLength: 20 })),
  sample({ kind: "bytes", encoding: "hex" }, fc.uint8Array({ maxLength: 20 })),
  sample(
    { kind: "opaque", content: "json" },
    // Where null is a value of its own, carried `null` is that.
    fc.json().filter((text) => text !== "null"),
  ),
  sample({ kind: "opaque", content: "xml" }, wellFormed),
  spelling.map((chosen): Sample => {
    return { type: { ...int64, spelling: chosen }, value: digits };
  }),
  spelling.map((chosen): Sample => {
    return { type: { ...int64, bits: "big", spelling: chosen }, value: bigDigits };
  }),
  spelling.map((chosen): Sample => {
    return { type: { kind: "decimal", spelling: chosen }, value: decimals };
  }),
);

function sample(type: Type, value: fc.Arbitrary<Value>): fc.Arbitrary<Sample> {
  return fc.constant({ type, value });
}

const { node } = fc.letrec<{ node: Sample }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    tie("node").chain(listOf),
    tie("node").chain(mapOf),
    fc.uniqueArray(fc.tuple(names, tie("node")), named(4)).chain(recordOf),
    fc.uniqueArray(fc.tuple(names, tie("node")), { ...named(3), minLength: 1 }).map(unionOf),
  ),
}));

function named(maxLength: number) {
  return { maxLength, selector: ([name]: [string, Sample]) => name } as const;
}

function listOf({ type, value }: Sample): fc.Arbitrary<Sample> {
  return fc.boolean().map((itemNullable) => ({
    type: { kind: "list", item: type, itemNullable, min: 0 },
    value: fc.array(itemNullable ? fc.option(value) : value, { maxLength: 3 }),
  }));
}

function mapOf({ type, value }: Sample): fc.Arbitrary<Sample> {
  const key: Type = { kind: "string", whitespace: "preserve" };
  return fc.constant({
    type: { kind: "map", key, value: type },
    value: fc.array(fc.tuple(wellFormed, value), { maxLength: 3 }).map(recordWith),
  });
}

function recordWith(entries: readonly (readonly [string, Value | undefined])[]): Value {
  const record = createRecord();
  for (const [key, value] of entries) if (value !== undefined) record[key] = value;
  return record;
}

function recordOf(members: readonly [string, Sample][]): fc.Arbitrary<Sample> {
  const presences = fc.constantFrom("required", "optional");
  const traits = fc.tuple(presences, fc.boolean(), fc.boolean());
  return fc.tuple(...members.map(() => traits)).map((all) => {
    const fields: Field[] = [];
    const values: fc.Arbitrary<readonly [string, Value | undefined]>[] = [];
    for (const [index, [name, { type, value }]] of members.entries()) {
      const [presence, nullable, renamed] = all[index] ?? ["required", false, false];
      // No importer gives two fields of a record the same name.
      const isFree = !members.some(([other]) => other === `${name}'`);
      const jsonName = renamed && isFree ? { jsonName: `${name}'` } : {};
      fields.push({ name, type, presence, nullable, ...jsonName });
      const some = nullable ? fc.option(value) : value;
      const maybe = presence === "optional" ? fc.option(some, { nil: undefined }) : some;
      values.push(maybe.map((one) => [name, one] as const));
    }
    return { type: { kind: "record", fields }, value: fc.tuple(...values).map(recordWith) };
  });
}

function unionOf(members: readonly [string, Sample][]): Sample {
  return {
    type: {
      kind: "union",
      exclusive: true,
      variants: members.map(([name, { type }]) => ({ name, type })),
    },
    value: fc.oneof(
      ...members.map(([name, { value }]) => value.map((one) => recordWith([[name, one]]))),
    ),
  };
}

const instance = node.chain(({ type, value }) => fc.tuple(fc.constant(type), value));

test("what is written is read as the value that it was", () => {
  fc.assert(
    fc.property(instance, ([type, value]) => {
      const document = compileJsonWriter(contractOf(), type, {})(value);
      const outcome = readAs(type, document);
      assert.equal(outcome.kind, "value", JSON.stringify(outcome));
      assert.deepEqual(outcome.kind === "value" && outcome.value, value);
    }),
    { numRuns: 1_000 },
  );
});

test("the engine reads what is written as the same JSON", () => {
  fc.assert(
    fc.property(instance, ([type, value]) => {
      const document = compileJsonWriter(contractOf(), type, {})(value);
      assert.doesNotThrow(() => JSON.parse(document) as unknown, document);
    }),
  );
});

test("carried JSON is accepted exactly when the engine accepts it", () => {
  const read = compileJsonReader(
    contractOf(),
    { kind: "opaque", content: "json" },
    {
      unknownMembers: "reject",
    },
  );
  const tokens = ["{", "}", "[", "]", ":", ",", '"', "\\", "u", "0", "1", "-", ".", "e", "+", " "];
  const soup = fc.array(
    fc.constantFrom(...tokens, "true", "null", '"a"', "\n", "\t", "ä", "\u0001"),
  );
  const near = fc.tuple(fc.json(), fc.nat(), fc.constantFrom(...tokens)).map(mutate);
  fc.assert(
    fc.property(
      fc.oneof(
        soup.map((all) => all.join("")),
        near,
        fc.json(),
      ),
      (document) => {
        const outcome = read(Buffer.from(document));
        assert.equal(outcome.kind === "value", accepts(document), document);
      },
    ),
    { numRuns: 3_000 },
  );
});

function accepts(document: string): boolean {
  try {
    JSON.parse(document);
    return true;
  } catch {
    return false;
  }
}

function mutate([document, place, token]: [string, number, string]): string {
  const at = place % (document.length + 1);
  return document.slice(0, at) + token + document.slice(at + (place % 3));
}

test("bytes that were changed anywhere give a value or a fault with a place", () => {
  const change = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(instance, change, ([type, value], changes) => {
      const bytes = Buffer.from(compileJsonWriter(contractOf(), type, {})(value));
      for (const [place, byte] of changes) bytes[place % bytes.length] = byte;
      const outcome = readAs(type, bytes);
      if (outcome.kind === "value") return;
      assert.ok(outcome.message !== "" && (outcome.line ?? 0) >= 1);
    }),
    { numRuns: 1_000 },
  );
});

test("a decimal has the digits of its source, whatever the exponent", () => {
  const source = fc.stringMatching(
    /^-?(?:0|[1-9][0-9]{0,20})(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?$/,
  );
  fc.assert(
    fc.property(source, (document) => {
      const outcome = readAs({ kind: "decimal" }, document);
      assert.equal(outcome.kind, "value");
      if (outcome.kind === "value")
        assert.deepEqual(exact(outcome.value as string), exact(document));
    }),
    { numRuns: 2_000 },
  );
});

/** A decimal as a whole number and a power of ten, trailing zeros gone. */
function exact(text: string): readonly [bigint, number] {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
  const [whole = "", rest = ""] = mantissa.split(".");
  let all = BigInt(whole + rest);
  let power = 0 + Number(exponent) - rest.length;
  if (all === 0n) return [0n, 0];
  for (; all % 10n === 0n; all /= 10n) power++;
  return [all, power];
}
