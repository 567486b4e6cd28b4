/**
 * The caller's end of a request that the gateway makes itself, whole before it is sent: no socket,
 * nobody who waits for bytes, and one end of the answer, once it may leave.
 */
import type { CallerEnd, Peer } from "#wire/ends.ts";
import type { RequestHead } from "#wire/head.ts";

export abstract class OwnCaller implements CallerEnd {
  readonly protocol = "HTTP/1.1";
  readonly wantsDecodedBody = true;
  readonly bodyBytes = 0;
  readonly takesInterim = false;
  readonly holdsWhole = true;
  readonly head: RequestHead;
  readonly peer: Peer;
  #held = false;
  #done = false;

  constructor(head: RequestHead, peer: Peer) {
    this.head = head;
    this.peer = peer;
  }

  /** The answer is over, well or not; comes once. */
  protected abstract onOver(): void;

  abstract sendInterim(): void;
  abstract sendHead(): boolean;
  abstract sendBody(): boolean;
  abstract sendUpgrade(): boolean;

  sendEnd(): void {
    if (!this.#held) this.finish();
  }

  sendOwn(): void {
    if (!this.#held) this.finish();
  }

  holdEnd(): void {
    this.#held = true;
  }

  releaseEnd(): void {
    this.finish();
  }

  truncate(): void {
    this.finish();
  }

  pause(): void {
    // The request is whole before it is sent.
  }

  resume(): void {
    // As above.
  }

  protected get isOver(): boolean {
    return this.#done;
  }

  protected finish(): void {
    if (this.#done) return;
    this.#done = true;
    this.onOver();
  }
}
