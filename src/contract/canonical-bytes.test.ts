/** Canonical bytes and digests of contracts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalBytes, canonicalText, contractDigest } from "./canonical-bytes.ts";
import type { Contract } from "./contract.ts";
import type { NamedType } from "./types.ts";

const place = (line: number) => ({ file: "a.yaml", line, column: 1 });

function contract(types: readonly NamedType[], more: Partial<Contract> = {}): Contract {
  return {
    name: "shop",
    version: "1",
    dialect: "rest",
    namespace: "urn:shop",
    types: new Map(types.map((type) => [type.name, type])),
    operations: [],
    ...more,
  };
}

const bool: NamedType = { name: "A", type: { kind: "bool" } };
const uuid: NamedType = { name: "origin", type: { kind: "uuid" } };

test("the order of types and members and places in the source make no difference", () => {
  const one = contract([{ ...bool, origin: place(1) }, uuid]);
  const other = contract([uuid, { type: { kind: "bool" }, origin: place(7), name: "A" }]);
  assert.deepEqual(canonicalBytes(one), canonicalBytes(other));
  assert.equal(contractDigest(one), contractDigest(other));
});

test("the bytes are JSON with sorted members", () => {
  assert.equal(
    canonicalBytes(contract([bool])).toString(),
    '{"dialect":"rest","name":"shop","namespace":"urn:shop","operations":[],' +
      '"types":{"A":{"name":"A","type":{"kind":"bool"}}},"version":"1"}',
  );
});

test("a digest is 64 hex digits, another for another contract", () => {
  const digest = contractDigest(contract([bool]));
  assert.match(digest, /^[0-9a-f]{64}$/);
  assert.notEqual(contractDigest(contract([bool, uuid])), digest);
  assert.notEqual(contractDigest(contract([bool], { version: "2" })), digest);
});

test("a type that is called origin is no place in the source", () => {
  assert.match(canonicalText(contract([uuid]).types), /"origin":\{"name":"origin"/);
});
