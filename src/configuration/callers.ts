/**
 * All callers in a few flat arrays: 100,000 of them are some MiB, which go to the workers' threads
 * without being copied, and of which a garbage collector sees next to nothing.
 */
import { hashLatin1, spread } from "#base/octet-hash.ts";
import { addPlace, createSlotIndex, findPlace } from "#base/slot-index.ts";
import type { Caller, Grant } from "./configuration.ts";

export interface Callers extends CallerArrays {
  readonly count: number;
  readonly keyCount: number;
  /** What callers may, each text of it once. */
  readonly grants: readonly (readonly Grant[])[];
  /** Of the callers that have more than a key, by their places. */
  readonly proofs: ReadonlyMap<number, OtherProofs>;
}

/** Read them by the functions of this file only. */
interface CallerArrays extends KeyArrays {
  /** ASCII, one behind the other. */
  readonly names: Uint8Array;
  readonly nameEnds: Uint32Array;
  /** The place in `grants`, for each caller. */
  readonly grantPlaces: Uint32Array;
  readonly byName: Uint32Array;
}

interface KeyArrays {
  /** `keyOctets` each, those of a caller one behind the other. */
  readonly keys: Uint8Array;
  /** Where the keys of each caller end, counted in keys. */
  readonly keyEnds: Uint32Array;
  /** The place of its caller, for each key. */
  readonly keyOwners: Uint32Array;
  readonly byKey: Uint32Array;
}

export type OtherProofs = Pick<Caller, "wsSecurity" | "proofs">;

/** SHA-256. */
const keyOctets = 32;

/** @param callers with names of one octet a character. */
export function packCallers(callers: readonly Caller[]): Callers {
  const count = callers.length;
  const nameEnds = new Uint32Array(count);
  const names = Buffer.alloc(callers.reduce((sum, { name }) => sum + name.length, 0));
  const grantPlaces = new Uint32Array(count);
  const byName = createSlotIndex(count);
  const grants = new Map<string, readonly [place: number, may: readonly Grant[]]>();
  const proofs = new Map<number, OtherProofs>();
  let end = 0;
  for (const [place, { name, keysSha256: _keys, may, ...others }] of callers.entries()) {
    end += names.write(name, end, "latin1");
    nameEnds[place] = end;
    addPlace(byName, spread(hashLatin1(name)), place);
    const text = JSON.stringify(may);
    const known = grants.get(text) ?? [grants.size, may];
    grants.set(text, known);
    grantPlaces[place] = known[0];
    if (Object.keys(others).length > 0) proofs.set(place, others);
  }
  const told = Array.from(grants.values(), ([, may]) => may);
  const keys = packKeys(callers);
  const keyCount = keys.keyOwners.length;
  return {
    ...{ count, keyCount, names, nameEnds, ...keys, grantPlaces, byName },
    ...{ grants: told, proofs },
  };
}

function packKeys(callers: readonly Caller[]): KeyArrays {
  const count = callers.reduce((sum, { keysSha256 }) => sum + keysSha256.length, 0);
  const keys = Buffer.alloc(count * keyOctets);
  const keyEnds = new Uint32Array(callers.length);
  const keyOwners = new Uint32Array(count);
  const byKey = createSlotIndex(count);
  let end = 0;
  for (const [owner, { keysSha256 }] of callers.entries()) {
    for (const keySha256 of keysSha256) {
      const digest = Buffer.from(keySha256, "hex").toString("latin1");
      keys.write(digest, end * keyOctets, "latin1");
      keyOwners[end] = owner;
      addPlace(byKey, firstWord(digest), end);
      end++;
    }
    keyEnds[owner] = end;
  }
  return { keys, keyEnds, keyOwners, byKey };
}

/** The same in memory that threads share. */
export function shareCallers(callers: Callers): Callers {
  const { names, nameEnds, keys, keyEnds, keyOwners, grantPlaces, byName, byKey } = callers;
  return {
    ...callers,
    names: sharedOctets(names),
    nameEnds: sharedNumbers(nameEnds),
    keys: sharedOctets(keys),
    keyEnds: sharedNumbers(keyEnds),
    keyOwners: sharedNumbers(keyOwners),
    grantPlaces: sharedNumbers(grantPlaces),
    byName: sharedNumbers(byName),
    byKey: sharedNumbers(byKey),
  };
}

