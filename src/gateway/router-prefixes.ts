/**
 * The short way to services that have one prefix route and nothing beside it: by the octets of the
 * path's first segment, without making strings. Whatever is not found here takes the long way.
 */
import type { CompiledRoute } from "./compile-routes.ts";
import type { TrieNode } from "./router-trie.ts";

/** Where the path stands in the bytes of a request. */
export interface PathOctets {
  readonly bytes: Buffer;
  readonly pathStart: number;
  readonly pathEnd: number;
}

interface Prefix {
  readonly octets: Buffer;
  readonly route: CompiledRoute;
}

const SLASH = 0x2f;
/** FNV-1a, 32 bits. */
const hashBasis = 0x811c9dc5 | 0;
const hashPrime = 0x01000193;

export type FindPrefix = (path: PathOctets) => CompiledRoute | undefined;

export function createPrefixes(root: TrieNode): FindPrefix {
  const prefixes = new Map<number, Prefix>();
  for (const [text, node] of root.literals ?? []) {
    const route = node.rest?.always;
    const isAlone = node.literals === undefined && node.parameter === undefined;
    if (route === undefined || !isAlone || node.end !== undefined) continue;
    const octets = Buffer.from(text, "latin1");
    const hash = hashOf(octets, 0, octets.length);
    // One of two with the same hash takes the long way.
    if (octets.length > 0 && !prefixes.has(hash)) prefixes.set(hash, { octets, route });
  }
  return ({ bytes, pathStart, pathEnd }) => {
    const from = pathStart + 1;
    let end = from;
    while (end < pathEnd && bytes[end] !== SLASH) end++;
    const found = prefixes.get(hashOf(bytes, from, end));
    if (found === undefined) return undefined;
    const { octets } = found;
    if (octets.length !== end - from) return undefined;
    for (let index = 0; index < octets.length; index++) {
      if (octets[index] !== bytes[from + index]) return undefined;
    }
    return found.route;
  };
}

function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = hashBasis;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] as number), hashPrime);
  return hash;
}
