/** FNV-1a, 32 bits: for tables with keys of the operator, which are compared in any case. */

export const hashBasis = 0x811c9dc5 | 0;
const hashPrime = 0x01000193;

export function hashNext(hash: number, octet: number): number {
  return Math.imul(hash ^ octet, hashPrime);
}

/** FNV leaves its low bits poor. */
export function spread(hash: number): number {
  return hash ^ (hash >>> 15);
}

/** Of a text with one octet a character. */
export function hashLatin1(text: string): number {
  let hash = hashBasis;
  for (let index = 0; index < text.length; index++) hash = hashNext(hash, text.charCodeAt(index));
  return hash;
}
