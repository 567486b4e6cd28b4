/**
 * The end of one answer over HTTP/2, kept back until it may leave: all of an answer that is known
 * whole and small, else the last byte of a counted body and END_STREAM, with what trailers there
 * are. What `HeldAnswer` is for HTTP/1.x.
 */
const noBytes: Buffer = Buffer.alloc(0);

export class Http2HeldEnd {
  readonly #wholeBytesMax: number;
  readonly takesTrailers: boolean;
  /** Of a whole answer. */
  #fields: string[] | undefined;
  #pieces: Buffer[] = [];
  /** Of a counted body, what is still to come. */
  #left = Infinity;
  /** Whether nothing is missing but what is kept. */
  isOver = false;

  constructor(wholeBytesMax: number, takesTrailers: boolean) {
    this.#wholeBytesMax = wholeBytesMax;
    this.takesTrailers = takesTrailers;
  }

  /**
   * An answer of that length (Infinity: unknown) begins, perhaps in the place of one that is kept.
   * @returns whether it is kept whole.
   */
  begin(fields: string[], length: number): boolean {
    this.drop();
    this.#left = length;
    if (length <= this.#wholeBytesMax) this.#fields = fields;
    else if (this.takesTrailers) fields.push("trailer", "parlance-receipt");
    return this.#fields !== undefined;
  }

  get isWhole(): boolean {
    return this.#fields !== undefined;
  }

  /** The fields of a whole answer. */
  get fields(): string[] {
    return this.#fields ?? [];
  }

  /** Keeps of a piece what may not leave yet. @returns the end of what may. */
  keep(bytes: Buffer, from: number, to: number): number {
    this.#left -= to - from;
    const keptFrom =
      this.#fields !== undefined ? from : this.#left > 0 ? to : Math.max(from, to - 1);
    if (keptFrom < to) this.#pieces.push(Buffer.from(bytes.subarray(keptFrom, to)));
    return keptFrom;
  }

  /** What is kept of the body; nothing is kept any more. */
  takeBody(): Buffer {
    const body = this.#pieces.length === 0 ? noBytes : Buffer.concat(this.#pieces);
    this.drop();
    return body;
  }

  drop(): void {
    this.#fields = undefined;
    this.#pieces = [];
  }
}
