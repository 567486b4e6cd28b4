/** What is held of one body while it passes, within bounds; all of it is committed to as it comes. */
import type { Hash } from "node:crypto";
import { beginCommitment, commitWhole, oneShotBytesMax } from "./commitment.ts";
import { commitmentBytes } from "./parts.ts";

/** Shared by all exchanges of a worker. */
export interface HeldBytes {
  count: number;
  readonly max: number;
}

export class BodyCollector {
  readonly #salts: Buffer;
  readonly #saltAt: number;
  #hash: Hash | undefined;
  #pieces: Buffer[] = [];
  #keptMax: number;
  #kept = 0;
  /** Bytes that have passed. */
  length = 0;

  /** @param keptMax how much of it is held; 0: nothing. */
  constructor(salts: Buffer, saltAt: number, keptMax: number) {
    this.#salts = salts;
    this.#saltAt = saltAt;
    this.#keptMax = keptMax;
  }

  /** @param wholeLength how long the body is, if that is known; else -1. */
  add(
    bytes: Buffer,
    from: number,
    to: number,
    wholeLength: number,
    held: HeldBytes,
    out: Buffer,
    outAt: number,
  ): void {
    if (this.#keptMax > 0) this.#keep(bytes, from, to, held);
    const isWhole = this.length === 0 && to - from === wholeLength;
    this.length += to - from;
    if (isWhole && wholeLength <= oneShotBytesMax) {
      commitWhole(this.#salts, this.#saltAt, bytes, from, to, out, outAt);
      return;
    }
    this.#hash ??= beginCommitment(this.#salts, this.#saltAt);
    this.#hash.update(bytes.subarray(from, to));
  }

  /** Nothing more comes: writes the commitment where it was not yet. */
  end(out: Buffer, outAt: number): void {
    this.#hash?.digest().copy(out, outAt, 0, commitmentBytes);
    this.#hash = undefined;
  }

  #keep(bytes: Buffer, from: number, to: number, held: HeldBytes): void {
    const room = Math.min(this.#keptMax - this.#kept, held.max - held.count);
    const count = Math.min(to - from, room);
    if (count < to - from) this.#keptMax = this.#kept + Math.max(count, 0);
    if (count <= 0) return;
    this.#pieces.push(Buffer.from(bytes.subarray(from, from + count)));
    this.#kept += count;
    held.count += count;
  }

  /** What was held, which may be the beginning only; it is given up with this. */
  take(held: HeldBytes): Buffer {
    held.count -= this.#kept;
    this.#kept = 0;
    this.#keptMax = 0;
    const whole = Buffer.concat(this.#pieces);
    this.#pieces = [];
    return whole;
  }
}
