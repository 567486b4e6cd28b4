/**
 * What the answers may hold together that one request to a face over all services gathers. Each is
 * bounded by itself, but there may be hundreds, and all are held until the last one is there.
 */
import type { Limits } from "#base/limits.ts";
import type { Problem } from "#base/problem.ts";
import { problems } from "./problems.ts";

/** Most of a large answer is often not asked for, so more than one whole one has room. */
const documentsMax = 4;

export class AnswerRoom {
  readonly #bytesMax: number;
  #bytesLeft = 0;

  constructor({ documentBytesMax }: Pick<Limits, "documentBytesMax">) {
    this.#bytesMax = documentsMax * documentBytesMax;
    this.#bytesLeft = this.#bytesMax;
  }

  /** @returns false: there is not so much left, nor is there any from now on. */
  take(bytes: number): boolean {
    const isThere = bytes <= this.#bytesLeft;
    this.#bytesLeft = isThere ? this.#bytesLeft - bytes : -1;
    return isThere;
  }

  get isUsedUp(): boolean {
    return this.#bytesLeft < 0;
  }

  problem(): Problem {
    return problems["answers-too-large"](
      `the answers that one request gathers may have ${this.#bytesMax} bytes in all, ` +
        `${documentsMax} times documentBytesMax; ask for less at once`,
    );
  }
}
