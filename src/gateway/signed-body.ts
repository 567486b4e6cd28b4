/**
 * The body of a request whose digest was signed, as it comes: whether it is that one is known at
 * its end only, so the last piece is kept back from the instance until then.
 */
import { createHash, timingSafeEqual, type Hash } from "node:crypto";
import type { Limits } from "#base/limits.ts";
import type { Problem } from "#base/problem.ts";
import type { BodyDigest } from "#extension/proof.ts";
import { createUnframe, type Unframe } from "./unframe.ts";

const nothing: Buffer = Buffer.alloc(0);

export class SignedBody {
  readonly #digest: BodyDigest;
  readonly #hash: Hash;
  readonly #unframe: Unframe;
  #kept: Buffer = nothing;

  /** @param framed whether it comes with chunk framing. */
  constructor(digest: BodyDigest, framed: boolean, limits: Limits) {
    this.#digest = digest;
    this.#hash = createHash(digest.algorithm);
    this.#unframe = createUnframe(framed, limits);
  }

  add(bytes: Buffer, from: number, to: number): void {
    if (to > from) this.#hash.update(this.#unframe(bytes, from, to));
  }

  /** @returns the piece that was kept before, which may go on. */
  keepBack(bytes: Buffer, from: number, to: number): Buffer {
    const before = this.#kept;
    this.#kept = Buffer.from(bytes.subarray(from, to));
    return before;
  }

  takeKept(): Buffer {
    const kept = this.#kept;
    this.#kept = nothing;
    return kept;
  }

  /** It has come whole. @returns why it is not the one that was signed. */
  end(): Problem | undefined {
    const { expected, problem } = this.#digest;
    return timingSafeEqual(this.#hash.digest(), expected) ? undefined : problem;
  }
}
