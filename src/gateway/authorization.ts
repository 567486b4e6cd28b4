/**
 * Who may call what: deny by default. What callers may is compiled to one bit a route, as far as it
 * holds for whatever is asked. Keys are known by their SHA-256 only; a raw key is remembered once
 * it proved to be a caller's.
 */
import { hash } from "node:crypto";
import {
  hasSeveralKeys,
  keyWithDigest,
  numberOfKey,
  ownerOfKey,
  placeNamed,
} from "#configuration/callers.ts";
import type { Configuration } from "#configuration/configuration.ts";
import { createGrants, type Asked } from "./grants.ts";
import { createProvenKeys } from "./proven-keys.ts";

export interface Authorization {
  /** Anybody may call anything. */
  readonly open: boolean;
  /**
   * Place in `configuration.callers`. `key` as it stood in the field, one character an octet;
   * without one it is the caller `anonymous`, if there is such a caller. Undefined: refuse.
   */
  callerOf(key: string | undefined): number | undefined;
  /** Which of its caller's keys it is, from 1; 0: it is none, or its caller has no other. */
  numberOfKey(key: string): number;
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
      numberOfKey: () => 0,
      callerNamed: () => undefined,
      provesByMessage: () => false,
      may: () => true,
      scopesFor: () => undefined,
    };
  }
  const byMessage = new Set<number>();
  for (const [place, { wsSecurity }] of callers.proofs) {
    if (wsSecurity !== undefined) byMessage.add(place);
  }
  const anonymous = placeNamed(callers, "anonymous");
  const provenKeys = createProvenKeys(callers.keyCount);
  const grants = createGrants(configuration);
  const words = (grants.routeCount + 31) >>> 5;
  // Callers who may call the same have one line of bits.
  const { grantPlaces } = callers;
  const bits = new Uint32Array(callers.grants.length * words);
  const narrow = callers.grants.map((may, place) =>
    grants.compile(may, bits.subarray(place * words, (place + 1) * words)),
  );
  const isNumbered = hasSeveralKeys(callers);

  const placeOfKey = (key: string): number | undefined => {
    const known = provenKeys.placeOf(key);
    if (known !== undefined) return known;
    const found = keyWithDigest(callers, hash("sha256", Buffer.from(key, "latin1"), "latin1"));
    if (found !== undefined) provenKeys.add(key, found);
    return found;
  };

  return {
    open: false,
    byMessage: byMessage.size > 0,
    provesByMessage: (caller) => caller !== undefined && byMessage.has(caller),
    callerNamed: (name) => placeNamed(callers, name),
    callerOf(key) {
      if (key === undefined) return anonymous;
      const place = placeOfKey(key);
      return place === undefined ? undefined : ownerOfKey(callers, place);
    },
    numberOfKey(key) {
      const place = isNumbered ? placeOfKey(key) : undefined;
      return place === undefined ? 0 : numberOfKey(callers, place);
    },
    may(caller, route, asked) {
      // Asked this way round, NaN is refused too.
      if (caller === undefined || !(caller >= 0 && caller < callers.count)) return false;
      if (!(route >= 0 && route < grants.routeCount)) return false;
      const place = grantPlaces[caller] as number;
      const word = bits[place * words + (route >>> 5)] as number;
      if (((word >>> (route & 31)) & 1) === 1) return true;
      const others = narrow[place];
      return others !== undefined && others.some((one) => grants.allows(one, route, asked));
    },
    scopesFor(caller, route, asked) {
      const others = caller === undefined ? undefined : narrow[grantPlaces[caller] ?? -1];
      return others?.find((one) => grants.covers(one, route, asked?.method))?.scopes;
    },
  };
}
