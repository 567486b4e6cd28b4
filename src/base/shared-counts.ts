/**
 * How much each worker has under way, by key, and what that is together: bounds that hold over all
 * workers. Each worker writes only what is its own, so that what one had when it died can be
 * forgotten to the last. Of a fixed size: where a bucket is full, keys share its last row.
 */
import { hash } from "node:crypto";
import { withLock } from "./spin-lock.ts";

export interface SharedCounts {
  readonly keyOf: (text: string) => CountKey;
  /** One more of this worker, unless there are `max` in all. @returns its row; -1: no room. */
  readonly enter: (key: CountKey, max: number) => number;
  /** @param row what `enter` has returned. */
  readonly leave: (row: number) => void;
  /** So many of this worker wait for room from now on. */
  readonly setWaiting: (key: CountKey, count: number) => void;
  /** Those under way, and those that wait, in all and at other workers. */
  readonly look: (key: CountKey) => {
    readonly inside: number;
    readonly waiting: number;
    readonly waitElsewhere: number;
  };
}

export interface CountKey {
  readonly bucket: number;
  /** Not 0. */
  readonly tag: number;
}

export interface CountMemory {
  readonly buffer: SharedArrayBuffer;
  readonly workers: number;
  /** Whose it is. */
  readonly worker: number;
}

const bucketsMax = 512;
const rowsPerBucket = 16;
/** Of a row: lock (of its bucket), tag, then what each worker has inside, and what waits. */
const headWords = 2;

function wordsOf(workers: number): number {
  return headWords + 2 * workers;
}

export function createCountMemory(workers: number, buckets: number = bucketsMax): CountMemory {
  const buffer = new SharedArrayBuffer(buckets * rowsPerBucket * wordsOf(workers) * 4);
  return { buffer, workers, worker: 0 };
}

/** A worker has died: nothing of it is under way any more. */
export function forgetCounts({ buffer, workers }: CountMemory, worker: number): void {
  const ints = new Int32Array(buffer);
  const words = wordsOf(workers);
  for (let row = headWords; row < ints.length; row += words) {
    for (const at of [row + worker, row + workers + worker]) {
      if (Atomics.load(ints, at) !== 0) Atomics.store(ints, at, 0);
    }
  }
}

export function createSharedCounts({ buffer, workers, worker }: CountMemory): SharedCounts {
  const ints = new Int32Array(buffer);
  const words = wordsOf(workers);
  const buckets = ints.length / (rowsPerBucket * words);

  function sum(from: number): number {
    let total = 0;
    for (let at = from; at < from + workers; at++) total += ints[at] as number;
    return total;
  }

  function isFree(row: number): boolean {
    const from = row + headWords;
    return ints[row + 1] === 0 || (sum(from) === 0 && sum(from + workers) === 0);
  }

  /** The row of a key, which may be that of nobody so far. */
  function find(first: number, tag: number): number {
    let free = -1;
    for (let row = first; row < first + rowsPerBucket * words; row += words) {
      if (ints[row + 1] === tag) return row;
      if (free < 0 && isFree(row)) free = row;
    }
    if (free < 0) return first + (rowsPerBucket - 1) * words;
    ints[free + 1] = tag;
    return free;
  }

  function locked<Result>({ bucket, tag }: CountKey, work: (row: number) => Result): Result {
    const first = bucket * rowsPerBucket * words;
    return withLock(ints, first, () => work(find(first, tag)));
  }

  return {
    keyOf(text) {
      const digest = hash("sha256", text, "buffer");
      return { bucket: digest.readUInt32BE(0) % buckets, tag: digest.readInt32BE(4) | 1 };
    },
    enter: (key, max) =>
      locked(key, (row) => {
        const from = row + headWords;
        if (sum(from) >= max) return -1;
        ints[from + worker] = (ints[from + worker] as number) + 1;
        return row;
      }),
    leave(row) {
      // While one is inside, the row is nobody else's.
      Atomics.sub(ints, row + headWords + worker, 1);
    },
    setWaiting(key, count) {
      locked(key, (row) => {
        ints[row + headWords + workers + worker] = count;
      });
    },
    look: (key) =>
      locked(key, (row) => {
        const waits = row + headWords + workers;
        const waiting = sum(waits);
        return {
          inside: sum(row + headWords),
          waiting,
          waitElsewhere: waiting - (ints[waits + worker] as number),
        };
      }),
  };
}
