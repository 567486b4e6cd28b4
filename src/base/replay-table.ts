/**
 * What counts once, kept until its time is over, in memory that all workers share: nonces and
 * signatures of messages. Lock-free, of a fixed size; where it is full, the new is refused rather
 * than something forgotten.
 */
import { hash } from "node:crypto";

export interface ReplayTable {
  /**
   * @param key what counts once, of any length.
   * @param untilMs wall clock; from then on it may be forgotten.
   */
  readonly claim: (key: string | Uint8Array, untilMs: number) => "new" | "seen" | "full";
}

/**
 * Untouched pages of it cost nothing: of 32 MiB, 8 bytes a message come into use. With two million
 * messages in it, fewer than one of a million finds its bucket full.
 */
const bucketsMax = 65_536;
const slotsPerBucket = 64;
/** Of a slot: when it is over, and what of the key's digest the bucket does not say. */
const timeBits = 28n;
const tagBits = 36n;
const tagMask = (1n << tagBits) - 1n;
/** A unit of the time: 28 bits of them last from 1970 to 2106. What is kept, is kept one longer. */
const unitMs = 16_000;

export function createReplayMemory(buckets: number = bucketsMax): SharedArrayBuffer {
  return new SharedArrayBuffer(buckets * slotsPerBucket * 8);
}

export function createReplayTable(
  memory: SharedArrayBuffer,
  clock: { readonly nowMs: () => number },
): ReplayTable {
  const slots = new BigUint64Array(memory);
  const buckets = slots.length / slotsPerBucket;
  return {
    claim(key, untilMs) {
      const digest = hash("sha256", key, "buffer");
      const first = (digest.readUInt32BE(0) % buckets) * slotsPerBucket;
      const tag = digest.readBigUInt64BE(8) & tagMask;
      const now = unitOf(clock.nowMs());
      const word = (BigInt(unitOf(untilMs) + 1) << tagBits) | tag;
      for (;;) {
        const free = findFree(slots, first, tag, now);
        if (free === "seen" || free === "full") return free;
        const { slot, old } = free;
        if (Atomics.compareExchange(slots, slot, old, word) !== old) continue;
        // Another worker may have put the same elsewhere at the same time: then both are refused.
        return countTag(slots, first, tag, now) > 1 ? "seen" : "new";
      }
    },
  };
}

function unitOf(timeMs: number): number {
  const unit = Math.floor(timeMs / unitMs);
  return Math.min(Math.max(unit, 0), Number(1n << timeBits) - 2);
}

interface FreeSlot {
  readonly slot: number;
  readonly old: bigint;
}

function findFree(
  slots: BigUint64Array<SharedArrayBuffer>,
  first: number,
  tag: bigint,
  now: number,
): FreeSlot | "seen" | "full" {
  let free: FreeSlot | undefined;
  for (let slot = first; slot < first + slotsPerBucket; slot += 1) {
    const word = Atomics.load(slots, slot);
    if (isOver(word, now)) free ??= { slot, old: word };
    else if ((word & tagMask) === tag) return "seen";
  }
  return free ?? "full";
}

function countTag(
  slots: BigUint64Array<SharedArrayBuffer>,
  first: number,
  tag: bigint,
  now: number,
): number {
  let count = 0;
  for (let slot = first; slot < first + slotsPerBucket; slot += 1) {
    const word = Atomics.load(slots, slot);
    if (!isOver(word, now) && (word & tagMask) === tag) count += 1;
  }
  return count;
}

/** Also of a slot that was never used. */
function isOver(word: bigint, now: number): boolean {
  return Number(word >> tagBits) <= now;
}
