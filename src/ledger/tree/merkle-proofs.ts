/**
 * Roots and proofs of a Merkle tree (RFC 9162 §2.1), made from the hashes of complete subtrees: no
 * more than one for each level is asked for at each edge of the tree.
 */
import { assert } from "#base/assert.ts";
import { levelsOf } from "./frontier.ts";
import { emptyRoot, nodeHash } from "./hashes.ts";

/**
 * Hash of the complete subtree over the leaves `index * 2^level` to before `(index + 1) * 2^level`.
 */
export type HashAt = (level: number, index: number) => Buffer;

/** Root of the tree of the first `size` leaves. */
export function rootOf(size: number, hashAt: HashAt): Buffer {
  return size === 0 ? Buffer.from(emptyRoot) : rangeHash(0, size, hashAt);
}

/** That a leaf is in the tree of the first `size` leaves: sibling first, child of the root last. */
export function inclusionProof(index: number, size: number, hashAt: HashAt): readonly Buffer[] {
  assert(index >= 0 && index < size, "a leaf that is proved is in the tree");
  const proof: Buffer[] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const middle = from + largestPowerBelow(to - from);
    if (index < middle) {
      proof.push(rangeHash(middle, to, hashAt));
      to = middle;
    } else {
      proof.push(rangeHash(from, middle, hashAt));
      from = middle;
    }
  }
  return proof.toReversed();
}

/** The proof that the tree of `oldSize` leaves is the beginning of that of `size` leaves. */
export function consistencyProof(oldSize: number, size: number, hashAt: HashAt): readonly Buffer[] {
  assert(oldSize >= 0 && oldSize <= size, "a tree grows");
  if (oldSize === 0 || oldSize === size) return [];
  const proof: Buffer[] = [];
  let from = 0;
  let to = size;
  while (to !== oldSize) {
    const middle = from + largestPowerBelow(to - from);
    if (oldSize <= middle) {
      proof.push(rangeHash(middle, to, hashAt));
      to = middle;
    } else {
      proof.push(rangeHash(from, middle, hashAt));
      from = middle;
    }
  }
  // The old tree as a whole needs no hash: whoever checks knows its root.
  if (from > 0) proof.push(rangeHash(from, to, hashAt));
  return proof.toReversed();
}

/** Of the leaves from `from`, which is where a subtree of their number begins, to before `to`. */
function rangeHash(from: number, to: number, hashAt: HashAt): Buffer {
  let start = from;
  const parts = levelsOf(to - from).map((level) => {
    const part = hashAt(level, start / 2 ** level);
    start += 2 ** level;
    return part;
  });
  return parts.reduceRight((right, left) => nodeHash(left, right));
}

/** The largest power of two that is smaller than a number above 1. */
function largestPowerBelow(number: number): number {
  let power = 1;
  while (power * 2 < number) power *= 2;
  return power;
}
