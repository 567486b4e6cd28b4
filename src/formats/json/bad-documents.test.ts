/** What is no JSON, or too much of it: a prompt fault that tells what and where, never a crash. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Type } from "#contract/types.ts";
import { decimal, field, int64, readAs, record, shown, text } from "./fixture.ts";

const opaque: Type = { kind: "opaque", content: "json" };
const float: Type = { kind: "float", bits: 64 };
const int8: Type = { kind: "int", bits: 8, signed: true };
const uint32: Type = { kind: "int", bits: 32, signed: false };
const big: Type = { kind: "int", bits: "big", signed: true };

const cases: readonly (readonly [type: Type, document: string | Buffer, expected: unknown])[] = [
  [text, "", ": the document is empty; expected JSON"],
  [text, " \n ", ": the document is empty; expected JSON"],
  [text, `"a" x`, ": expected `the end of the document`, found `x`"],
  [text, `"abc`, ": the document ends inside a string"],
  [text, `"a\nb"`, ": the control character U+000A must be escaped in a string"],
  [text, `"\\ud800"`, ": a lone surrogate is no character; expected a pair \\uD8XX\\uDCXX"],
  [text, `"\\udc00"`, ": a lone surrogate is no character; expected a pair \\uD8XX\\uDCXX"],
  [text, `"\\ud83d\\ude00\\n\\/"`, "😀\n/"],
  [text, `'a'`, ": expected a string, found `'`"],
  [text, Buffer.from([0xef, 0xbb, 0xbf, 0x22, 0x61, 0x22]), "a"],
  [text, Buffer.from([0x22, 0xff, 0x22]), ": byte 2 (FF) is not UTF-8; JSON is always UTF-8"],
  [text, Buffer.from([0xc3, 0xa4, 0xc3, 0x28]), ": byte 4 (28) is not UTF-8; JSON is always UTF-8"],
  [
    text,
    Buffer.from([0x22, 0xc3]),
    ": the last character is cut: it is not UTF-8; JSON is always UTF-8",
  ],
  [int8, "127", 127],
  [int8, "-128", -128],
  [int8, "1.0", 1],
  [int8, "1.2e1", 12],
  [int8, "-0", 0],
  [int8, "01", ": a number may not begin with superfluous zeros"],
  [int8, "+1", ": expected a whole number from -128 to 127, as a number, found `+`"],
  [int8, "-", ": a number lacks digits"],
  [int8, "1.", ": a number lacks digits"],
  [int8, "1e", ": a number lacks digits"],
  [int8, "128", ": expected a whole number from -128 to 127, found `128`"],
  [int8, "1.5", ": expected a whole number from -128 to 127, found `1.5`"],
  [int8, `"1"`, ": expected a whole number from -128 to 127, as a number, found a string"],
  [uint32, "4294967295", 4294967295],
  [uint32, "-1", ": expected a whole number from 0 to 4294967295, found `-1`"],
  [int64, "9223372036854775807", "9223372036854775807"],
  [int64, "1e3", "1000"],
  [int64, `"-5"`, "-5"],
  [big, "1e999999999", ": a number of more than digitsMax, 1000 digits"],
  [decimal, "1E-999999999", ": a number of more than digitsMax, 1000 digits"],
  [decimal, "12.50e1", "125.0"],
  [decimal, "12.50", "12.50"],
  [big, "9".repeat(2_000), ": a number longer than digitsMax, 1000 characters"],
  [big, `"${"9".repeat(2_000)}"`, ": a number of more than digitsMax, 1000 digits"],
  [float, "1e400", ": expected a number of 64 bits, found `1e400`"],
  [float, "NaN", `: expected a number, or "NaN", "Infinity" or "-Infinity", found \`N\``],
  [{ kind: "float", bits: 32 }, "1e39", ": expected a number of 32 bits, found `1e39`"],
  [record([field("a", text)]), `{"a" "b"}`, "/a: expected `:`, found a string"],
  [record([field("a", text)]), `{"a":"b",}`, ": expected a member's name in quotes, found `}`"],
  [record([field("a", text)]), `{a:"b"}`, ": expected a member's name in quotes, found `a`"],
  [
    record([field("a", text)]),
    `{"a":"b"`,
    "/a: expected `,` or `}`, found the end of the document",
  ],
  [record([field("a~/b", text)]), `{"a~/b":5}`, "/a~0~1b: expected a string, found a number"],
  [{ kind: "bool" }, "True", ": expected true or false, found `T`"],
  [{ kind: "bytes", encoding: "base64" }, `"AQI="`, { 0: 1, 1: 2 }],
];

for (const [type, document, expected] of cases) {
  const name = typeof document === "string" ? document.slice(0, 40) : document.toString("hex");
  test(`${type.kind} ${JSON.stringify(name)} is read as it should be`, () => {
    assert.deepEqual(shown(readAs(type, document)), expected);
  });
}

test("special floats are strings, and can be refused", () => {
  const outcome = readAs(float, `"-Infinity"`);
  assert.equal(outcome.kind === "value" && outcome.value, -Infinity);
  const options = { floatSpecials: false };
  assert.equal(shown(readAs(float, `"NaN"`, { options })), ": expected a number, found a string");
});

test("a hundred thousand levels are refused, not recursed into", () => {
  const expected = ": nested deeper than depthMax, 64 levels";
  for (const open of ["[", `{"a":`]) {
    const shownOpaque = shown(readAs(opaque, open.repeat(100_000)));
    assert.ok(String(shownOpaque).endsWith(expected), String(shownOpaque));
  }
  const deep: Type = {
    kind: "list",
    item: { kind: "ref", name: "L" },
    itemNullable: false,
    min: 0,
  };
  const outcome = readAs({ kind: "ref", name: "L" }, "[".repeat(100_000), { types: { L: deep } });
  assert.ok(String(shown(outcome)).endsWith(expected));
});

test("too many values, too long texts and too large documents are refused", () => {
  const limits = {
    documentBytesMax: 100,
    depthMax: 64,
    nodesMax: 10,
    textLengthMax: 5,
    digitsMax: 10,
  };
  const options = { limits };
  const outcomes = [`[${"1,".repeat(11)}1]`, `"${"x".repeat(200)}"`].map((document) =>
    shown(readAs(opaque, document, { options })),
  );
  outcomes.push(shown(readAs(text, `"abcdef"`, { options })));
  assert.deepEqual(outcomes, [
    "/9: more than nodesMax, 10 values",
    ": a document of more than documentBytesMax, 100 bytes",
    ": a string longer than textLengthMax, 5 characters",
  ]);
});

test("a document that ends anywhere is a fault", () => {
  const type = record([field("a", text), field("b", { kind: "map", key: text, value: opaque })]);
  const whole = `{"a":"\\u0041\\n","b":{"c":[1.5e2,true,null,{"d":"\\\\"}]}}`;
  assert.equal(readAs(type, whole).kind, "value");
  for (let end = 0; end < whole.length; end++) {
    assert.equal(readAs(type, whole.slice(0, end)).kind, "fault", whole.slice(0, end));
  }
});
