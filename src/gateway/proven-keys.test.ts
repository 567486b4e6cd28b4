import assert from "node:assert/strict";
import { test } from "node:test";
import { createProvenKeys } from "./proven-keys.ts";

test("every key is found at its place, however many there are, and no other text is one", () => {
  const count = 20_000;
  const keys = createProvenKeys(count);
  const keyOf = (place: number): string => `key-of-${place}`.padEnd(place % 100, "\u00ff");
  for (let place = 0; place < count; place++) keys.add(keyOf(place), place);
  for (let place = 0; place < count; place++) {
    assert.equal(keys.placeOf(keyOf(place)), place);
    assert.equal(keys.placeOf(`${keyOf(place)}!`), undefined);
    assert.equal(keys.placeOf(keyOf(place).slice(1)), undefined);
  }
});

test("keys with one hash are told apart", () => {
  // Known collision of FNV-1a with 32 bits.
  const keys = createProvenKeys(2);
  keys.add("costarring", 0);
  keys.add("liquid", 1);
  assert.deepEqual([keys.placeOf("costarring"), keys.placeOf("liquid")], [0, 1]);
});

test("a key that would take much room is not remembered", () => {
  const keys = createProvenKeys(2);
  keys.add("k".repeat(129), 0);
  keys.add("k".repeat(128), 1);
  assert.equal(keys.placeOf("k".repeat(129)), undefined);
  assert.equal(keys.placeOf("k".repeat(128)), 1);
});

test("one text is remembered at a place, and the empty one is a key", () => {
  const keys = createProvenKeys(1);
  assert.equal(keys.placeOf(""), undefined);
  keys.add("", 0);
  for (let at = 0; at < 10; at++) keys.add(`other-${at}`, 0);
  assert.equal(keys.placeOf(""), 0);
  assert.equal(keys.placeOf("other-0"), undefined);
});
