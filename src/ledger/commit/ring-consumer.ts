/** The ledger thread's side of a ring: takes records, tells what became of them, frees room. */
import {
  alignedBytes,
  cell,
  recordHeadBytes,
  recordsStart,
  resultsStart,
  ringBytes,
  slotBytes,
  slotCount,
  slotMask,
  wish,
  wrapMark,
} from "./ring-memory.ts";

const hashBytes = slotBytes - 8;

/** Takes one entry. @returns its index in the log. */
export type TakeEntry = (bytes: Buffer, from: number, to: number) => number;

/** Puts the leaf hash of the entry with this index into `target` at `at`. */
export type CopyLeafHash = (index: number, target: Buffer, at: number) => void;

export class RingConsumer {
  readonly #bytes: Buffer;
  readonly #cells: Int32Array;
  readonly #heads: Int32Array;
  readonly #indexes: Float64Array;
  readonly #hashes: Buffer;
  #position = 0;
  #taken = 0;
  #settled = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#bytes = Buffer.from(memory, recordsStart, ringBytes);
    this.#cells = new Int32Array(memory, 0, resultsStart >> 2);
    this.#heads = new Int32Array(memory, recordsStart, ringBytes >> 2);
    this.#indexes = new Float64Array(memory, resultsStart, slotCount);
    this.#hashes = Buffer.from(memory, resultsStart + 8 * slotCount, hashBytes * slotCount);
    // Where an earlier consumer, that has died, was.
    this.#position = Atomics.load(this.#cells, cell.tail);
    this.#settled = Atomics.load(this.#cells, cell.settled);
    this.#taken = this.#settled;
  }

  get hasMore(): boolean {
    return Atomics.load(this.#cells, cell.head) !== this.#position;
  }

  /** What is there, up to about that many bytes. @returns how many entries. */
  take(takeEntry: TakeEntry, bytesMax: number): number {
    const head = Atomics.load(this.#cells, cell.head);
    const start = this.#position;
    let count = 0;
    while (this.#position !== head && ((this.#position - start) | 0) < bytesMax) {
      const offset = this.#position & (ringBytes - 1);
      const length = this.#heads[offset >> 2] as number;
      if (length === wrapMark) {
        this.#position = (this.#position + ringBytes - offset) | 0;
        continue;
      }
      const sequence = this.#heads[(offset >> 2) + 1] as number;
      const from = offset + recordHeadBytes;
      // An earlier consumer has settled it and died before it freed its room.
      if (((sequence - this.#settled) | 0) >= 0) {
        this.#indexes[sequence & slotMask] = takeEntry(this.#bytes, from, from + length);
        this.#taken = (sequence + 1) | 0;
        count++;
      }
      this.#position = (this.#position + alignedBytes(recordHeadBytes + length)) | 0;
    }
    return count;
  }

  /** What was taken and is not settled has been written. */
  publishWritten(copyLeafHash: CopyLeafHash): void {
    if (this.#taken === this.#settled) return;
    for (let sequence = this.#settled; sequence !== this.#taken; sequence = (sequence + 1) | 0) {
      const slot = sequence & slotMask;
      copyLeafHash(this.#indexes[slot] as number, this.#hashes, slot * hashBytes);
    }
    Atomics.store(this.#cells, cell.written, this.#taken);
    if ((Atomics.load(this.#cells, cell.wishes) & wish.written) !== 0) this.#wake();
  }

  /** Tells the producer's thread that results are there. */
  #wake(): void {
    Atomics.add(this.#cells, cell.wakes, 1);
    Atomics.notify(this.#cells, cell.wakes);
  }

  /** It is durable. */
  publishSettled(): void {
    if (this.#taken === this.#settled) return;
    this.#settled = this.#taken;
    Atomics.store(this.#cells, cell.settled, this.#taken);
    Atomics.store(this.#cells, cell.tail, this.#position);
    if (Atomics.load(this.#cells, cell.wishes) !== 0) this.#wake();
  }

  /** What was taken is not on record and will not be. */
  giveUp(visit: (bytes: Buffer, from: number, to: number) => void): void {
    this.#visitUnsettled(visit);
    for (let sequence = this.#settled; sequence !== this.#taken; sequence = (sequence + 1) | 0) {
      this.#indexes[sequence & slotMask] = -1;
    }
    this.publishSettled();
  }

  #visitUnsettled(visit: (bytes: Buffer, from: number, to: number) => void): void {
    let position = Atomics.load(this.#cells, cell.tail);
    while (position !== this.#position) {
      const offset = position & (ringBytes - 1);
      const length = this.#heads[offset >> 2] as number;
      if (length === wrapMark) {
        position = (position + ringBytes - offset) | 0;
        continue;
      }
      const sequence = this.#heads[(offset >> 2) + 1] as number;
      const from = offset + recordHeadBytes;
      if (((sequence - this.#settled) | 0) >= 0) visit(this.#bytes, from, from + length);
      position = (position + alignedBytes(recordHeadBytes + length)) | 0;
    }
  }
}
