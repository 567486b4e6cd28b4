/** Gathers a body into one buffer, up to a limit. What is added is copied: its buffer is reused. */
const noBytes: Buffer = Buffer.alloc(0);

export class Gatherer {
  readonly bytesMax: number;
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get length(): number {
    return this.#length;
  }

  /** @returns false when it would be too much; nothing is added then. */
  add(bytes: Buffer, from: number, to: number): boolean {
    if (this.#length + to - from > this.bytesMax) return false;
    if (to > from) this.#pieces.push(Buffer.from(bytes.subarray(from, to)));
    this.#length += to - from;
    return true;
  }

  /** All of it, which is kept. */
  peek(): Buffer {
    const all = this.take();
    if (all.length > 0) this.#pieces = [all];
    this.#length = all.length;
    return all;
  }

  /** All of it; nothing is kept. */
  take(): Buffer {
    const pieces = this.#pieces;
    this.#pieces = [];
    const length = this.#length;
    this.#length = 0;
    return pieces.length === 1
      ? (pieces[0] as Buffer)
      : length === 0
        ? noBytes
        : Buffer.concat(pieces);
  }
}
