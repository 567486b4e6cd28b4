/** Copies of a body while it passes, within the bounds of one and of all that are under way. */

/** Shared by all exchanges of a worker. */
export interface HeldBytes {
  count: number;
  readonly max: number;
}

export class HeldBody {
  readonly #held: HeldBytes;
  #pieces: Buffer[] = [];
  readonly #bytesMax: number;
  /** How much is held at most; what does not fit ends it. */
  #max = 0;
  #count = 0;
  /** Bytes that have passed. */
  length = 0;

  constructor(held: HeldBytes, bytesMax: number) {
    this.#held = held;
    this.#bytesMax = bytesMax;
    this.#max = bytesMax;
  }

  add(bytes: Buffer, from: number, to: number): void {
    this.length += to - from;
    const room = Math.min(this.#max - this.#count, this.#held.max - this.#held.count);
    const count = Math.max(0, Math.min(to - from, room));
    if (count < to - from) this.#max = this.#count + count;
    if (count === 0) return;
    this.#pieces.push(Buffer.from(bytes.subarray(from, from + count)));
    this.#count += count;
    this.#held.count += count;
  }

  /** Another body begins in its place. */
  restart(): void {
    this.#held.count -= this.#count;
    this.#count = 0;
    this.#max = this.#bytesMax;
    this.#pieces = [];
    this.length = 0;
  }

  /** What is held, which may be the beginning only; it is given up with this. */
  take(): Buffer {
    this.#held.count -= this.#count;
    this.#count = 0;
    this.#max = 0;
    const whole = Buffer.concat(this.#pieces);
    this.#pieces = [];
    return whole;
  }
}
