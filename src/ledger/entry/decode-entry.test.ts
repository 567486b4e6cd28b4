import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeEntry } from "./decode-entry.ts";
import { encodeEntry } from "./encode-entry.ts";

/** A `stop` entry: version, kind, time, reason "x". */
const stop = "a4 0001 0103 031903e8 183861 78";
const bytesOf = (hex: string): Buffer => Buffer.from(hex.replaceAll(" ", ""), "hex");

test("the smallest entry, octet by octet", () => {
  const entry = { kind: "stop", timeUs: 1_000, reason: "x" } as const;
  assert.deepEqual(decodeEntry(bytesOf(stop)), entry);
  assert.deepEqual(encodeEntry(entry), bytesOf(stop));
});

const malformed: readonly { readonly name: string; readonly hex: string; readonly says: RegExp }[] =
  [
    { name: "nothing", hex: "", says: /ends too early/ },
    { name: "no map", hex: "01", says: /a map was expected/ },
    { name: "a map without an end", hex: "bf 0001 0103 ff", says: /lengths are stated/ },
    {
      name: "a number that is longer than it need be",
      hex: "a4 0001 0103 03190001 18386178",
      says: /longer than it need be/,
    },
    {
      name: "a key that is longer than it need be",
      hex: "a4 0001 0103 1803 1903e8 18386178",
      says: /longer than it need be/,
    },
    {
      name: "a length that is longer than it need be",
      hex: "a4 0001 0103 031903e8 1838 780178",
      says: /longer than it need be/,
    },
    {
      name: "a key twice",
      hex: "a4 0001 0103 031903e8 031903e8",
      says: /in order, or one occurs twice/,
    },
    { name: "keys out of order", hex: "a4 0001 0103 183861 78 031903e8", says: /in order/ },
    { name: "no version", hex: "a3 0103 031903e8 18386178", says: /key 0 was expected/ },
    {
      name: "a field of another kind",
      hex: "a5 0001 0103 031903e8 1418c8 18386178",
      says: /status does not belong/,
    },
    { name: "a field that is missing", hex: "a3 0001 0103 031903e8", says: /must have reason/ },
    {
      name: "a number in the place of a text",
      hex: "a4 0001 0103 031903e8 183801",
      says: /a text for reason/,
    },
    { name: "a text that is not UTF-8", hex: "a4 0001 0103 031903e8 183861ff", says: /not UTF-8/ },
    {
      name: "a text that ends behind the entry",
      hex: "a4 0001 0103 031903e8 18386578",
      says: /ends behind/,
    },
    {
      name: "a text that is longer than its field allows",
      hex: `a4 0001 0103 031903e8 1838 790101 ${"78".repeat(257)}`,
      says: /at most 256 bytes/,
    },
    { name: "something behind the entry", hex: `${stop} 00`, says: /something follows/ },
    {
      name: "a number beyond 2^53",
      hex: "a4 0001 0103 031bffffffffffffffff 18386178",
      says: /beyond 2\^53/,
    },
    { name: "a negative number", hex: "a4 0001 0103 0320 18386178", says: /a number for timeUs/ },
    { name: "a float", hex: "a4 0001 0103 03fb4000000000000000 18386178", says: /floats/ },
    { name: "a tag", hex: "a4 0001 0103 03c11a00000000 18386178", says: /a number for timeUs/ },
    {
      name: "cut that names a field that is not there",
      hex: "a5 0001 0103 031903e8 18386178 18ff811837",
      says: /cut names fields/,
    },
    {
      name: "cut that names nothing",
      hex: "a5 0001 0103 031903e8 18386178 18ff80",
      says: /cut names fields/,
    },
  ];

for (const { name, hex, says } of malformed) {
  test(`refused: ${name}`, () => {
    const decoded = decodeEntry(bytesOf(hex));
    assert.equal(decoded.kind, "malformed");
    assert.match(decoded.kind === "malformed" ? decoded.reason : "", says);
  });
}

const opaque: readonly { readonly name: string; readonly hex: string }[] = [
  { name: "another version", hex: "a3 0002 0103 036161" },
  { name: "another kind", hex: "a3 0001 01187b 03f5" },
  { name: "a field that is not known", hex: "a5 0001 0103 031903e8 18386178 18c8a1616101" },
];

for (const { name, hex } of opaque) {
  test(`kept as it is: ${name}`, () => {
    const decoded = decodeEntry(bytesOf(hex));
    assert.ok(decoded.kind === "opaque");
    assert.deepEqual(decoded.bytes, bytesOf(hex));
  });
  test(`refused although not understood, if it could be written otherwise: ${name}`, () => {
    assert.equal(decodeEntry(bytesOf(`${hex} 00`)).kind, "malformed");
    assert.equal(decodeEntry(bytesOf(hex).subarray(0, -1)).kind, "malformed");
  });
}

test("more than 65,535 bytes are no entry, whatever they are", () => {
  const decoded = decodeEntry(Buffer.alloc(65_536));
  assert.ok(decoded.kind === "malformed");
  assert.match(decoded.reason, /at most 65535/);
});
