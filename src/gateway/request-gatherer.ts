/** Gathers the body of a caller's request as data, whatever framing it comes in. */
import type { Limits } from "#base/limits.ts";
import { ChunkedReader } from "#wire/chunked.ts";
import { Gatherer } from "./gatherer.ts";

export class RequestGatherer {
  readonly #gatherer: Gatherer;
  readonly #limits: Limits;
  #chunked: ChunkedReader | undefined;

  constructor(limits: Limits) {
    this.#gatherer = new Gatherer(limits.documentBytesMax);
    this.#limits = limits;
  }

  /** @param framed whether the bytes still have their chunk framing. @returns false: too large. */
  add(bytes: Buffer, from: number, to: number, framed: boolean): boolean {
    if (!framed) return this.#gatherer.add(bytes, from, to);
    if (this.#chunked === undefined) {
      this.#chunked = new ChunkedReader();
      this.#chunked.begin(true);
    }
    // The bytes were checked when they were read; reading them in place moves them, so on a copy.
    const copy = Buffer.from(bytes.subarray(from, to));
    this.#chunked.read(copy, 0, copy.length, this.#limits);
    return this.#gatherer.add(copy, 0, this.#chunked.keptEnd);
  }

  take(): Buffer {
    return this.#gatherer.take();
  }
}
