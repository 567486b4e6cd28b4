/**
 * Raw keys that proved to be a caller's, so that their digests are not computed again: every one of
 * its keys, and none of a stranger. All in flat arrays, since there may be 100,000.
 */
import { hashLatin1, spread } from "#base/octet-hash.ts";
import { addPlace, createSlotIndex, findPlace } from "#base/slot-index.ts";

export interface ProvenKeys {
  /** @param key one character an octet. */
  placeOf(key: string): number | undefined;
  /** @param place of the key among all there are; the first text at a place counts. */
  add(key: string, place: number): void;
}

/** Longer ones are digested each time. */
const keyOctetsMax = 128;

export function createProvenKeys(keyCount: number): ProvenKeys {
  const slots = createSlotIndex(keyCount);
  /** 0: it has not proved to be one yet. */
  const starts = new Uint32Array(keyCount);
  const lengths = new Uint8Array(keyCount);
  let octets = new Uint8Array(1_024);
  let used = 1;

  /** How long that takes does not tell how much of a key was guessed. */
  function isKeyAt(place: number, key: string): boolean {
    if (lengths[place] !== key.length) return false;
    const start = starts[place] as number;
    let difference = 0;
    for (let at = 0; at < key.length; at++) {
      difference |= (octets[start + at] as number) ^ key.charCodeAt(at);
    }
    return difference === 0;
  }

  return {
    placeOf(key) {
      if (key.length > keyOctetsMax) return undefined;
      return findPlace(slots, spread(hashLatin1(key)), (place) => isKeyAt(place, key));
    },
    add(key, place) {
      const { length } = key;
      if (length > keyOctetsMax || starts[place] !== 0) return;
      if (used + length > octets.length) {
        const more = new Uint8Array(2 * octets.length);
        more.set(octets);
        octets = more;
      }
      octets.set(Buffer.from(key, "latin1"), used);
      starts[place] = used;
      lengths[place] = length;
      used += length;
      addPlace(slots, spread(hashLatin1(key)), place);
    },
  };
}
