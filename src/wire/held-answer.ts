/**
 * The end of one HTTP/1.x answer, kept back until it may leave. An answer that is known whole and
 * small is kept back whole and leaves in one write, with lines added to its head. Of any other all
 * but the end goes at once: the last byte of a counted body, the last chunk of a chunked one; where
 * the connection's end is the end of the body, nothing but that. Kept bytes are copies.
 */
import type { LateLines } from "./own-lines.ts";
import { framing, type ResponseHead } from "./head.ts";
import { lastChunk } from "./head-bytes.ts";
import type { Outbox } from "./outbox.ts";
import { scratch } from "./scratch.ts";
import { sendChunk } from "./send-chunk.ts";
import { SpareBlocks } from "./spare-blocks.ts";

/** Beside its data, the framing of an answer's only chunk, and the last chunk. */
const chunkFramingBytesMax = 16;
const noBytes: Buffer = Buffer.alloc(0);
const emptyLineBytes = 2;
const cr = 0x0d;
const lf = 0x0a;
/** Most answers that are kept whole fit into one of the first, nearly all into the second. */
const small = new SpareBlocks(2 * 1024, 512);
const large = new SpareBlocks(20 * 1024, 128);
/** How long the lines were that the last one left with: the next one gets room for as many. */
let usualLineBytes = 0;

