/**
 * The two hashes of a Merkle tree (RFC 9162 §2.1.1): of a leaf SHA-256(0x00 || entry), of a node
 * SHA-256(0x01 || left || right). One-shot digests as latin1 strings are twice as fast as Buffers.
 */
import { hash } from "node:crypto";
import { assert } from "#base/assert.ts";
import { createPrefixViews } from "#base/prefix-views.ts";

export const hashBytes = 32;

/** What an entry bundle can say of an entry's length: a uint16. */
export const entryBytesMax = 65_535;

const leafScratch = Buffer.alloc(1 + entryBytesMax);
const leafScratchOf = createPrefixViews(leafScratch, 1_025);
const nodeScratch = Buffer.alloc(1 + 2 * hashBytes, 1);

/** Of a tree without entries (RFC 9162 §2.1.1): the hash of nothing. */
export const emptyRoot: Buffer = hash("sha256", "", "buffer");

/** Hash of the entry in `bytes` from `from` to before `to`. */
export function leafHash(bytes: Uint8Array, from = 0, to = bytes.length): Buffer {
  const result = Buffer.allocUnsafe(hashBytes);
  leafHashInto(bytes, from, to, result, 0);
  return result;
}

/** Puts the hash of an entry into `target` at `at`. */
export function leafHashInto(
  bytes: Uint8Array,
  from: number,
  to: number,
  target: Buffer,
  at: number,
): void {
  const length = to - from;
  assert(length >= 0 && length <= entryBytesMax, "an entry has at most 65,535 bytes");
  if (Buffer.isBuffer(bytes)) bytes.copy(leafScratch, 1, from, to);
  else leafScratch.set(bytes.subarray(from, to), 1);
  target.write(hash("sha256", leafScratchOf(1 + length), "latin1"), at, "latin1");
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  const result = Buffer.allocUnsafe(hashBytes);
  nodeScratch.set(left, 1);
  nodeScratch.set(right, 1 + hashBytes);
  result.write(hash("sha256", nodeScratch, "latin1"), 0, "latin1");
  return result;
}

/** As `nodeHash`, of hashes that stand in Buffers. The target may be one of the sources. */
export function nodeHashInto(
  left: Buffer,
  leftAt: number,
  right: Buffer,
  rightAt: number,
  target: Buffer,
  at: number,
): void {
  copyHash(left, leftAt, nodeScratch, 1);
  copyHash(right, rightAt, nodeScratch, 1 + hashBytes);
  target.write(hash("sha256", nodeScratch, "latin1"), at, "latin1");
}

/** For so few bytes a loop is cheaper than a call out of JavaScript. */
export function copyHash(source: Uint8Array, from: number, target: Uint8Array, at: number): void {
  for (let index = 0; index < hashBytes; index++) {
    target[at + index] = source[from + index] as number;
  }
}
