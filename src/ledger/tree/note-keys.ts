/**
 * Ed25519 keys of signed notes (C2SP signed-note) and their text forms, as Go's sumdb/note writes
 * them: `name+hash+base64(1 || public key)` and `PRIVATE+KEY+name+hash+base64(1 || seed)`.
 */
import { createPrivateKey, createPublicKey, hash, sign, verify, type KeyObject } from "node:crypto";
import { assert } from "#base/assert.ts";
import type { Problem } from "#base/problem.ts";
import { decodeBase64 } from "./base64.ts";
import { malformed } from "./problems.ts";

/** What checks signatures of one key. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: number;
  readonly publicKey: Buffer;
  readonly verify: (text: Uint8Array, signature: Uint8Array) => boolean;
}

export interface NoteSigner {
  readonly verifier: NoteVerifier;
  readonly sign: (text: Uint8Array) => Buffer;
}

/** Signature type of Ed25519. */
const ed25519 = 1;
const keyBytes = 32;
const nameLengthMax = 255;
/** What DER puts in front of the raw keys (RFC 8410 §4 and §7). */
const publicPrefix = Buffer.from("302a300506032b6570032100", "hex");
const privatePrefix = Buffer.from("302e020100300506032b657004220420", "hex");

/** Neither empty nor with spaces, plus signs or control characters, or not well-formed Unicode. */
export function isKeyName(name: string): boolean {
  return (
    name.length > 0 &&
    name.length <= nameLengthMax &&
    name.isWellFormed() &&
    !/[\s+\p{Cc}\p{Z}]/u.test(name)
  );
}

/** @param publicKey 32 bytes (RFC 8032 §5.1.5). */
function createVerifier(name: string, publicKey: Uint8Array): NoteVerifier {
  assert(isKeyName(name), "the name of a key is not empty and has no spaces or plus signs");
  assert(publicKey.length === keyBytes, "an Ed25519 key has 32 bytes");
  const der = Buffer.concat([publicPrefix, publicKey]);
  const key = createPublicKey({ key: der, format: "der", type: "spki" });
  return verifierOf(name, key, Buffer.from(publicKey));
}

/** @param seed 32 random bytes (RFC 8032 §5.1.5). */
export function createSigner(name: string, seed: Uint8Array): NoteSigner {
  assert(isKeyName(name), "the name of a key is not empty and has no spaces or plus signs");
  assert(seed.length === keyBytes, "an Ed25519 key has 32 bytes");
  const der = Buffer.concat([privatePrefix, seed]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const spki = createPublicKey(key);
  const publicKey = spki.export({ format: "der", type: "spki" }).subarray(publicPrefix.length);
  return { verifier: verifierOf(name, spki, publicKey), sign: (text) => sign(null, text, key) };
}

function verifierOf(name: string, key: KeyObject, publicKey: Buffer): NoteVerifier {
  return {
    name,
    keyId: keyIdOf(name, publicKey),
    publicKey,
    verify: (text, signature) => signature.length === 64 && verify(null, text, key, signature),
  };
}

function keyIdOf(name: string, publicKey: Uint8Array): number {
  const text = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ed25519), publicKey]);
  return hash("sha256", text, "buffer").readUInt32BE(0);
}

export function formatVerifier({ name, keyId, publicKey }: NoteVerifier): string {
  return keyText(name, keyId, publicKey);
}

export function formatSigner(name: string, seed: Uint8Array): string {
  const { keyId } = createSigner(name, seed).verifier;
  return `PRIVATE+KEY+${keyText(name, keyId, seed)}`;
}

function keyText(name: string, keyId: number, key: Uint8Array): string {
  const encoded = Buffer.concat([Buffer.of(ed25519), key]).toString("base64");
  return `${name}+${keyId.toString(16).padStart(8, "0")}+${encoded}`;
}

export function parseVerifier(text: string): NoteVerifier | Problem {
  const parts = keyParts(text, "a verifier key");
  if ("detail" in parts) return parts;
  const verifier = createVerifier(parts.name, parts.key);
  return verifier.keyId === parts.keyId ? verifier : wrongId("a verifier key", verifier);
}

/** Says nothing of the text in its problems: it is a secret. */
export function parseSigner(text: string): NoteSigner | Problem {
  const prefix = "PRIVATE+KEY+";
  if (!text.startsWith(prefix)) return malformed(`a signer key begins with ${prefix}`);
  const parts = keyParts(text.slice(prefix.length), "a signer key");
  if ("detail" in parts) return parts;
  const signer = createSigner(parts.name, parts.key);
  return signer.verifier.keyId === parts.keyId ? signer : wrongId("a signer key", signer.verifier);
}

function keyParts(text: string, what: string) {
  const match = text.length > 400 ? null : /^([^+]+)\+([0-9a-f]{8})\+([^+].*)$/s.exec(text.trim());
  const [, name = "", id = "", encoded = ""] = match ?? [];
  if (match === null || !isKeyName(name)) {
    return malformed(`${what} has the form NAME+8 HEX DIGITS+BASE64; this has not`);
  }
  const key = decodeBase64(encoded);
  if (key === undefined) return malformed(`${what}: its last part is not base64`);
  if (key[0] !== ed25519 || key.length !== 1 + keyBytes) {
    return malformed(`${what}: expected type 1 (Ed25519) and ${keyBytes} bytes`);
  }
  return { name, keyId: parseInt(id, 16), key: key.subarray(1) };
}

function wrongId(what: string, { name, keyId }: NoteVerifier): Problem {
  const expected = keyId.toString(16).padStart(8, "0");
  return malformed(`${what}: its id does not fit name and key; expected ${name}+${expected}`);
}
