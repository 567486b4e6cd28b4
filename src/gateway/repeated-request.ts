/**
 * The caller's end of a request that is made once more by the gateway itself, so that policies see
 * a newer answer: nobody is there, and whatever comes is taken and dropped.
 */
import type { Limits } from "#base/limits.ts";
import type { CallerEnd, Peer } from "#wire/ends.ts";
import { RequestHead } from "#wire/head.ts";
import { parseRequestHead } from "#wire/parse-request-head.ts";

/** Requests of its own that the gateway has under way. */
export interface Background {
  onTick(nowMs: number): void;
  onCallerGone(): void;
}

/** At once in a worker; beyond, none begins. */
export const backgroundMax = 64;

export class RepeatedRequest implements CallerEnd {
  readonly protocol = "HTTP/1.1";
  readonly wantsDecodedBody = true;
  readonly bodyBytes = 0;
  readonly takesInterim = false;
  readonly holdsWhole = true;
  readonly head: RequestHead;
  readonly peer: Peer;
  readonly #onDone: () => void;
  #held = false;

  constructor(head: RequestHead, peer: Peer, onDone: () => void) {
    this.head = head;
    this.peer = peer;
    this.#onDone = onDone;
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

  sendEnd(): void {
    if (!this.#held) this.#onDone();
  }

  sendOwn(): void {
    if (!this.#held) this.#onDone();
  }

  holdEnd(): void {
    this.#held = true;
  }

  releaseEnd(): void {
    this.#onDone();
  }

  truncate(): void {
    this.#onDone();
  }

  sendUpgrade(): boolean {
    this.#onDone();
    return true;
  }

  pause(): void {
    // All of the request is there.
  }

  resume(): void {
    // As above.
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
