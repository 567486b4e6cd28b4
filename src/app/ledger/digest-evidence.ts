/** Evidence of one exchange where nothing of it is kept: commitments only. */
import type { Evidence } from "#gateway/recorder.ts";
import { ExchangeDigests } from "#ledger/bodies/exchange-digests.ts";
import { part } from "#ledger/bodies/parts.ts";
import type { CapturePlan } from "./capture-plan.ts";
import type { WorkerSubject } from "./worker-subjects.ts";
import { framing, type RequestHead, type ResponseHead } from "#wire/head.ts";

/**
 * Heads of answers say little that entry and body do not, and a commitment takes a microsecond: it
 * is made where bodies are kept. That to the request's head proves what exactly was asked for.
 */
export class DigestEvidence extends ExchangeDigests implements Evidence {
  #requestLength = -1;
  #responseLength = -1;
  readonly #plan: CapturePlan;
  #isOver = false;

  constructor(subject: WorkerSubject, plan: CapturePlan, idDigits: Uint8Array) {
    super(subject.pseudonym, subject.salts, idDigits);
    this.#plan = plan;
  }

  requestHead(head: RequestHead): void {
    this.#requestLength = knownLength(head);
    this.commitHead(part.requestHead, head.bytes, head.start, head.end);
  }

  requestBody(bytes: Buffer, from: number, to: number): void {
    if (this.#isOver) return;
    this.commitBody(part.requestBody, bytes, from, to, this.#requestLength);
  }

  responseHead(head: ResponseHead): void {
    if (this.#isOver) return;
    this.forgetResponseBody();
    this.#responseLength = knownLength(head);
  }

  responseBody(bytes: Buffer, from: number, to: number): void {
    if (this.#isOver) return;
    this.commitBody(part.responseBody, bytes, from, to, this.#responseLength);
  }

  /** No octets passed that anybody could show. */
  call(): void {
    this.present = 0;
  }

  reply(): void {
    this.present = 0;
  }

  /** The exchange is over; what still comes of it is not looked at. */
  end(operation: string | undefined): void {
    this.#isOver = true;
    this.endDigests();
    if (this.#plan.captureOf(operation) === "none") this.present = 0;
  }
}

/** -1: known when it ends. */
export function knownLength(head: RequestHead | ResponseHead): number {
  return head.framing === framing.length ? head.contentLength : -1;
}
