/**
 * The caller's end of a request that is made once more by the gateway itself, so that policies see
 * a newer answer: nobody is there, and whatever comes is taken and dropped.
 */
import type { Limits } from "#base/limits.ts";
import type { Peer } from "#wire/ends.ts";
import { RequestHead } from "#wire/head.ts";
import { parseRequestHead } from "#wire/parse-request-head.ts";
import { OwnCaller } from "./own-caller.ts";

/** Requests of its own that the gateway has under way. */
export interface Background {
  onTick(nowMs: number): void;
  onCallerGone(): void;
}

/** At once in a worker; beyond, none begins. */
export const backgroundMax = 64;

export class RepeatedRequest extends OwnCaller {
  readonly #onDone: () => void;

  constructor(head: RequestHead, peer: Peer, onDone: () => void) {
    super(head, peer);
    this.#onDone = onDone;
  }

  protected onOver(): void {
    this.#onDone();
  }

  sendInterim(): void {
    // Nobody waits for it.
  }

  sendHead(): boolean {
    return true;
  }

  sendBody(): boolean {
    return true;
  }

  sendUpgrade(): boolean {
    this.finish();
    return true;
  }
}

/** As it came; its buffer serves others soon. @returns undefined: it is too long by now. */
export function copyOfHead(
  { bytes, start, end, overHttp2 }: RequestHead,
  limits: Limits,
): RequestHead | undefined {
  const copy = new RequestHead();
  const own = Buffer.from(bytes.subarray(start, end));
  if (parseRequestHead(copy, own, 0, own.length, limits) !== own.length) return undefined;
  copy.overHttp2 = overHttp2;
  return copy;
}
