/** What the lexical forms of scalars accept, refuse, and make of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileScalarText } from "./check-scalar.ts";
import { compareDecimals } from "./lexical-numbers.ts";
import { compilePattern } from "./lexical-pattern.ts";
import { uncheckedPatterns } from "./lexical-strings.ts";
import type { EnumType, ScalarType } from "./types.ts";
import type { Value } from "./value.ts";

interface Case {
  readonly type: ScalarType | EnumType;
  readonly good: readonly (readonly [string, Value])[];
  readonly bad: readonly string[];
}

const same = (...texts: readonly string[]) => texts.map((text) => [text, text] as const);
const bytes = (...values: readonly number[]) => new Uint8Array(values);

const int8 = { kind: "int", bits: 8, signed: true } as const;
const uint64 = { kind: "int", bits: 64, signed: false } as const;
const money = { kind: "decimal", digits: 6, scale: 2 } as const;
const text = { kind: "string", whitespace: "preserve" } as const;

const cases: readonly Case[] = [
  {
    type: { kind: "bool" },
    good: [
      ["true", true],
      ["1", true],
      ["false", false],
      ["0", false],
    ],
    bad: ["TRUE", "yes", "", " true"],
  },
  {
    type: int8,
    good: [
      ["-128", -128],
      ["127", 127],
      ["+5", 5],
      ["007", 7],
      ["-0", 0],
    ],
    bad: ["128", "-129", "1.0", "1e2", "", "0x10", "٣", "1 2"],
  },
  {
    type: { kind: "int", bits: 32, signed: true, minimum: "1", maximum: "10" },
    good: [["10", 10]],
    bad: ["0", "11"],
  },
  {
    type: uint64,
    good: [
      ["18446744073709551615", "18446744073709551615"],
      ["+00", "0"],
    ],
    bad: ["18446744073709551616", "-1", "9".repeat(2_000)],
  },
  {
    type: { kind: "int", bits: "big", signed: true },
    good: [
      ["-123456789012345678901234567890", "-123456789012345678901234567890"],
      ["-0", "0"],
    ],
    bad: ["--1", "1,000"],
  },
  {
    type: money,
    good: [
      ["1234.50", "1234.50"],
      ["+.5", "0.5"],
      ["5.", "5"],
      ["0001.1000", "0001.1000"],
    ],
    bad: ["12345.67", "1.234", ".", "", "1e2", "NaN", "1.2.3"],
  },
  {
    type: { kind: "decimal", minimum: "0", minimumExcluded: true, maximum: "1.5" },
    good: same("0.0001", "1.50"),
    bad: ["0", "0.00", "-1", "1.51"],
  },
  {
    type: { kind: "float", bits: 64 },
    good: [
      ["1e3", 1000],
      ["-INF", -Infinity],
      ["INF", Infinity],
      ["NaN", NaN],
      [".5", 0.5],
    ],
    bad: ["Infinity", "1e999", "0x1", "", "1f"],
  },
  { type: { kind: "float", bits: 32 }, good: [["1.5", 1.5]], bad: ["1e39"] },
  {
    type: { kind: "date", zone: "optional" },
    good: same("2024-02-29", "2026-11-25Z", "-0044-03-15", "12026-01-01+14:00"),
    bad: ["2023-02-29", "2026-13-01", "2026-1-1", "0000-01-01", "2026-01-01+14:01", "02026-01-01"],
  },
  { type: { kind: "date", zone: "none" }, good: same("2026-11-25"), bad: ["2026-11-25Z"] },
  {
    type: { kind: "time", zone: "optional" },
    good: same("24:00:00", "13:20:00.123456789", "00:00:00-05:00"),
    bad: ["24:00:01", "25:00:00", "12:60:00", "12:00", "12:00:60"],
  },
  {
    type: { kind: "dateTime", zone: "required" },
    good: same("2026-11-25T08:00:00Z", "2026-11-25T08:00:00.5+01:00"),
    bad: ["2026-11-25T08:00:00", "2026-11-25 08:00:00Z", "2026-02-30T08:00:00Z"],
  },
  {
    type: { kind: "duration", style: "calendar" },
    good: same("P1Y2M3DT4H5M6.7S", "-P1D", "PT0S"),
    bad: ["P", "PT", "P1S", "1D", "P-1D", "P1.5D"],
  },
  { type: { kind: "duration", style: "seconds" }, good: same("P3DT1H"), bad: ["P1Y", "P1M"] },
  {
    type: { kind: "bytes", encoding: "base64" },
    good: [
      ["", bytes()],
      ["AQID", bytes(1, 2, 3)],
      ["AQ==", bytes(1)],
      ["AQI=", bytes(1, 2)],
    ],
    bad: ["AQI", "AR==", "AQJ=", "AQ-_", "A===", "====", "AQ==AQ=="],
  },
  {
    type: { kind: "bytes", encoding: "hex", lengthMax: 2 },
    good: [
      ["0fB7", bytes(15, 183)],
      ["", bytes()],
    ],
    bad: ["0", "0g", "000000"],
  },
  {
    type: { ...text, lengthMin: 2, lengthMax: 3 },
    good: same("ab", "😀😀😀", "a😀"),
    bad: ["a", "😀", "abcd", "😀😀😀😀"],
  },
  { type: { ...text, whitespace: "collapse" }, good: [["  a \n b ", "a b"]], bad: [] },
  { type: { ...text, whitespace: "replace" }, good: [["a\tb", "a b"]], bad: [] },
  {
    type: { ...text, pattern: "[A-Z]{2}\\d+", patternDialect: "xsd", patternsAlso: [".*7"] },
    good: same("AB17"),
    bad: ["AB1", "xAB17", "AB17x"],
  },
  {
    type: {
      kind: "enum",
      values: [{ value: "red" }, { value: "blue" }],
      open: false,
      spelling: "string",
    },
    good: same("red"),
    bad: ["Red", "", "__proto__"],
  },
  {
    type: { kind: "qname" },
    good: same("{urn:a}b", "b"),
    bad: ["a:b", "{}b", "{urn:a}", ""],
  },
  {
    type: { kind: "uuid" },
    good: same("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
    bad: ["f81d4fae7dec11d0a76500a0c91e6bf6"],
  },
];

for (const { type, good, bad } of cases) {
  const scalar = compileScalarText(type);
  test(`${JSON.stringify(type)} reads its lexical forms and nothing else`, () => {
    for (const [lexical, value] of good) {
      assert.deepEqual(scalar.read(lexical), value, lexical);
      const written = scalar.write(value);
      assert.notEqual(written, undefined, lexical);
      assert.deepEqual(scalar.read(written as string), value, lexical);
    }
    for (const lexical of bad) assert.equal(scalar.read(lexical), undefined, lexical);
  });
}

test("values of another type are not written", () => {
  for (const { type } of cases) {
    assert.equal(compileScalarText(type).write([]), undefined);
    assert.equal(compileScalarText(type).write(null), undefined);
  }
  assert.equal(compileScalarText(int8).write(1.5), undefined);
  assert.equal(compileScalarText(int8).write(128), undefined);
  assert.equal(compileScalarText(money).write('1"><x'), undefined);
});

test("decimals are compared as numbers, however they are spelled", () => {
  const scaled = fc.integer({ min: -100_000, max: 100_000 });
  fc.assert(
    fc.property(scaled, scaled, (a, b) => {
      const spell = (value: number): string => (value / 100).toFixed(2);
      assert.equal(Math.sign(compareDecimals(spell(a), spell(b))), Math.sign(a - b));
    }),
  );
});

const patterns: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["a^b$", ["a^b$"], ["ab"]],
  ["\\i\\c*", ["a1", "_x", ":a"], ["1a", ""]],
  ["[a-z-[aeiou]]+", ["xyz"], ["xaz"]],
  ["[^a-c-[x]]", ["d"], ["a", "x"]],
  ["\\p{Lu}\\p{IsGreek}", ["Aα"], ["aα", "Aa"]],
  ["\\d{3}", ["123", "١٢٣"], ["12"]],
  ["[\\w.-]+@x", ["a.b-c@x"], ["a b@x"]],
  ["a|b", ["a", "b"], ["ab", "xa"]],
  ["[\\-+]?[0-9]", ["-1", "+1", "1"], ["--1"]],
  [".", ["x", "😀"], ["\n", "xx"]],
];

for (const [pattern, good, bad] of patterns) {
  test(`the XSD pattern ${pattern} matches whole texts as XSD says`, () => {
    const matches = compilePattern(pattern, "xsd");
    assert.ok(matches !== undefined);
    for (const one of good) assert.equal(matches(one), true, one);
    for (const one of bad) assert.equal(matches(one), false, one);
  });
}

test("patterns that are too large, or that say nothing, are named as unchecked", () => {
  const costly = ["[a", "(a", "a{99999}", "\\p{IsNowhere}", "a**", "(a{1,900}){1,900}"];
  for (const pattern of costly) {
    const type = { ...text, pattern, patternDialect: "xsd" } as const;
    assert.deepEqual(uncheckedPatterns(type), [pattern]);
    assert.equal(compileScalarText(type).read("aaaa"), "aaaa");
  }
});

const hard: readonly (readonly ["xsd" | "ecma", string, string, string])[] = [
  ["xsd", "(a+)+b", `${"a".repeat(50)}b`, "a".repeat(5_000)],
  ["xsd", "(a|a)*b", "aab", "a".repeat(5_000)],
  ["xsd", "(.*){2,}x", "yyx", "y".repeat(5_000)],
  ["xsd", "([A-Z]|[a-z])+", "aZ", "a1"],
  ["xsd", "(\\S+=\\S+)*(:\\S+=\\S+)*", "a=b:c=d", "a".repeat(5_000)],
  ["xsd", "((a{1,3}b?){2}|c)*-?\\d{2,}", "aabaac12", "aabaac1"],
  ["ecma", "^[a-z0-9]+(-[a-z0-9]+)*$", "a-b1-c", `${"a-".repeat(5_000)}-`],
  ["ecma", "^(\\w+\\.)+(?<end>\\w{2,}?)$", "a.b.cd", "a.b.c"],
  ["ecma", "[--[](a+)+b|[^]]", "[aab", "a".repeat(5_000)],
  ["ecma", "(x+x+)+y", "-xxy-", "x".repeat(5_000)],
  ["ecma", "a.*b.*c|^$", "-a-b-c-", "abab"],
  ["ecma", "^[\\w-.]+@\\w+\\.\\w+$", "a-b@c.de", "a@b"],
  ["ecma", "\\u0041*\\x42+[^\\]]*$", "AAB", "A]"],
];

for (const [dialect, pattern, good, bad] of hard) {
  test(`the ${dialect} pattern ${pattern} is matched without trying all ways`, () => {
    const matches = compilePattern(pattern, dialect);
    assert.ok(matches !== undefined);
    assert.equal(matches(good), true, good);
    assert.equal(matches(bad), false, bad);
  });
}

test("the automaton and JavaScript match alike", () => {
  const piece = fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "(a|b)", "(ab)", "(?:b|)", "\\w");
  const quantified = fc.tuple(piece, fc.constantFrom("", "", "*", "+", "?", "{2}", "{1,2}", "+?"));
  const pattern = fc.array(quantified, { maxLength: 6 }).map((all) => all.flat().join(""));
  const outer = fc.tuple(fc.constantFrom("", "^"), pattern, fc.constantFrom("", "$", "|b$", "*"));
  const sample = fc.string({ unit: fc.constantFrom("a", "b", "c", "😀"), maxLength: 8 });
  fc.assert(
    fc.property(outer, fc.array(sample), ([begin, middle, end], samples) => {
      const source = end === "*" ? `${begin}(?:${middle})*$` : begin + middle + end;
      const matches = compilePattern(source, "ecma");
      assert.ok(matches !== undefined, source);
      const expression = new RegExp(source, "u");
      for (const one of samples) assert.equal(matches(one), expression.test(one), one);
    }),
    { numRuns: 500 },
  );
});

test("any pattern compiles to a test or to nothing, and never throws", () => {
  const piece = fc.constantFrom(..."ab[]()-^|*+?{}1,\\dpLwsic.$&~".split(""));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 16 }), fc.string(), (pieces, sample) => {
      for (const dialect of ["xsd", "ecma"] as const) {
        const matches = compilePattern(pieces.join(""), dialect);
        assert.equal(typeof (matches?.(sample) ?? false), "boolean");
      }
    }),
    { numRuns: 500 },
  );
});
