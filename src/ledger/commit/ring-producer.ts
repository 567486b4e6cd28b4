/** The producer's side of a ring: an entry is encoded in place and then published. */
import { assert } from "#base/assert.ts";
import type { Bell } from "./bell.ts";
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
  wrapMark,
} from "./ring-memory.ts";

export class RingProducer {
  /** Where entries are written, at what `reserve` says. */
  readonly bytes: Buffer;
  readonly #bell: Bell;
  readonly #cells: Int32Array;
  readonly #heads: Int32Array;
  readonly #indexes: Float64Array;
  /** Leaf hashes of settled records. */
  readonly hashes: Buffer;
  #position = 0;
  #start = 0;
  /** Up to where there was room when that was looked at last. */
  #tail = 0;
  /** How many were published. */
  sequence = 0;
  /** Up to where results were read. */
  done = 0;
  #surplus = 0;

  constructor(memory: SharedArrayBuffer, bell: Bell) {
    this.#bell = bell;
    this.bytes = Buffer.from(memory, recordsStart, ringBytes);
    this.#cells = new Int32Array(memory, 0, resultsStart >> 2);
    this.#heads = new Int32Array(memory, recordsStart, ringBytes >> 2);
    this.#indexes = new Float64Array(memory, resultsStart, slotCount);
    this.hashes = Buffer.from(memory, resultsStart + 8 * slotCount, (slotBytes - 8) * slotCount);
  }

  /** @returns where an entry of at most that many bytes can be written; -1: there is no room. */
  reserve(bytesMax: number): number {
    if (((this.sequence - this.done) | 0) >= slotCount) return -1;
    const needed = alignedBytes(recordHeadBytes + bytesMax);
    const offset = this.#position & (ringBytes - 1);
    const left = ringBytes - offset;
    const skipped = left < needed ? left : 0;
    if (this.#used + skipped + needed > ringBytes) {
      this.#tail = Atomics.load(this.#cells, cell.tail);
      if (this.#used + skipped + needed > ringBytes) return -1;
    }
    if (skipped > 0) {
      this.#heads[offset >> 2] = wrapMark;
      this.#position = (this.#position + skipped) | 0;
    }
    this.#start = this.#position & (ringBytes - 1);
    return this.#start + recordHeadBytes;
  }

  get #used(): number {
    return (this.#position - this.#tail) | 0;
  }

  /**
   * The entry that begins where it was reserved ends here; `ring` is to be called soon.
   *
   * @returns its sequence.
   */
  publish(end: number): number {
    const start = this.#start;
    const length = end - start - recordHeadBytes;
    assert(length > 0, "an entry has at least one byte");
    const sequence = this.sequence;
    this.sequence = (sequence + 1) | 0;
    this.#heads[start >> 2] = length;
    this.#heads[(start >> 2) + 1] = sequence;
    this.#position = (this.#position + alignedBytes(recordHeadBytes + length)) | 0;
    Atomics.store(this.#cells, cell.head, this.#position);
    return sequence;
  }

  /** Wakes the ledger thread, for all that was published. */
  ring(): void {
    this.#bell.ring();
  }

  /** By how much more than most of its callers wait; negative: more may come. */
  set surplus(surplus: number) {
    const change = this.#noteSurplus(surplus);
    if (change !== 0) this.#bell.shift(change);
  }

  /** Tells the surplus behind what was published. @returns whether `ring` would wake somebody. */
  isAwaited(surplus: number): boolean {
    return this.#bell.isAwaited(this.#noteSurplus(surplus));
  }

  #noteSurplus(surplus: number): number {
    const change = surplus - this.#surplus;
    this.#surplus = surplus;
    // Read when this thread has died.
    this.#cells[cell.surplus] = surplus;
    return change;
  }

  /**
   * Calls `run` whenever the consumer wakes this thread. A message to a port would do the same for
   * the same price (10 µs a record at 20,000/s, both ways), but ports have to be handed around.
   */
  onWake(run: () => void): void {
    const cells = this.#cells;
    let seen = Atomics.load(cells, cell.wakes);
    const listen = (): void => {
      const waiting = Atomics.waitAsync(cells, cell.wakes, seen);
      if (waiting.async) void waiting.value.then(hear);
      else hear();
    };
    const hear = (): void => {
      seen = Atomics.load(cells, cell.wakes);
      run();
      listen();
    };
    listen();
  }

  get written(): number {
    return Atomics.load(this.#cells, cell.written);
  }

  get settled(): number {
    return Atomics.load(this.#cells, cell.settled);
  }

  /** What this thread is to be woken for. */
  set wishes(bits: number) {
    Atomics.store(this.#cells, cell.wishes, bits);
  }

  /** Of a settled record: its index, or -1 when it was not recorded. */
  indexOf(sequence: number): number {
    return this.#indexes[sequence & slotMask] as number;
  }

  /** Where in `hashes` that of a settled record stands, until `done` passes it. */
  hashAt(sequence: number): number {
    return (sequence & slotMask) * (slotBytes - 8);
  }
}
