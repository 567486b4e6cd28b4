/** Shows the evidence of an exchange what passes: heads as they are, bodies without framing. */
import type { Limits } from "#base/limits.ts";
import type { RequestHead, ResponseHead } from "#wire/head.ts";
import { headOfLines } from "./own-head.ts";
import type { Evidence } from "./recorder.ts";
import { createUnframe, type Unframe } from "./unframe.ts";

export class EvidenceTap {
  readonly #evidence: Evidence;
  readonly #limits: Limits;
  #request: Unframe | undefined;
  #response: Unframe | undefined;

  constructor(evidence: Evidence, limits: Limits) {
    this.#evidence = evidence;
    this.#limits = limits;
  }

  /** @param framed whether its body comes with chunk framing. */
  beginRequest(head: RequestHead, framed: boolean): void {
    this.#request = framed ? createUnframe(true, this.#limits) : undefined;
    this.#evidence.requestHead(head);
  }

  addRequest(bytes: Buffer, from: number, to: number): void {
    if (from === to) return;
    const evidence = this.#evidence;
    if (this.#request === undefined) return evidence.requestBody(bytes, from, to);
    const data = this.#request(bytes, from, to);
    if (data.length > 0) evidence.requestBody(data, 0, data.length);
  }

  beginResponse(head: ResponseHead, framed: boolean): void {
    this.#response = framed ? createUnframe(true, this.#limits) : undefined;
    this.#evidence.responseHead(head);
  }

  addResponse(bytes: Buffer, from: number, to: number): void {
    if (from === to) return;
    const evidence = this.#evidence;
    if (this.#response === undefined) return evidence.responseBody(bytes, from, to);
    const data = this.#response(bytes, from, to);
    if (data.length > 0) evidence.responseBody(data, 0, data.length);
  }

  /** An answer of the gateway's own. @param lines of its head, each ended by CR LF. */
  addOwn(status: number, reason: string, lines: string, body: Buffer): void {
    const head = headOfLines(status, reason, lines, true);
    this.beginResponse(head, false);
    this.addResponse(body, 0, body.length);
  }
}
