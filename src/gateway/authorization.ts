/**
 * Who may call what: deny by default. Grants are compiled to one bit per caller and route. Keys
 * are known by their SHA-256 only; a raw key is remembered once it proved to be a caller's.
 */
import { hash } from "node:crypto";
import type { Configuration } from "#configuration/configuration.ts";

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
}

/** What grants may depend on. */
export interface Asked {
  readonly scopes: ReadonlySet<string> | undefined;
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
  for (const [index, caller] of callers.entries()) {
    const own = bits.subarray(index * words, (index + 1) * words);
    for (const pattern of caller.may) {
      for (const range of grants.rangesOf(pattern)) grant(own, range);
    }
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
    may(caller, route) {
      // Asked this way round, NaN is refused too.
      if (caller === undefined || !(caller >= 0 && caller < callers.length)) return false;
      if (!(route >= 0 && route < grants.routeCount)) return false;
      return (((bits[caller * words + (route >>> 5)] as number) >>> (route & 31)) & 1) === 1;
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

type Range = readonly [from: number, to: number];

interface Grants {
  readonly routeCount: number;
  /** Half-open ranges of route indexes; none for what does not exist. */
  rangesOf(pattern: string): readonly Range[];
}

function createGrants(configuration: Configuration): Grants {
  const ranges = new Map<string, Range[]>();
  const add = (pattern: string, range: Range): void => {
    const known = ranges.get(pattern);
    if (known === undefined) ranges.set(pattern, [range]);
    else known.push(range);
  };
  let routeCount = 0;
  for (const { name, routes } of configuration.services) {
    add(`${name}.*`, [routeCount, routeCount + routes.length]);
    for (const { id, operation } of routes) {
      const range: Range = [routeCount, ++routeCount];
      add(`${name}.${id}`, range);
      // An operation is the same at whatever address it is called.
      if (operation !== undefined && operation !== id) add(`${name}.${operation}`, range);
    }
  }
  add("*", [0, routeCount]);
  return { routeCount, rangesOf: (pattern) => ranges.get(pattern) ?? [] };
}

function grant(bits: Uint32Array, range: Range): void {
  for (let route = range[0]; route < range[1]; route++)
    bits[route >>> 5] = (bits[route >>> 5] as number) | (1 << (route & 31));
}
