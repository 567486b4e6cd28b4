/**
 * Who may call what: deny by default. Grants are compiled to one bit per caller and route, as far
 * as they hold for whatever is asked. Keys are known by their SHA-256 only; a raw key is remembered
 * once it proved to be a caller's.
 */
import { hash } from "node:crypto";
import type { Configuration } from "#configuration/configuration.ts";
import { createGrants, type Asked, type NarrowGrant } from "./grants.ts";

export interface Authorization {
  /** Anybody may call anything. */
  readonly open: boolean;
  /**
   * Place in `configuration.callers`. `key` as it stood in the field, one character an octet;
   * without one it is the caller `anonymous`, if there is such a caller. Undefined: refuse.
   */
  callerOf(key: string | undefined): number | undefined;
  /** Whether some caller proves in its messages who it is. */
  readonly byMessage: boolean;
  /** Whether this one does, or may. */
  provesByMessage(caller: number | undefined): boolean;
  callerNamed(name: string): number | undefined;
  /** `caller` undefined: nobody known. `route`: `CompiledRoute.index`. */
  may(caller: number | undefined, route: number, asked?: Asked): boolean;
  /** Of what it may not call: the scopes that it would take; undefined: they would not help. */
  scopesFor(
    caller: number | undefined,
    route: number,
    asked?: Asked,
  ): readonly string[] | undefined;
}

export function createAuthorization(configuration: Configuration): Authorization {
  const { callers } = configuration;
  if (callers === "open") {
    return {
      open: true,
      byMessage: false,
      callerOf: () => undefined,
      callerNamed: () => undefined,
      provesByMessage: () => false,
      may: () => true,
      scopesFor: () => undefined,
    };
  }
  const byDigest = new Map<string, number>();
  const byName = new Map<string, number>();
  const byMessage = new Set<number>();
  for (const [index, { name, keySha256, wsSecurity }] of callers.entries()) {
    byName.set(name, index);
    if (wsSecurity !== undefined) byMessage.add(index);
    if (keySha256 !== undefined && !byDigest.has(keySha256)) byDigest.set(keySha256, index);
  }
  const anonymous = byName.get("anonymous");
  // Bounded by the number of callers: a digest has one key. Keys of strangers never enter.
  const byKey = new Map<string, number>();
  const grants = createGrants(configuration);
  const words = (grants.routeCount + 31) >>> 5;
  const bits = new Uint32Array(callers.length * words);
  const narrow = new Map<number, readonly NarrowGrant[]>();
  for (const [index, caller] of callers.entries()) {
    const own = bits.subarray(index * words, (index + 1) * words);
    const others = grants.compile(caller.may, own);
    if (others.length > 0) narrow.set(index, others);
  }
  return {
    open: false,
    byMessage: byMessage.size > 0,
    provesByMessage: (caller) => caller !== undefined && byMessage.has(caller),
    callerNamed: (name) => byName.get(name),
    callerOf(key) {
      if (key === undefined) return anonymous;
      const known = byKey.get(key);
      if (known !== undefined) return known;
      // A map of digests leaks no prefix of a key: who guesses cannot steer the digest.
      const found = byDigest.get(hash("sha256", Buffer.from(key, "latin1")));
      if (found !== undefined) byKey.set(key, found);
      return found;
    },
    may(caller, route, asked) {
      // Asked this way round, NaN is refused too.
      if (caller === undefined || !(caller >= 0 && caller < callers.length)) return false;
      if (!(route >= 0 && route < grants.routeCount)) return false;
      const word = bits[caller * words + (route >>> 5)] as number;
      if (((word >>> (route & 31)) & 1) === 1) return true;
      const others = narrow.get(caller);
      return others !== undefined && others.some((one) => grants.allows(one, route, asked));
    },
    scopesFor(caller, route, asked) {
      const others = caller === undefined ? undefined : narrow.get(caller);
      return others?.find((one) => grants.covers(one, route, asked?.method))?.scopes;
    },
  };
}

/** The key that a request presents: `X-Api-Key`, else a bearer token (RFC 6750 §2.1). */
export function presentedKey(
  field: (lowerCaseName: string) => string | undefined,
): string | undefined {
  const key = field("x-api-key");
  if (key !== undefined) return key;
  return bearerIn(field("authorization"));
}

export function bearerIn(credentials: string | undefined): string | undefined {
  if (credentials === undefined || !/^bearer +/i.test(credentials)) return undefined;
  return credentials.slice("bearer".length).trim();
}
