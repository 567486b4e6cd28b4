/**
 * The end of one answer over HTTP/2, kept back until it may leave: all of an answer that is known
 * whole and small, else the last byte of a counted body and END_STREAM, with what trailers there
 * are. What `HeldAnswer` is for HTTP/1.x, but that an answer of unknown length is kept, too, as
 * long as it may be over in the same turn: calls of gRPC are such answers.
 */
const noBytes: Buffer = Buffer.alloc(0);

export class Http2HeldEnd {
  readonly #wholeBytesMax: number;
  readonly takesTrailers: boolean;
  /** Of an answer that is kept whole. */
  #fields: string[] | undefined;
  #pieces: Buffer[] = [];
  #kept = 0;
  /** Of a counted body, what is still to come. */
  #left = Infinity;
  /** Whether nothing is missing but what is kept. */
  isOver = false;

  constructor(wholeBytesMax: number, takesTrailers: boolean) {
    this.#wholeBytesMax = wholeBytesMax;
    this.takesTrailers = takesTrailers;
  }

  /** An answer of that length (Infinity: unknown) begins, perhaps in the place of a kept one. */
  begin(fields: string[], length: number): void {
    this.drop();
    this.#left = length;
    if (length <= this.#wholeBytesMax || length === Infinity) this.#fields = fields;
    else this.#announce(fields);
  }

  get isWhole(): boolean {
    return this.#fields !== undefined;
  }

  /** Whether it is kept whole though it may turn out to be long, or to come slowly. */
  get isUndecided(): boolean {
    return this.isWhole && this.#left === Infinity && !this.isOver;
  }

  /** Whether more is kept than may be. */
  get isFull(): boolean {
    return this.#kept > this.#wholeBytesMax;
  }

  /** Keeps of a piece what may not leave yet. @returns the end of what may. */
  keep(bytes: Buffer, from: number, to: number): number {
    this.#left -= to - from;
    const keptFrom = this.isWhole ? from : this.#left > 0 ? to : Math.max(from, to - 1);
    if (keptFrom < to) this.#pieces.push(Buffer.from(bytes.subarray(keptFrom, to)));
    this.#kept += to - keptFrom;
    return keptFrom;
  }

  /** The head of an answer that is not kept whole any more. */
  takeHead(): string[] {
    const fields = this.#fields ?? [];
    this.#fields = undefined;
    if (!this.isOver) this.#announce(fields);
    return fields;
  }

  /** What is kept of the body. */
  takeBody(): Buffer {
    const body = this.#pieces.length === 0 ? noBytes : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#kept = 0;
    return body;
  }

  /** RFC 9110 §6.6.2. */
  #announce(fields: string[]): void {
    if (this.takesTrailers) fields.push("trailer", "parlance-receipt");
  }

  drop(): void {
    this.#fields = undefined;
    this.takeBody();
  }
}
