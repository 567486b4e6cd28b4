/** How long a worker's exchanges waited for their records, counted in memory that outlives it. */
import { bucketCount, bucketOf } from "#analytics/buckets.ts";

/** Counts by bucket, then the sum in milliseconds. */
export function createWaitMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(8 * (bucketCount + 1));
}

export interface WaitMeter {
  add(waitedMs: number): void;
}

export function createWaitMeter(memory: SharedArrayBuffer): WaitMeter {
  const cells = new Float64Array(memory);
  return {
    add(waitedMs) {
      const bucket = bucketOf(waitedMs);
      cells[bucket] = (cells[bucket] as number) + 1;
      cells[bucketCount] = (cells[bucketCount] as number) + waitedMs;
    },
  };
}

export interface Waits {
  readonly buckets: readonly number[];
  readonly sumMs: number;
}

/** Of all workers, those that have ended too. */
export function readWaits(memories: Iterable<SharedArrayBuffer>): Waits {
  const sums = new Float64Array(bucketCount + 1);
  for (const memory of memories) {
    const cells = new Float64Array(memory);
    for (let at = 0; at < sums.length; at++) {
      sums[at] = (sums[at] as number) + (cells[at] as number);
    }
  }
  return { buckets: Array.from(sums.subarray(0, bucketCount)), sumMs: sums[bucketCount] as number };
}
