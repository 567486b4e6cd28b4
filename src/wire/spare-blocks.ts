/**
 * Buffers of a worker that copies are made in, each used again when the copy has left. Left to the
 * garbage collector they would pile up between its runs, and count as memory outside V8's heap,
 * which makes it mark the whole heap ever again.
 */
export class SpareBlocks {
  readonly blockBytes: number;
  readonly #sparesMax: number;
  readonly #spares: Buffer[] = [];

  /** @param sparesMax how many that nobody uses are kept. */
  constructor(blockBytes: number, sparesMax: number) {
    this.blockBytes = blockBytes;
    this.#sparesMax = sparesMax;
  }

  take(): Buffer {
    return this.#spares.pop() ?? Buffer.allocUnsafeSlow(this.blockBytes);
  }

  /** Nobody reads or writes it any more. */
  giveBack(block: Buffer): void {
    if (this.#spares.length < this.#sparesMax) this.#spares.push(block);
  }
}
