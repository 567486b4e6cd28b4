/** Numbers drawn for choices that nobody gains by guessing: which of two instances is looked at. */
import type { Random } from "./platform.ts";

/** xorshift32 (Marsaglia 2003). @returns whole numbers from 0 to below `bound`, at most 2^32. */
export function createQuickRandom(random: Random): (bound: number) => number {
  // Its state must not be 0.
  let state = random.bytes(4).readUInt32BE(0) | 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor(((state >>> 0) / 2 ** 32) * bound);
  };
}
