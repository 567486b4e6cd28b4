/**
 * Where one thread hands its entries to the ledger thread and hears what became of them: memory
 * that both share. Only its one producer and its one consumer write, each its own cells. It
 * outlives the thread that fills it: what was published is committed even when that has died.
 */

/** Of records: length and sequence (Int32 each) and the entry, aligned to 8 bytes. */
export const ringBytes = 2 * 1024 * 1024;
/** Results that can be outstanding; a power of two. */
export const slotCount = 8_192;
/** A result: index in the log (Float64; -1: not recorded) and leaf hash, in arrays of their own. */
export const slotMask = slotCount - 1;
export const slotBytes = 40;
export const recordHeadBytes = 8;
/** In the place of a length: the next record stands at the beginning. */
export const wrapMark = -1;

/** Cells of Int32, a line of the processor's cache each. */
export const cell = {
  /** Position behind the last record that is published. */
  head: 0,
  /** Position up to which the consumer has done with records. */
  tail: 16,
  /** How many records are written, and how many are durable or given up. */
  written: 32,
  settled: 48,
  /** What the producer's thread is to be woken for: `wish` bits. */
  wishes: 64,
  /** How often it was woken. */
  wakes: 80,
  /** What the producer has added to the bell's surplus. */
  surplus: 96,
} as const;

export const wish = { settled: 1, written: 2 } as const;

const controlBytes = 512;
export const resultsStart = controlBytes;
export const recordsStart = controlBytes + slotCount * slotBytes;

/** Untouched pages of it cost nothing. */
export function createRingMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(recordsStart + ringBytes);
}

/** What a producer that is dead has added to the bell's surplus; 0 when it is asked again. */
export function takeSurplus(memory: SharedArrayBuffer): number {
  return Atomics.exchange(new Int32Array(memory), cell.surplus, 0);
}

export function alignedBytes(bytes: number): number {
  return (bytes + 7) & ~7;
}
