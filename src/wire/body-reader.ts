/** Where a body ends (RFC 9112 §6.3): one reader for all framings, fed with any split of bytes. */
import type { Limits } from "#base/limits.ts";
import { ChunkedReader } from "./chunked.ts";
import { framing, type Framing, type ResponseHead } from "./head.ts";

export class BodyReader {
  #framing: Framing = framing.none;
  #left = 0;
  #chunked: ChunkedReader | undefined;
  done = true;
  /** End of the bytes to hand on; they begin where `read` was told to begin. */
  keptEnd = 0;
  /** Octets of the body so far, without chunk framing. */
  bytes = 0;

  get trailers(): ResponseHead | undefined {
    return this.#framing === framing.chunked ? this.#chunked?.trailers : undefined;
  }

  /** @param decode whether chunk framing is to be dropped; otherwise it is handed on. */
  begin(kind: Framing, length: number, decode: boolean): void {
    this.#framing = kind;
    this.#left = length;
    this.bytes = 0;
    this.done = kind === framing.none;
    if (kind === framing.chunked) (this.#chunked ??= new ChunkedReader()).begin(decode);
  }

  /**
   * Reads [from, end) as far as the body goes; what is to be handed on is then [from, keptEnd).
   * @returns the offset behind what belongs to the body; a `parseFault` if negative.
   */
  read(bytes: Buffer, from: number, end: number, limits: Limits): number {
    switch (this.#framing) {
      case framing.none:
        this.keptEnd = from;
        return from;
      case framing.length: {
        const next = Math.min(end, from + this.#left);
        this.#left -= next - from;
        this.done = this.#left === 0;
        this.keptEnd = next;
        this.bytes += next - from;
        return next;
      }
      case framing.close:
        this.keptEnd = end;
        this.bytes += end - from;
        return end;
      case framing.chunked: {
        const chunked = this.#chunked as ChunkedReader;
        const next = chunked.read(bytes, from, end, limits);
        if (next < 0) return next;
        this.done = chunked.done;
        this.keptEnd = chunked.keptEnd;
        this.bytes = chunked.dataBytes;
        return next;
      }
    }
  }
}
