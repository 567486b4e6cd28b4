/**
 * Writes the answers of one HTTP/1.x connection to its caller, framed as that caller can read them
 * (RFC 9112 §6.3). Whether the connection goes on afterwards is decided by others.
 */
import type { Socket } from "node:net";
import type { LateLines, OwnLines } from "./own-lines.ts";
import { framing, type RequestHead, type ResponseHead } from "./head.ts";
import { lastChunk, writeResponseHead } from "./head-bytes.ts";
import { HeldAnswer } from "./held-answer.ts";
import { Outbox } from "./outbox.ts";
import { sendChunk } from "./send-chunk.ts";
import { takesTrailers } from "./takes-trailers.ts";

const noBytes: Buffer = Buffer.alloc(0);

/** Whether only the end of the connection can tell an HTTP/1.0 caller where this answer ends. */
export function isUnframedForOld(head: ResponseHead): boolean {
  return head.framing === framing.close || head.framing === framing.chunked;
}

export class AnswerWriter {
  readonly #outbox: Outbox;
  #request: RequestHead | undefined;
  /** Whether the caller speaks HTTP/1.0. */
  #old = false;
  #begun = false;
  /** Whether the connection goes on behind this answer, as far as is known. */
  keepAlive = true;
  #encodeChunks = false;
  /** Whether the end of the present answer is kept back; `#held` keeps it. */
  #holding = false;
  #held: HeldAnswer | undefined;

  /** @param onFlushed called once all is written, after a send that returned false. */
  constructor(socket: Socket, encrypted: boolean, onFlushed: () => void) {
    this.#outbox = new Outbox(socket, encrypted, onFlushed);
  }

  /** Whether the caller has not taken all that was sent. */
  get blocked(): boolean {
    return this.#outbox.blocked;
  }

  /** An answer to this request is next. */
  begin(request: RequestHead): void {
    this.#request = request;
    this.#old = request.minorVersion === 0;
    this.#begun = false;
    this.#encodeChunks = false;
    this.#holding = false;
  }

  /** Before an answer begins: its end is kept until `release`. Its body comes without framing. */
  hold(wholeBytesMax: number): void {
    this.#holding = true;
    const trailers = !this.#old && takesTrailers(this.#request as RequestHead);
    (this.#held ??= new HeldAnswer(this.#outbox)).begin(wholeBytesMax, trailers);
  }

  /** Whether anything of it has left, interim answers apart. */
  get hasLeft(): boolean {
    return this.#begun && !this.holdsWhole;
  }

  get holding(): boolean {
    return this.#holding;
  }

  /** Whether all that came of the answer is kept. */
  get holdsWhole(): boolean {
    return this.#holding && this.#kept.isWhole;
  }

  get #kept(): HeldAnswer {
    return this.#held as HeldAnswer;
  }

  /** Lets go what is kept, with lines of the gateway's own. */
  release(lines: LateLines | undefined): void {
    this.#kept.release(lines, this.keepAlive || this.#old);
    this.#holding = false;
  }

  /** What is kept is never sent. */
  drop(): void {
    this.#held?.drop();
    this.#holding = false;
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
    complete: boolean,
  ): boolean {
    const old = this.#old;
    this.#begun = true;
    let connection = "";
    if (!old && isUnframedForOld(head)) {
      connection = "Transfer-Encoding: chunked\r\n";
      this.#encodeChunks = head.framing === framing.close || this.#holding;
      if (this.#holding && !complete) connection += this.#kept.announcement;
    }
    connection += this.#connectionLine();
    const bodiless = head.status === 204 || (old && head.framing === framing.chunked);
    const at = writeResponseHead(head, own, connection, bodiless);
    if (this.#holding) {
      this.#kept.expect(head, this.#encodeChunks, this.keepAlive);
      return this.#kept.sendHead(at, bytes, from, to, complete);
    }
    if (from === to) return this.#outbox.sendScratch(at);
    if (this.#encodeChunks) return sendChunk(this.#outbox, at, bytes, from, to);
    return this.#outbox.sendScratchWith(at, bytes, from, to);
  }

  #connectionLine(): string {
    if (!this.keepAlive) return "Connection: close\r\n";
    return this.#old ? "Connection: keep-alive\r\n" : "";
  }

  sendBody(bytes: Buffer, from: number, to: number): boolean {
    if (this.#holding) return this.#kept.sendBody(bytes, from, to);
    if (!this.#encodeChunks) return this.#outbox.send(bytes, from, to);
    return from === to || sendChunk(this.#outbox, 0, bytes, from, to);
  }

  sendEnd(trailers: ResponseHead | undefined): void {
    if (this.#holding) this.#kept.sendEnd(trailers);
    else if (this.#encodeChunks) this.#outbox.sendText(lastChunk(trailers, true));
    else if (trailers !== undefined && !this.#old) {
      this.#outbox.sendText(lastChunk(trailers, false));
    }
  }

  /** An answer of the gateway's own; `body` is left out when it answers HEAD. */
  sendOwn(status: number, reason: string, added: string, body: Buffer): void {
    this.#begun = true;
    const toHead = this.#request?.method === "HEAD";
    // RFC 9110 §8.6: 204 has no Content-Length, and that of 304 would be that of another answer.
    const length = status === 204 || status === 304 ? "" : `Content-Length: ${body.length}\r\n`;
    const lines = `HTTP/1.1 ${status} ${reason}\r\n${added}${length}`;
    const head = Buffer.from(`${lines}${this.#connectionLine()}\r\n`, "latin1");
    if (this.#holding) return this.#kept.sendOwn(head, toHead ? noBytes : body, this.keepAlive);
    const bytes = toHead ? head : Buffer.concat([head, body]);
    this.#outbox.send(bytes, 0, bytes.length);
  }

  /** The 101 answer; what follows it has no framing. Of a tunnel nothing but its end is kept. */
  sendUpgrade(head: ResponseHead, own: OwnLines, bytes: Buffer, from: number, to: number): boolean {
    this.#begun = true;
    const upgrade = `Connection: upgrade\r\nUpgrade: ${head.field("upgrade") ?? ""}\r\n`;
    const at = writeResponseHead(head, own, upgrade, true);
    return this.#outbox.sendScratchWith(at, bytes, from, to);
  }
}
