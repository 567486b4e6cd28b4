import assert from "node:assert/strict";
import { test } from "node:test";
import { createProvenKeys } from "./proven-keys.ts";

test("every key is its caller's, however many there are, and no other text is one", () => {
  const count = 20_000;
  const keys = createProvenKeys(count);
  const keyOf = (caller: number): string => `key-of-${caller}`.padEnd(caller % 100, "\u00ff");
  for (let caller = 0; caller < count; caller++) keys.add(keyOf(caller), caller);
  for (let caller = 0; caller < count; caller++) {
    assert.equal(keys.ownerOf(keyOf(caller)), caller);
    assert.equal(keys.ownerOf(`${keyOf(caller)}!`), undefined);
    assert.equal(keys.ownerOf(keyOf(caller).slice(1)), undefined);
  }
});

test("keys with one hash are told apart", () => {
  // Known collision of FNV-1a with 32 bits.
  const keys = createProvenKeys(2);
  keys.add("costarring", 0);
  keys.add("liquid", 1);
  assert.deepEqual([keys.ownerOf("costarring"), keys.ownerOf("liquid")], [0, 1]);
});

test("a key that would take much room is not remembered", () => {
  const keys = createProvenKeys(2);
  keys.add("k".repeat(129), 0);
  keys.add("k".repeat(128), 1);
  assert.equal(keys.ownerOf("k".repeat(129)), undefined);
  assert.equal(keys.ownerOf("k".repeat(128)), 1);
});

test("one key of a caller is remembered, and the empty one is a key", () => {
  const keys = createProvenKeys(1);
  assert.equal(keys.ownerOf(""), undefined);
  keys.add("", 0);
  for (let at = 0; at < 10; at++) keys.add(`other-${at}`, 0);
  assert.equal(keys.ownerOf(""), 0);
  assert.equal(keys.ownerOf("other-0"), undefined);
});
