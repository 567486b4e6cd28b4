/** What the ledger thread counts, in memory that the main thread reads for its metrics. */
const names = [
  "entries",
  "batches",
  "gaps",
  "missedTold",
  "missed",
  "failures",
  "checkpointSize",
  "checkpointAtMs",
] as const;

export type LoopCounts = Readonly<Record<(typeof names)[number], number>>;

const at = Object.fromEntries(names.map((name, index) => [name, index])) as Readonly<
  Record<(typeof names)[number], number>
>;

export function createStatisticsMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(8 * names.length);
}

export function readStatistics(memory: SharedArrayBuffer): LoopCounts {
  const cells = new Float64Array(memory);
  return Object.fromEntries(names.map((name) => [name, cells[at[name]]])) as LoopCounts;
}

/** Has one writer, so nothing is added atomically. */
export class LoopStatistics {
  readonly #cells: Float64Array;

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Float64Array(memory);
  }

  #add(cell: number, amount: number): void {
    this.#cells[cell] = (this.#cells[cell] as number) + amount;
  }

  addBatch(entries: number): void {
    this.#add(at.entries, entries);
    this.#add(at.batches, 1);
  }

  /** A gap entry was written, for that many that are missing. */
  addGap(missed: number): void {
    this.#add(at.gaps, 1);
    this.#add(at.missedTold, missed);
  }

  /** Entries that no gap entry tells of yet. */
  setMissed(count: number): void {
    this.#cells[at.missed] = count;
  }

  noteFailure(): void {
    this.#add(at.failures, 1);
  }

  noteCheckpoint(size: number, nowMs: number): void {
    this.#cells[at.checkpointSize] = size;
    this.#cells[at.checkpointAtMs] = nowMs;
  }
}
