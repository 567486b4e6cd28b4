import assert from "node:assert/strict";
import { test } from "node:test";
import { hashBasis, hashNext } from "#base/octet-hash.ts";
import { createOctetTable } from "./octet-table.ts";

function find(table: ReturnType<typeof createOctetTable<string>>, text: string) {
  const bytes = Buffer.from(text);
  const hash = bytes.reduce(hashNext, hashBasis);
  const found: string[] = [];
  for (let entry = table.first(hash); entry >= 0; entry = table.next(hash)) {
    const end = table.compare(table.startOf(entry), bytes, 0, bytes.length);
    if (end === table.startOf(entry + 1)) found.push(table.valueOf(entry));
  }
  return found;
}

test("every key is found, however many there are, and no other", () => {
  const table = createOctetTable<string>();
  const keys = Array.from({ length: 20_000 }, (_, at) => `/service-${at % 1_000}/r${at}`);
  for (const key of keys) table.add(Buffer.from(key), key);
  for (const key of keys) assert.deepEqual(find(table, key), [key]);
  for (const key of keys) assert.deepEqual(find(table, `${key}x`), []);
});

test("keys with one hash are told apart", () => {
  // Known collision of FNV-1a with 32 bits.
  const table = createOctetTable<string>();
  table.add(Buffer.from("costarring"), "one");
  table.add(Buffer.from("liquid"), "other");
  const hashes = ["costarring", "liquid"].map((text) =>
    Buffer.from(text).reduce(hashNext, hashBasis),
  );
  assert.equal(hashes[0], hashes[1]);
  assert.deepEqual(find(table, "costarring"), ["one"]);
  assert.deepEqual(find(table, "liquid"), ["other"]);
});

test("the empty key is a key", () => {
  const table = createOctetTable<string>();
  assert.deepEqual(find(table, ""), []);
  table.add(Buffer.from(""), "empty");
  assert.deepEqual(find(table, ""), ["empty"]);
  assert.deepEqual(find(table, "a"), []);
});
