/** Those who see an answer as it goes to the caller. */
import type { Limits } from "#base/limits.ts";
import type { AnswerTap } from "#extension/policy.ts";
import type { Fields } from "#extension/protocol.ts";
import { createUnframe, type Unframe } from "./unframe.ts";

export class AnswerTaps {
  readonly #taps: readonly AnswerTap[];
  readonly #unframe: Unframe;
  #isOver = false;

  /** @param framed whether the body comes with chunk framing. */
  constructor(taps: readonly AnswerTap[], framed: boolean, limits: Limits) {
    this.#taps = taps;
    this.#unframe = createUnframe(framed, limits);
  }

  begin(status: number, fields: Fields): void {
    for (const tap of this.#taps) tap.begin(status, fields);
  }

  push(bytes: Buffer, from: number, to: number): void {
    if (from === to) return;
    const data = this.#unframe(bytes, from, to);
    if (data.length > 0) for (const tap of this.#taps) tap.push(data);
  }

  /** Only the first end counts. */
  end(how: "end" | "abort", trailers?: Fields): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const tap of this.#taps) {
      if (how === "end") tap.end(trailers);
      else tap.abort();
    }
  }
}
