/** A JWK set (RFC 7517 §5), checked; jose picks from it what fits a token's header. */
import type { JWTVerifyGetKey } from "jose";

export interface PublicKeys {
  readonly find: JWTVerifyGetKey;
}

const keysMax = 128;

/** It takes some milliseconds to load, which those who take no tokens need not spend. */
export const loadJose = () => import("jose");

/** @returns what is wrong; undefined: nothing. */
export function faultOfKeySet(value: unknown): string | undefined {
  const keys = (value as { readonly keys?: unknown } | null | undefined)?.keys;
  if (!Array.isArray(keys)) return "it has no `keys`; expected a JWK set";
  if (keys.length === 0) return "its `keys` are empty";
  if (keys.length > keysMax) return `it has ${keys.length} keys, more than ${keysMax}`;
  for (const [index, key] of (keys as readonly unknown[]).entries()) {
    if (typeof key !== "object" || key === null) return `\`keys[${index}]\` is no key`;
    if ("d" in key) return `\`keys[${index}]\` is a private key; expected public ones`;
    if ("k" in key) return `\`keys[${index}]\` is a shared secret; expected public keys`;
  }
  return undefined;
}

/** Throws what is wrong with it. */
export async function importKeys(value: unknown): Promise<PublicKeys> {
  const fault = faultOfKeySet(value);
  if (fault !== undefined) throw new Error(fault);
  const { createLocalJWKSet } = await loadJose();
  return { find: createLocalJWKSet(value as Parameters<typeof createLocalJWKSet>[0]) };
}
