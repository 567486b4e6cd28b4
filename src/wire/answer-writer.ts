/**
 * Writes the answers of one HTTP/1.x connection to its caller, framed as that caller can read them
 * (RFC 9112 §6.3). Whether the connection goes on afterwards is decided by others.
 */
import type { OwnLines } from "./ends.ts";
import { framing, type ResponseHead } from "./head.ts";
import { chunkSizeLine, lastChunk, writeResponseHead } from "./head-bytes.ts";
import type { Outbox } from "./outbox.ts";
import { joinedBodyBytesMax, scratch } from "./scratch.ts";

/** Whether only the end of the connection can tell an HTTP/1.0 caller where this answer ends. */
export function isUnframedForOld(head: ResponseHead): boolean {
  return head.framing === framing.close || head.framing === framing.chunked;
}

export class AnswerWriter {
  readonly #outbox: Outbox;
  /** Whether the caller speaks HTTP/1.0. */
  #old = false;
  #encodeChunks = false;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  begin(old: boolean): void {
    this.#old = old;
    this.#encodeChunks = false;
  }

  sendInterim(head: ResponseHead): void {
    this.#outbox.sendScratch(writeResponseHead(head, undefined, "", true));
  }

  sendHead(
    head: ResponseHead,
    own: OwnLines,
    bytes: Buffer,
    from: number,
    to: number,
    keepAlive: boolean,
  ): boolean {
    const old = this.#old;
    let connection = "";
    if (!old && isUnframedForOld(head)) {
      connection = "Transfer-Encoding: chunked\r\n";
      this.#encodeChunks = head.framing === framing.close;
    }
    connection += this.#connectionLine(keepAlive);
    const bodiless = head.status === 204 || (old && head.framing === framing.chunked);
    let at = writeResponseHead(head, own, connection, bodiless);
    const count = to - from;
    if (count === 0) return this.#outbox.sendScratch(at);
    if (count > joinedBodyBytesMax) {
      if (!this.#encodeChunks) return this.#outbox.sendScratchAnd(at, bytes, from, to);
      this.#outbox.sendScratch(at);
      return this.sendBody(bytes, from, to);
    }
    const out = scratch();
    if (this.#encodeChunks) at += out.write(chunkSizeLine(count), at, "latin1");
    bytes.copy(out, at, from, to);
    at += count;
    if (this.#encodeChunks) at += out.write("\r\n", at, "latin1");
    return this.#outbox.sendScratch(at);
  }

  #connectionLine(keepAlive: boolean): string {
    if (!keepAlive) return "Connection: close\r\n";
    return this.#old ? "Connection: keep-alive\r\n" : "";
  }

  sendBody(bytes: Buffer, from: number, to: number): boolean {
    if (!this.#encodeChunks) return this.#outbox.send(bytes, from, to);
    if (from === to) return true;
    this.#outbox.sendText(chunkSizeLine(to - from));
    this.#outbox.send(bytes, from, to);
    return this.#outbox.sendText("\r\n");
  }

  sendEnd(trailers: ResponseHead | undefined): void {
    if (this.#encodeChunks) this.#outbox.sendText(lastChunk(trailers, true));
    else if (trailers !== undefined && !this.#old) {
      this.#outbox.sendText(lastChunk(trailers, false));
    }
  }

  /** An answer of the gateway's own; `body` is left out when it answers HEAD. */
  sendOwn(
    status: number,
    reason: string,
    added: string,
    body: Buffer,
    toHead: boolean,
    keepAlive: boolean,
  ): void {
    // RFC 9110 §8.6: 204 has no Content-Length.
    const length = status === 204 ? "" : `Content-Length: ${body.length}\r\n`;
    const lines = `HTTP/1.1 ${status} ${reason}\r\n${added}${length}`;
    const head = Buffer.from(`${lines}${this.#connectionLine(keepAlive)}\r\n`, "latin1");
    const bytes = toHead ? head : Buffer.concat([head, body]);
    this.#outbox.send(bytes, 0, bytes.length);
  }

  /** The 101 answer; what follows it has no framing. */
  sendUpgrade(head: ResponseHead, own: OwnLines): boolean {
    const upgrade = `Connection: upgrade\r\nUpgrade: ${head.field("upgrade") ?? ""}\r\n`;
    return this.#outbox.sendScratch(writeResponseHead(head, own, upgrade, true));
  }
}