export class HeldAnswer {
  readonly #outbox: Outbox;
  #wholeBytesMax = 0;
  #takesTrailers = false;
  #keepAlive = true;
  #encodesChunks = false;
  /**
   * The whole answer so far, its first `#length` bytes: fields up to `#fieldsEnd`, then room for
   * lines up to `#restAt`, then the empty line and the body.
   */
  #whole: Buffer | undefined;
  /** Where it goes when nobody needs it any more; undefined: to the garbage collector. */
  #blocks: SpareBlocks | undefined;
  #fieldsEnd = 0;
  #restAt = 0;
  #length = 0;
  /** Of a counted body, what is still to come. */
  #left = 0;
  /** The end of an answer of which the rest has left. */
  #end: Buffer | string = noBytes;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  begin(wholeBytesMax: number, takesTrailers: boolean): void {
    this.#wholeBytesMax = wholeBytesMax;
    this.#takesTrailers = takesTrailers;
    this.drop();
  }

  /** Whether all that came is kept. */
  get isWhole(): boolean {
    return this.#whole !== undefined;
  }

  drop(): void {
    if (this.#blocks !== undefined) this.#blocks.giveBack(this.#whole as Buffer);
    this.#blocks = undefined;
    this.#whole = undefined;
    this.#end = noBytes;
    this.#left = Infinity;
    this.#encodesChunks = false;
  }

  /** Said in the head of an answer with chunks that is not whole yet (RFC 9110 §6.6.2). */
  get announcement(): string {
    return this.#takesTrailers ? "Trailer: Parlance-Receipt\r\n" : "";
  }

  /** The answer with this head is next, its body as data. */
  expect(head: ResponseHead, encodesChunks: boolean, keepAlive: boolean): void {
    this.#left = head.framing === framing.length ? head.contentLength : Infinity;
    this.#encodesChunks = encodesChunks;
    this.#keepAlive = keepAlive;
  }

  /** @param headEnd bytes of the head, which stands in the scratch buffer. */
  sendHead(headEnd: number, bytes: Buffer, from: number, to: number, complete: boolean): boolean {
    const length = complete ? to - from : this.#left;
    if (length <= this.#wholeBytesMax) {
      this.#keep(headEnd, length, bytes, from, to);
      return true;
    }
    if (this.#encodesChunks) return sendChunk(this.#outbox, headEnd, bytes, from, to);
    return this.#outbox.sendScratchWith(headEnd, bytes, from, this.#withoutLast(bytes, from, to));
  }

  #keep(headEnd: number, length: number, bytes: Buffer, from: number, to: number): void {
    const framed = this.#encodesChunks ? chunkFramingBytesMax : 0;
    const room = headEnd + usualLineBytes + length + framed;
    const fitting = room <= small.blockBytes ? small : large;
    this.#blocks = room <= fitting.blockBytes ? fitting : undefined;
    const whole = this.#blocks?.take() ?? Buffer.allocUnsafe(room);
    this.#whole = whole;
    this.#fieldsEnd = headEnd - emptyLineBytes;
    this.#restAt = this.#fieldsEnd + usualLineBytes;
    this.#length = this.#restAt + emptyLineBytes;
    scratch().copy(whole, 0, 0, this.#fieldsEnd);
    whole[this.#restAt] = cr;
    whole[this.#restAt + 1] = lf;
    if (!this.#encodesChunks) return this.#add(bytes, from, to);
    if (to > from) {
      this.#length += whole.write(`${(to - from).toString(16)}\r\n`, this.#length, "latin1");
      this.#add(bytes, from, to);
      this.#length += whole.write("\r\n", this.#length, "latin1");
    }
    this.#length += whole.write(lastChunk(undefined, true), this.#length, "latin1");
  }

  #add(bytes: Buffer, from: number, to: number): void {
    bytes.copy(this.#whole as Buffer, this.#length, from, to);
    this.#length += to - from;
  }

  /** Where a piece ends that leaves: before the last byte of a counted body, which is kept. */
  #withoutLast(bytes: Buffer, from: number, to: number): number {
    this.#left -= to - from;
    if (this.#left > 0 || from === to) return to;
    this.#end = Buffer.from(bytes.subarray(to - 1, to));
    return to - 1;
  }

  sendBody(bytes: Buffer, from: number, to: number): boolean {
    if (this.#whole !== undefined) {
      this.#add(bytes, from, to);
      return true;
    }
    if (this.#encodesChunks) return sendChunk(this.#outbox, 0, bytes, from, to);
    return this.#outbox.send(bytes, from, this.#withoutLast(bytes, from, to));
  }

  sendEnd(trailers: ResponseHead | undefined): void {
    if (this.#whole === undefined && this.#encodesChunks) this.#end = lastChunk(trailers, true);
  }

  /** An answer of the gateway's own; it takes the place of one that is kept whole. */
  sendOwn(head: Buffer, body: Buffer, keepAlive: boolean): void {
    this.drop();
    this.#keepAlive = keepAlive;
    const bytes = body.length === 0 ? head : Buffer.concat([head, body]);
    if (body.length <= this.#wholeBytesMax) {
      this.#whole = bytes;
      this.#fieldsEnd = this.#restAt = head.length - emptyLineBytes;
      this.#length = bytes.length;
    } else {
      this.#left = bytes.length;
      this.#outbox.send(bytes, 0, this.#withoutLast(bytes, 0, bytes.length));
    }
  }

  /**
   * What is kept leaves. `lines` go into the head if that has not left, else, where the caller
   * takes trailers and the framing has room for them, behind the body.
   * @param keepAlive whether the connection still goes on.
   */
  release(lines: LateLines | undefined, keepAlive: boolean): void {
    const whole = this.#whole;
    const end = this.#end;
    if (whole !== undefined) {
      const closing = this.#keepAlive && !keepAlive ? "Connection: close\r\n" : "";
      this.#releaseWhole(whole, lines, closing);
    } else if (typeof end === "string") {
      const text = this.#takesTrailers ? `${end.slice(0, -2)}${lines?.text ?? ""}\r\n` : end;
      this.#outbox.sendText(text);
    } else this.#outbox.send(end, 0, end.length);
    this.drop();
  }

  #releaseWhole(whole: Buffer, lines: LateLines | undefined, closing: string): void {
    usualLineBytes = lines?.byteLength ?? 0;
    if (usualLineBytes === this.#restAt - this.#fieldsEnd && closing === "") {
      lines?.writeLines(whole, this.#fieldsEnd);
      // Where the socket still has it, it cannot serve again.
      if (!this.#outbox.send(whole, 0, this.#length)) this.#blocks = undefined;
      return;
    }
    const out = scratch();
    whole.copy(out, 0, 0, this.#fieldsEnd);
    let at = lines?.writeLines(out, this.#fieldsEnd) ?? this.#fieldsEnd;
    at += out.write(closing, at, "latin1");
    whole.copy(out, at, this.#restAt, this.#length);
    this.#outbox.sendScratch(at + this.#length - this.#restAt);
  }
}
