import assert from "node:assert/strict";
import test from "node:test";
import type { Value } from "./value.ts";
import { valueText } from "./value-text.ts";

test("equal values have equal texts, in whatever order their members stand", () => {
  assert.equal(
    valueText({ a: 1, b: { c: [true, null] } }),
    valueText({ b: { c: [true, null] }, a: 1 }),
  );
  assert.equal(valueText(new Uint8Array([1, 2])), valueText(Buffer.from([1, 2])));
});

test("different values have different texts", () => {
  const values: readonly Value[] = [
    null,
    0,
    -0,
    NaN,
    Infinity,
    -Infinity,
    "0",
    "null",
    "NaN",
    "",
    false,
    [],
    [[]],
    [null],
    ["a", "b"],
    ['a","b'],
    {},
    { a: null },
    { a: [] },
    { origin: { file: "a", line: 1 } },
    { origin: { file: "a", line: 2 } },
    { 'a":1,"b': 1 },
    { a: 1, b: 1 },
    new Uint8Array([1]),
    "bAQ==",
    [1],
  ];
  const texts = values.map(valueText);
  assert.equal(new Set(texts).size, values.length, texts.join(" "));
});