function sharedOctets(from: Uint8Array): Uint8Array {
  const to = new Uint8Array(new SharedArrayBuffer(from.byteLength));
  to.set(from);
  return to;
}

function sharedNumbers(from: Uint32Array): Uint32Array {
  const to = new Uint32Array(new SharedArrayBuffer(from.byteLength));
  to.set(from);
  return to;
}

export function callerAt(callers: Callers, place: number): Caller | undefined {
  const name = callerNameAt(callers, place);
  if (name === undefined) return undefined;
  return {
    name,
    keysSha256: keysAt(callers, place),
    ...callers.proofs.get(place),
    may: callers.grants[callers.grantPlaces[place] as number] as readonly Grant[],
  };
}

/** In their order; each is made when it is its turn. */
export function* eachCaller(callers: Callers): Generator<Caller> {
  for (let place = 0; place < callers.count; place++) yield callerAt(callers, place) as Caller;
}

/** As an operator declares them: for what is shown and for digests. */
export function listCallers(callers: "open" | Callers): "open" | readonly Caller[] {
  return callers === "open" ? callers : [...eachCaller(callers)];
}

export function* eachCallerName(callers: Callers): Generator<string> {
  for (let place = 0; place < callers.count; place++) yield callerNameAt(callers, place) as string;
}

export function callerNameAt({ names, nameEnds }: Callers, place: number): string | undefined {
  const end = nameEnds[place];
  if (end === undefined) return undefined;
  let name = "";
  for (let at = nameEnds[place - 1] ?? 0; at < end; at++) {
    name += String.fromCharCode(names[at] as number);
  }
  return name;
}

function keysAt(callers: Callers, place: number): readonly string[] {
  const octets = keysOf(callers, place);
  return Array.from({ length: octets.length / keyOctets }, (_one, at) =>
    Buffer.from(octets.subarray(at * keyOctets, (at + 1) * keyOctets)).toString("hex"),
  );
}

function keysOf({ keys, keyEnds }: Callers, place: number): Uint8Array {
  return keys.subarray((keyEnds[place - 1] ?? 0) * keyOctets, (keyEnds[place] ?? 0) * keyOctets);
}

export function placeNamed(callers: Callers, name: string): number | undefined {
  return findPlace(
    callers.byName,
    spread(hashLatin1(name)),
    (place) => callerNameAt(callers, place) === name,
  );
}

/**
 * The place of the key, for `ownerOfKey`.
 * @param digest SHA-256 of the key, one character an octet: no prefix of a key leaks.
 */
export function keyWithDigest({ keys, byKey }: Callers, digest: string): number | undefined {
  return findPlace(byKey, firstWord(digest), (place) => {
    for (let at = 0; at < keyOctets; at++) {
      if (keys[place * keyOctets + at] !== digest.charCodeAt(at)) return false;
    }
    return true;
  });
}

/** The place of the caller. */
export function ownerOfKey({ keyOwners }: Callers, key: number): number | undefined {
  return keyOwners[key];
}

/** Which of its caller's keys it is, from 1; 0: the caller has no other. */
export function numberOfKey({ keyOwners, keyEnds }: Callers, key: number): number {
  const owner = keyOwners[key] as number;
  const first = keyEnds[owner - 1] ?? 0;
  return (keyEnds[owner] as number) - first > 1 ? key - first + 1 : 0;
}

export function hasSeveralKeys({ keyEnds }: Callers): boolean {
  return keyEnds.some((end, place) => end - (keyEnds[place - 1] ?? 0) > 1);
}

/** A digest is a hash already. */
function firstWord(digest: string): number {
  return (
    digest.charCodeAt(0) |
    (digest.charCodeAt(1) << 8) |
    (digest.charCodeAt(2) << 16) |
    (digest.charCodeAt(3) << 24)
  );
}

export function haveSameKeys(
  callers: Callers,
  place: number,
  others: Callers,
  otherPlace: number,
): boolean {
  return Buffer.compare(keysOf(callers, place), keysOf(others, otherPlace)) === 0;
}

/** Whether they have the same names in the same order. */
export function haveSameOrder(callers: Callers, others: Callers): boolean {
  return (
    Buffer.compare(callers.names, others.names) === 0 &&
    callers.nameEnds.every((end, place) => end === others.nameEnds[place])
  );
}
