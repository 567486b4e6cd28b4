/**
 * Shows the evidence of an exchange what passes: bodies are read out of their chunk framing on a
 * copy, for reading moves bytes that are still to be sent.
 */
import type { Limits } from "#base/limits.ts";
import { ChunkedReader } from "#wire/chunked.ts";
import { type RequestHead, ResponseHead } from "#wire/head.ts";
import { parseResponseHead } from "#wire/parse-response-head.ts";
import type { Evidence } from "./recorder.ts";

export class EvidenceTap {
  readonly #evidence: Evidence;
  readonly #limits: Limits;
  #requestFraming: ChunkedReader | undefined;
  #responseFraming: ChunkedReader | undefined;

  constructor(evidence: Evidence, limits: Limits) {
    this.#evidence = evidence;
    this.#limits = limits;
  }

  /** @param framed whether its body comes with chunk framing. */
  beginRequest(head: RequestHead, framed: boolean): void {
    this.#requestFraming = framed ? decoder() : undefined;
    this.#evidence.requestHead(head);
  }

  addRequest(bytes: Buffer, from: number, to: number): void {
    if (from === to) return;
    const evidence = this.#evidence;
    if (this.#requestFraming === undefined) return evidence.requestBody(bytes, from, to);
    const data = this.#unframe(this.#requestFraming, bytes, from, to);
    if (data.length > 0) evidence.requestBody(data, 0, data.length);
  }

  beginResponse(head: ResponseHead, framed: boolean): void {
    this.#responseFraming = framed ? decoder() : undefined;
    this.#evidence.responseHead(head);
  }

  addResponse(bytes: Buffer, from: number, to: number): void {
    if (from === to) return;
    const evidence = this.#evidence;
    if (this.#responseFraming === undefined) return evidence.responseBody(bytes, from, to);
    const data = this.#unframe(this.#responseFraming, bytes, from, to);
    if (data.length > 0) evidence.responseBody(data, 0, data.length);
  }

  /** An answer of the gateway's own. @param lines of its head, each ended by CR LF. */
  addOwn(status: number, reason: string, lines: string, body: Buffer): void {
    const bytes = Buffer.from(`HTTP/1.1 ${status} ${reason}\r\n${lines}\r\n`, "latin1");
    const head = new ResponseHead();
    // What the gateway says itself has no limit but that of what it is said of.
    const limits = { ...this.#limits, headBytesMax: bytes.length, headFieldsMax: bytes.length };
    parseResponseHead(head, bytes, 0, bytes.length, limits, true);
    this.beginResponse(head, false);
    this.addResponse(body, 0, body.length);
  }

  /** What was received was checked when it was read, so no fault comes of it. */
  #unframe(reader: ChunkedReader, bytes: Buffer, from: number, to: number): Buffer {
    const copy = Buffer.from(bytes.subarray(from, to));
    reader.read(copy, 0, copy.length, this.#limits);
    return copy.subarray(0, reader.keptEnd);
  }
}

function decoder(): ChunkedReader {
  const reader = new ChunkedReader();
  reader.begin(true);
  return reader;
}
