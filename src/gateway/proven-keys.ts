/**
 * Raw keys that proved to be a caller's, so that their digests are not computed again: one for each
 * caller at most, and none of a stranger. All in flat arrays, since there may be 100,000.
 */
import { hashLatin1, spread } from "#base/octet-hash.ts";
import { addPlace, createSlotIndex, findPlace } from "#base/slot-index.ts";

export interface ProvenKeys {
  /** @param key one character an octet. */
  ownerOf(key: string): number | undefined;
  /** The first one of a caller counts. */
  add(key: string, caller: number): void;
}

/** Longer ones are digested each time. */
const keyOctetsMax = 128;

export function createProvenKeys(callerCount: number): ProvenKeys {
  const slots = createSlotIndex(callerCount);
  /** 0: the caller has none yet. */
  const starts = new Uint32Array(callerCount);
  const lengths = new Uint8Array(callerCount);
  let octets = new Uint8Array(1_024);
  let used = 1;

  /** How long that takes does not tell how much of a key was guessed. */
  function isKeyOf(caller: number, key: string): boolean {
    if (lengths[caller] !== key.length) return false;
    const start = starts[caller] as number;
    let difference = 0;
    for (let at = 0; at < key.length; at++) {
      difference |= (octets[start + at] as number) ^ key.charCodeAt(at);
    }
    return difference === 0;
  }

  return {
    ownerOf(key) {
      if (key.length > keyOctetsMax) return undefined;
      return findPlace(slots, spread(hashLatin1(key)), (caller) => isKeyOf(caller, key));
    },
    add(key, caller) {
      const { length } = key;
      if (length > keyOctetsMax || starts[caller] !== 0) return;
      if (used + length > octets.length) {
        const more = new Uint8Array(2 * octets.length);
        more.set(octets);
        octets = more;
      }
      octets.set(Buffer.from(key, "latin1"), used);
      starts[caller] = used;
      lengths[caller] = length;
      used += length;
      addPlace(slots, spread(hashLatin1(key)), caller);
    },
  };
}
