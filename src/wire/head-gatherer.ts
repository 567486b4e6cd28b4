/**
 * Holds a head that arrives in pieces. It is only parsed again when its end may have come or when
 * it has doubled, so that a head sent octet by octet costs no more than a few readings.
 */
const endOfHead = Buffer.from("\r\n\r\n");

export class HeadGatherer {
  #buffer: Buffer | undefined;
  #length = 0;
  #parsedLength = 0;

  get empty(): boolean {
    return this.#length === 0;
  }

  /** All that was gathered; valid until the next `add`. */
  get bytes(): Buffer {
    return (this.#buffer as Buffer).subarray(0, this.#length);
  }

  /** @returns whether parsing is worth another try. */
  add(more: Buffer, from: number): boolean {
    const count = more.length - from;
    const length = this.#length + count;
    if (this.#buffer === undefined || this.#buffer.length < length) {
      const grown = Buffer.allocUnsafe(Math.max(1024, length * 2));
      if (this.#buffer !== undefined) this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    more.copy(this.#buffer, this.#length, from);
    const searchFrom = Math.max(0, this.#length - 3);
    this.#length = length;
    const mayEnd = this.bytes.indexOf(endOfHead, searchFrom) >= 0;
    if (!mayEnd && length < this.#parsedLength * 2) return false;
    this.#parsedLength = length;
    return true;
  }

  /** Lets go of the bytes; a head that was parsed from them keeps them alive on its own. */
  clear(): void {
    this.#buffer = undefined;
    this.#length = 0;
    this.#parsedLength = 0;
  }
}
