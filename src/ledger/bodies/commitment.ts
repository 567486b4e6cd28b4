/**
 * Commitments: SHA-256(salt ‖ bytes). Who is shown salt and bytes can check them against an entry;
 * who is not cannot guess them. Salts are made from the subject's key and the exchange's id, so
 * that nothing is stored for them, and without the key nobody can make them again.
 */
import { createHash, hash, timingSafeEqual, type Hash } from "node:crypto";
import { createPrefixViews } from "#base/prefix-views.ts";
import { commitmentBytes, exchangeIdBytes, part, writeExchangeId, type Part } from "./parts.ts";
import { deriveKey, subjectKeyBytes } from "./subject-key.ts";

export const saltBytes = 16;
/** Beyond, copying costs more than a hash that takes pieces. */
export const oneShotBytesMax = 64 * 1024;

/**
 * Salts of an exchange: those of its bodies or of its heads, and to which bytes: what passed, or
 * the ciphertext of what was kept of it. One derivation gives two salts.
 */
export const saltPair = { bodies: 0, heads: 1, keptBodies: 2, keptHeads: 3 } as const;
export type SaltPair = (typeof saltPair)[keyof typeof saltPair];

export interface SaltMaker {
  /**
   * Writes two salts, the request's and the response's.
   * @param idDigits the exchange's id as 32 hexadecimal digits.
   */
  writePair(idDigits: Uint8Array, pair: SaltPair, out: Buffer, at: number): void;
}

/**
 * SHA-256(salt key ‖ exchange id ‖ pair): its input has one length only, so it is a pseudo-random
 * function without HMAC (as PRF of FIPS 205 §11.2), at an eighth of its price in Node.
 */
export function createSaltMaker(subjectKey: Uint8Array): SaltMaker {
  const input = Buffer.alloc(subjectKeyBytes + exchangeIdBytes + 1);
  input.set(deriveKey(subjectKey, "salts"));
  return {
    writePair(idDigits, pair, out, at) {
      writeExchangeId(idDigits, input, subjectKeyBytes);
      input[subjectKeyBytes + exchangeIdBytes] = pair;
      out.write(hash("sha256", input, "latin1"), at, 2 * saltBytes, "latin1");
    },
  };
}

/** The salt of one part, for those who are to check it. */
export function saltOf(
  subjectKey: Uint8Array,
  exchangeId: string,
  which: Part,
  isKept: boolean,
): Buffer {
  const pair = saltBytes * 2;
  const isHead = which === part.requestHead || which === part.responseHead;
  const isResponse = which === part.responseHead || which === part.responseBody;
  const out = Buffer.alloc(pair);
  const number = ((isKept ? 2 : 0) + (isHead ? 1 : 0)) as SaltPair;
  createSaltMaker(subjectKey).writePair(Buffer.from(exchangeId, "latin1"), number, out, 0);
  return isResponse ? out.subarray(saltBytes) : out.subarray(0, saltBytes);
}

const scratch = Buffer.alloc(saltBytes + oneShotBytesMax);
const scratchOf = createPrefixViews(scratch, 4_096);

/**
 * Of bytes that are there at once; at most `oneShotBytesMax`.
 *
 * @param own where the salt stands, and where the commitment goes to.
 */
export function commitWhole(
  own: Buffer,
  saltAt: number,
  outAt: number,
  bytes: Uint8Array,
  from: number,
  to: number,
): void {
  for (let index = 0; index < saltBytes; index++) scratch[index] = own[saltAt + index] as number;
  if (Buffer.isBuffer(bytes)) bytes.copy(scratch, saltBytes, from, to);
  else scratch.set(bytes.subarray(from, to), saltBytes);
  const digest = hash("sha256", scratchOf(saltBytes + to - from), "latin1");
  own.write(digest, outAt, commitmentBytes, "latin1");
}

/** For bytes that come in pieces: update it with them, then take its digest. */
export function beginCommitment(salts: Uint8Array, saltAt: number): Hash {
  return createHash("sha256").update(salts.subarray(saltAt, saltAt + saltBytes));
}

/** Whether these are the bytes that were committed to. */
export function checkCommitment(
  commitment: Uint8Array,
  salt: Uint8Array,
  bytes: Uint8Array,
): boolean {
  if (commitment.length !== commitmentBytes || salt.length !== saltBytes) return false;
  return timingSafeEqual(beginCommitment(salt, 0).update(bytes).digest(), commitment);
}
