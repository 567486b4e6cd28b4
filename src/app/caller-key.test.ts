import assert from "node:assert/strict";
import { test } from "node:test";
import { nodePlatform } from "#base/platform.ts";
import { keyOfCaller } from "./caller-key.ts";

const text = `version: 1
callers:
  one: { key: "\${ONE}" }
  several: { keys: ["\${ONE}-new", "\${NOT_SET}"] }
  digest: { keySha256: "${"0".repeat(64)}" }
  digests: { keysSha256: ["${"0".repeat(64)}"] }
  none: { basic: { username: none, password: none } }
`;

function keyOf(caller: string) {
  const files = { ...nodePlatform.files, readUpTo: () => Buffer.from(text) };
  return keyOfCaller("parlance.yaml", caller, { ONE: "key-of-one" }, { files });
}

test("the key of a caller is the only one, or the first of several", () => {
  assert.deepEqual(keyOf("one"), { kind: "key", key: "key-of-one" });
  assert.deepEqual(keyOf("several"), { kind: "key", key: "key-of-one-new" });
});

test("a caller whose key nobody knows is told from one without", () => {
  for (const [caller, message] of [
    ["digest", "only the digest of the key of caller digest is known"],
    ["digests", "only the digest of the key of caller digests is known"],
    ["none", "caller none has no key"],
  ] as const) {
    const found = keyOf(caller);
    assert.equal(found.kind === "refused" && found.message, message);
  }
});
