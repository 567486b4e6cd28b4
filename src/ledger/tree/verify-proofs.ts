/**
 * Checks proofs by the hashes they hold alone (RFC 9162 §2.1.3.2 and §2.1.4.2). Undefined: the
 * proof holds.
 */
import type { Problem } from "#base/problem.ts";
import { emptyRoot, hashBytes, nodeHash } from "./hashes.ts";
import { malformed, mismatch } from "./problems.ts";

export interface Tree {
  readonly size: number;
  readonly root: Uint8Array;
}

export interface Inclusion {
  readonly index: number;
  readonly leaf: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** Levels of a tree whose size is a safe integer. */
export const proofHashesMax = 53;

export function checkInclusion({ index, leaf, proof }: Inclusion, tree: Tree): Problem | undefined {
  const fault = formFault([index, tree.size], [leaf, tree.root, ...proof]);
  if (fault !== undefined) return malformed(`inclusion proof: ${fault}`);
  if (index >= tree.size) return mismatch(`entry ${index} is not in a tree of ${tree.size}`);
  let node = index;
  let last = tree.size - 1;
  let hash: Uint8Array = leaf;
  for (const [at, sibling] of proof.entries()) {
    if (last === 0) {
      return mismatch(
        `inclusion proof of entry ${index}: ${proof.length} hashes; expected ${at} ` +
          `in a tree of ${tree.size}`,
      );
    }
    if (isOdd(node) || node === last) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(node)) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last !== 0) {
    return mismatch(
      `inclusion proof of entry ${index}: ${proof.length} hashes are too few ` +
        `in a tree of ${tree.size}`,
    );
  }
  return isEqual(hash, tree.root)
    ? undefined
    : mismatch(
        `inclusion proof of entry ${index} leads to the root ${base64(hash)}; ` +
          `the tree of ${tree.size} has ${base64(tree.root)}`,
      );
}

/** Whether the older tree is the beginning of the newer one. */
export function checkConsistency(
  older: Tree,
  newer: Tree,
  proof: readonly Uint8Array[],
): Problem | undefined {
  const what = `consistency proof from ${older.size} to ${newer.size}`;
  const fault = formFault([older.size, newer.size], [older.root, newer.root, ...proof]);
  if (fault !== undefined) return malformed(`${what}: ${fault}`);
  if (older.size > newer.size) return mismatch(`${what}: a tree does not shrink`);
  if (older.size === 0 || older.size === newer.size) {
    if (proof.length > 0) return mismatch(`${what}: ${proof.length} hashes; expected none`);
    const root = older.size === 0 ? emptyRoot : newer.root;
    return isEqual(older.root, root)
      ? undefined
      : mismatch(
          `two trees of ${older.size} entries have the roots ` +
            `${base64(older.root)} and ${base64(root)}`,
        );
  }
  let node = older.size - 1;
  let last = newer.size - 1;
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  // A complete older tree stands in the newer one as it is; its root is then not in the proof.
  const [first, ...rest] = node === 0 ? [older.root, ...proof] : proof;
  if (first === undefined) return mismatch(`${what}: no hash at all`);
  let oldRoot: Uint8Array = first;
  let newRoot: Uint8Array = first;
  for (const sibling of rest) {
    if (last === 0) return mismatch(`${what}: ${proof.length} hashes are too many`);
    if (isOdd(node) || node === last) {
      oldRoot = nodeHash(sibling, oldRoot);
      newRoot = nodeHash(sibling, newRoot);
      while (node !== 0 && !isOdd(node)) [node, last] = [half(node), half(last)];
    } else {
      newRoot = nodeHash(newRoot, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last !== 0) return mismatch(`${what}: ${proof.length} hashes are too few`);
  if (!isEqual(oldRoot, older.root)) {
    return mismatch(`${what}: leads to ${base64(oldRoot)}, not ${base64(older.root)}`);
  }
  return isEqual(newRoot, newer.root)
    ? undefined
    : mismatch(`${what}: leads to ${base64(newRoot)}, not ${base64(newer.root)}`);
}

function formFault(numbers: readonly number[], hashes: readonly Uint8Array[]): string | undefined {
  const bad = numbers.find((one) => !Number.isSafeInteger(one) || one < 0);
  if (bad !== undefined) return `${bad} is no index or size`;
  if (hashes.length > proofHashesMax + 2) return `more than ${proofHashesMax} hashes`;
  const odd = hashes.find((one) => one.length !== hashBytes);
  return odd && `a hash of ${odd.length} bytes; expected ${hashBytes}`;
}

function isOdd(number: number): boolean {
  return number % 2 === 1;
}

function half(number: number): number {
  return Math.floor(number / 2);
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

function base64(hash: Uint8Array): string {
  return Buffer.from(hash).toString("base64");
}
