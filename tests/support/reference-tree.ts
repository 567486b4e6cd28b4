/** The Merkle tree of RFC 9162 §2.1 as its recursive definitions say it, slow and plain. */
import { createHash } from "node:crypto";

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** MTH(D[n]). */
export function referenceRoot(entries: readonly Uint8Array[]): Buffer {
  if (entries.length === 0) return sha256();
  if (entries.length === 1) return sha256(Buffer.of(0), entries[0] as Uint8Array);
  const k = split(entries.length);
  const [left, right] = [entries.slice(0, k), entries.slice(k)];
  return sha256(Buffer.of(1), referenceRoot(left), referenceRoot(right));
}

/** PATH(m, D[n]). */
export function referencePath(m: number, entries: readonly Uint8Array[]): readonly Buffer[] {
  if (entries.length === 1) return [];
  const k = split(entries.length);
  const [left, right] = [entries.slice(0, k), entries.slice(k)];
  return m < k
    ? [...referencePath(m, left), referenceRoot(right)]
    : [...referencePath(m - k, right), referenceRoot(left)];
}

/** PROOF(m, D[n]). */
export function referenceConsistency(m: number, entries: readonly Uint8Array[]): readonly Buffer[] {
  return m === 0 ? [] : subProof(m, entries, true);
}

function subProof(m: number, entries: readonly Uint8Array[], isWhole: boolean): readonly Buffer[] {
  if (m === entries.length) return isWhole ? [] : [referenceRoot(entries)];
  const k = split(entries.length);
  const [left, right] = [entries.slice(0, k), entries.slice(k)];
  return m <= k
    ? [...subProof(m, left, isWhole), referenceRoot(right)]
    : [...subProof(m - k, right, false), referenceRoot(left)];
}

function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}
