import assert from "node:assert/strict";
import { createSecretKey, generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import {
  createSignature,
  keyFault,
  verifySignature,
  type SignatureAlgorithm,
} from "./algorithms.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
const edwards = generateKeyPairSync("ed25519");
const secret = createSecretKey(Buffer.alloc(32, 7));
const keys = {
  "rsa-pss-sha512": rsa,
  "rsa-v1_5-sha256": rsa,
  "ecdsa-p256-sha256": p256,
  "ecdsa-p384-sha384": p384,
  ed25519: edwards,
  "hmac-sha256": { privateKey: secret, publicKey: secret },
};

test("what each algorithm signs, it verifies, and nothing else", () => {
  const data = Buffer.from("signed");
  for (const [name, { privateKey, publicKey }] of Object.entries(keys)) {
    const algorithm = name as SignatureAlgorithm;
    assert.equal(keyFault(algorithm, publicKey), undefined, name);
    const made = createSignature(algorithm, privateKey, data);
    assert.ok(verifySignature(algorithm, publicKey, data, made), name);
    assert.ok(!verifySignature(algorithm, publicKey, Buffer.from("other"), made), name);
    assert.ok(!verifySignature(algorithm, publicKey, data, made.subarray(1)), name);
  }
});

test("a key of another kind, or one that is too short, is told", () => {
  assert.match(String(keyFault("ed25519", rsa.publicKey)), /is of type rsa; expected ed25519/);
  assert.match(String(keyFault("hmac-sha256", rsa.publicKey)), /is no secret/);
  const short = createSecretKey(Buffer.alloc(8));
  assert.equal(keyFault("hmac-sha256", short), "it has 8 bytes; expected 32");
});
