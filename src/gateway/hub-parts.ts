/** The body of a request that a hub reads as it comes: what is not read yet is bounded. */

/** Beyond, the caller waits. */
const heldBytesMax = 64 * 1024;

export class HubParts implements AsyncIterable<Buffer> {
  readonly #takeMore: () => void;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #isFull = false;
  #isOver = false;
  #wake: (() => void) | undefined;

  /** @param takeMore the caller may go on. */
  constructor(takeMore: () => void) {
    this.#takeMore = takeMore;
  }

  /** @returns whether more is taken at once. */
  push(bytes: Buffer): boolean {
    if (bytes.length > 0 && !this.#isOver) {
      // Who reads may be slower than whoever uses these bytes again.
      this.#held.push(Buffer.from(bytes));
      this.#heldBytes += bytes.length;
      this.#rouse();
    }
    this.#isFull = this.#heldBytes > heldBytesMax;
    return !this.#isFull;
  }

  /** No more comes. */
  end(): void {
    this.#isOver = true;
    this.#rouse();
  }

  /** What is left is for nobody. */
  drop(): void {
    this.#held = [];
    this.#heldBytes = 0;
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Buffer> {
    for (;;) {
      for (let [next] = this.#held; next !== undefined; [next] = this.#held) {
        this.#held.shift();
        this.#heldBytes -= next.length;
        yield next;
      }
      if (this.#isOver) return;
      const more = new Promise<void>((resolve) => (this.#wake = resolve));
      if (this.#isFull) {
        this.#isFull = false;
        this.#takeMore();
      }
      await more;
    }
  }

  #rouse(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
