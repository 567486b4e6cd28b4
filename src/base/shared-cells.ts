/**
 * Numbers that all workers share, by key, each until its time is over: limits, quotas, counts.
 * Lock-free, of a fixed size. Where a bucket is full, the cell that would be over first gives way:
 * what was counted there begins anew, which errs on the side of letting through.
 */
import { hash } from "node:crypto";
import { withLock } from "./spin-lock.ts";

export interface SharedCells {
  /** The place of a key, to be kept where it is asked for often. */
  readonly keyOf: (text: string) => CellKey;
  /**
   * Replaces a cell's number, once, whoever else does so at the same time.
   * @param next gets the present number, 0 for none, and must not throw. What it returns is kept
   * until `untilMs` (wall clock); undefined: nothing changes.
   * @returns the number before.
   */
  readonly update: (
    key: CellKey,
    nowMs: number,
    next: (present: number) => CellChange | undefined,
  ) => number;
  readonly read: (key: CellKey, nowMs: number) => number;
}

export interface CellKey {
  readonly bucket: number;
  /** Not 0. */
  readonly tag: number;
}

export interface CellChange {
  /** Not below 0. */
  readonly value: number;
  readonly untilMs: number;
}

/** 24 bytes a cell: 524,288 cells are 12 MiB, which come into use page by page. */
const bucketsMax = 32_768;
const cellsPerBucket = 16;
/** Of a cell, in words of 32 bits: tag, lock, value (two), until (two). */
const words = 6;
const lockWord = 1;
export function createCellMemory(buckets: number = bucketsMax): SharedArrayBuffer {
  return new SharedArrayBuffer(buckets * cellsPerBucket * words * 4);
}

export function createSharedCells(memory: SharedArrayBuffer): SharedCells {
  const ints = new Int32Array(memory);
  const doubles = new Float64Array(memory);
  const buckets = ints.length / (cellsPerBucket * words);

  /** One lock a bucket, in its first cell. */
  function locked<Result>(bucket: number, work: (first: number) => Result): Result {
    const first = bucket * cellsPerBucket * words;
    return withLock(ints, first + lockWord, () => work(first));
  }

  /** Where a key's cell is, or is to be: that which is over first. */
  function find(first: number, tag: number): number {
    let found = first;
    let untilMs = Infinity;
    for (let at = first; at < first + cellsPerBucket * words; at += words) {
      if (ints[at] === tag) return at;
      const own = doubles[(at + 4) >> 1] as number;
      if (own >= untilMs) continue;
      found = at;
      untilMs = own;
    }
    return found;
  }

  function numberAt(at: number, tag: number, nowMs: number): number {
    const counts = ints[at] === tag && (doubles[(at + 4) >> 1] as number) > nowMs;
    return counts ? (doubles[(at + 2) >> 1] as number) : 0;
  }

  return {
    keyOf(text) {
      const digest = hash("sha256", text, "buffer");
      return { bucket: digest.readUInt32BE(0) % buckets, tag: digest.readInt32BE(4) | 1 };
    },
    update({ bucket, tag }, nowMs, next) {
      return locked(bucket, (first) => {
        const at = find(first, tag);
        const present = numberAt(at, tag, nowMs);
        const change = next(present);
        if (change === undefined) return present;
        ints[at] = tag;
        doubles[(at + 2) >> 1] = change.value;
        doubles[(at + 4) >> 1] = change.untilMs;
        return present;
      });
    },
    read({ bucket, tag }, nowMs) {
      return locked(bucket, (first) => numberAt(find(first, tag), tag, nowMs));
    },
  };
}
