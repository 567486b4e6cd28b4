/**
 * A table from sequences of octets to values, in three flat arrays: a look-up touches a cache line
 * in each. Filled once, never emptied. The hash is FNV-1a; keys are compared in any case.
 */
import { hashBasis, hashNext, spread } from "#base/octet-hash.ts";

export interface OctetTable<Value> {
  add(key: Uint8Array, value: Value): void;
  /** The first entry whose key may have this hash, then the others; -1: there is none. */
  first(hash: number): number;
  next(hash: number): number;
  /** Where the key of an entry begins; that of the one behind it: where it ends. */
  startOf(entry: number): number;
  /** Where the key goes on behind octets that it has at `at`; -1: it has others there. */
  compare(at: number, bytes: Uint8Array, from: number, to: number): number;
  valueOf(entry: number): Value;
}

export function createOctetTable<Value>(): OctetTable<Value> {
  let octets = new Uint8Array(256);
  let starts = new Int32Array(17);
  const values: Value[] = [];
  /** Pairs: a hash, and an entry counted from one. At most half of them are in use. */
  let slots = new Int32Array(64);
  let mask = 31;
  let slot = 0;

  function place(hash: number, entry: number): void {
    let at = spread(hash) & mask;
    while (slots[2 * at + 1] !== 0) at = (at + 1) & mask;
    slots[2 * at] = hash;
    slots[2 * at + 1] = entry + 1;
  }

  function grow(): void {
    const before = slots;
    slots = new Int32Array(2 * before.length);
    mask = slots.length / 2 - 1;
    for (let at = 0; at < before.length; at += 2) {
      if (before[at + 1] !== 0) place(before[at] as number, (before[at + 1] as number) - 1);
    }
  }

  function find(hash: number): number {
    for (; slots[2 * slot + 1] !== 0; slot = (slot + 1) & mask) {
      if (slots[2 * slot] === hash) return (slots[2 * slot + 1] as number) - 1;
    }
    return -1;
  }

  return {
    add(key, value) {
      const entry = values.push(value) - 1;
      const start = starts[entry] as number;
      if (start + key.length > octets.length) octets = doubled(octets, start + key.length);
      octets.set(key, start);
      if (entry + 2 > starts.length) {
        const more = new Int32Array(2 * starts.length);
        more.set(starts);
        starts = more;
      }
      starts[entry + 1] = start + key.length;
      if (2 * values.length > mask) grow();
      place(key.reduce(hashNext, hashBasis), entry);
    },
    first(hash) {
      slot = spread(hash) & mask;
      return find(hash);
    },
    next(hash) {
      slot = (slot + 1) & mask;
      return find(hash);
    },
    startOf: (entry) => starts[entry] as number,
    compare(at, bytes, from, to) {
      for (let index = from; index < to; index++, at++) {
        if (octets[at] !== bytes[index]) return -1;
      }
      return at;
    },
    valueOf: (entry) => values[entry] as Value,
  };
}

function doubled(octets: Uint8Array, least: number): Uint8Array<ArrayBuffer> {
  const more = new Uint8Array(Math.max(2 * octets.length, least));
  more.set(octets);
  return more;
}
