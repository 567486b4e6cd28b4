/**
 * One request to an instance over HTTP/2 and its answer: what `ClientConnection` is for HTTP/1.1.
 * The answer's head is spelled as HTTP/1.1 and read by the same parser as any other.
 */
import type { ClientHttp2Stream } from "node:http2";
import type { Limits } from "#base/limits.ts";
import { atTurnEnd } from "#base/platform.ts";
import { ChunkedReader } from "./chunked.ts";
import type { RequestPlan, UpstreamEnd, UpstreamListener } from "./ends.ts";
import { framing, ResponseHead, type RequestHead } from "./head.ts";
import { constants } from "./http2-codes.ts";
import { fieldsObject, requestFields } from "./http2-fields.ts";
import { listenToAnswer, type Http2AnswerListener } from "./http2-listeners.ts";
import { readTrailers, spellResponse, type RawFields } from "./http2-spelling.ts";
import { markLasting, toQueue } from "./lasting-bytes.ts";
import { parseFault } from "./parse-faults.ts";
import { parseResponseHead } from "./parse-response-head.ts";

const noBytes: Buffer = Buffer.alloc(0);
const interimAnswersMax = 32;

/** What a stream asks of its session. */
export interface Http2StreamContext {
  readonly limits: Limits;
  readonly scheme: string;
  /** Throws when the session takes no more. */
  request(
    fields: readonly string[],
    options: { endStream: boolean; waitForTrailers: boolean },
  ): ClientHttp2Stream;
  /** Whether the session has carried exchanges. */
  readonly hasCarried: boolean;
  readonly isGone: boolean;
  /** A frame of an answer has come. */
  onHeard(): void;
  onStreamClosed(): void;
  /** Takes no more streams. */
  retire(): void;
}

export class Http2ClientStream implements UpstreamEnd, Http2AnswerListener {
  readonly #context: Http2StreamContext;
  readonly #head = new ResponseHead();
  #listener: UpstreamListener | undefined;
  #stream: ClientHttp2Stream | undefined;
  /** Whether the session was no new one. */
  readonly #isReused: boolean;
  #toHead = false;
  #callerTakesTrailers = false;
  /** Takes the chunk framing off a body that came with it. */
  #chunks: ChunkedReader | undefined;
  #requestTrailers: ResponseHead | undefined;
  #requestSent = false;
  #answering = false;
  /** Whether END_STREAM came. */
  #sawEnd = false;
  #interims = 0;
  #answerTrailers: ResponseHead | undefined;
  #blocked = false;
  #cause: unknown;

  constructor(listener: UpstreamListener, context: Http2StreamContext) {
    this.#listener = listener;
    this.#context = context;
    this.#isReused = context.hasCarried;
  }

  // Sending

  sendHead(
    head: RequestHead,
    plan: RequestPlan,
    bytes: Buffer,
    from: number,
    to: number,
    complete: boolean,
  ): boolean {
    this.#toHead = head.method === "HEAD";
    this.#callerTakesTrailers = plan.bodyIsDecoded;
    const chunked = head.framing === framing.chunked;
    if (chunked && !plan.bodyIsDecoded) {
      this.#chunks = new ChunkedReader();
      this.#chunks.begin(true);
    }
    const endStream = complete && from === to;
    this.#requestSent = complete;
    try {
      const fields = requestFields(head, plan, this.#context.scheme);
      const waitForTrailers = chunked && !complete;
      this.#stream = this.#context.request(fields, { endStream, waitForTrailers });
    } catch (cause) {
      // Nothing was sent: the session has announced its end a moment ago.
      this.#cause = cause;
      this.#context.onStreamClosed();
      this.#fail(true, true);
      return true;
    }
    listenToAnswer(this.#stream, this);
    if (endStream) return true;
    const taken = from === to ? true : this.sendBody(bytes, from, to);
    if (complete) this.#stream.end();
    return taken;
  }

  sendBody(bytes: Buffer, from: number, to: number): boolean {
    const stream = this.#stream;
    if (stream === undefined || stream.closed || stream.writableEnded) return true;
    // Frames are written later.
    let data = toQueue(bytes, from, to);
    if (this.#chunks !== undefined) {
      // The caller's end has read these very bytes before: they are well-formed.
      this.#chunks.read(data, 0, data.length, this.#context.limits);
      data = data.subarray(0, this.#chunks.keptEnd);
    }
    if (data.length === 0 || stream.write(data)) return true;
    this.#blocked = true;
    return false;
  }

  sendEnd(trailers: ResponseHead | undefined): void {
    this.#requestTrailers = trailers;
    this.#requestSent = true;
    this.#stream?.end();
  }

  onTrailersWanted(): void {
    const stream = this.#stream as ClientHttp2Stream;
    if (stream.destroyed || stream.closed) return;
    const trailers = this.#requestTrailers;
    stream.sendTrailers(trailers === undefined ? {} : fieldsObject(trailers));
  }

  pause(): void {
    this.#stream?.pause();
  }

  resume(): void {
    this.#stream?.resume();
  }

  abort(): void {
    const isOver = this.#listener === undefined;
    this.#listener = undefined;
    if (this.#stream !== undefined) this.#cancel();
    // Nothing was sent, and nothing will tell of its end.
    else if (!isOver) this.#context.onStreamClosed();
  }

  /**
   * Deviation: not at once. While a session reads, node:http2 sends CANCEL only after it has
   * destroyed the stream, and asks a destroyed one for trailers: that stops the whole process. One
   * that the instance has reset with NO_ERROR closes only when all that came is read.
   */
  #cancel(): void {
    atTurnEnd(() => this.#stream?.resume().close(constants.NGHTTP2_CANCEL));
  }

  // Reading

  /** @returns whether the head could be read. */
  #readHead(fields: RawFields, endStream: boolean): boolean {
    const spelled = spellResponse(fields, endStream, this.#toHead);
    if (typeof spelled === "string") return this.#failMalformed(parseFault.statusLineInvalid);
    const { limits } = this.#context;
    const end = spelled.length;
    const result = parseResponseHead(this.#head, spelled, 0, end, limits, this.#toHead);
    if (result < 0) return this.#failMalformed(result);
    if (result !== end) return this.#failMalformed(parseFault.fieldValueInvalid);
    this.#head.overHttp2 = true;
    return true;
  }

  onInterim(fields: RawFields): void {
    this.#context.onHeard();
    if (this.#listener === undefined || !this.#readHead(fields, false)) return;
    if (++this.#interims > interimAnswersMax) {
      this.#failMalformed(parseFault.interimFlood);
    } else if (!this.#head.isInterim) this.#failMalformed(parseFault.upgradeUnasked);
    else this.#listener.onInterim(this.#head);
  }

  onResponse(fields: RawFields, flags: number): void {
    this.#context.onHeard();
    const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    if (this.#listener === undefined || !this.#readHead(fields, endStream)) return;
    // RFC 9113 §8.6: HTTP/2 knows no 101.
    if (this.#head.status < 200) return void this.#failMalformed(parseFault.upgradeUnasked);
    this.#answering = true;
    if (!this.#listener.onResponse(this.#head, noBytes, 0, 0, endStream)) this.pause();
  }

  onData(bytes: Buffer): void {
    this.#context.onHeard();
    if (this.#listener === undefined || !this.#answering) return;
    // nghttp2 holds DATA to content-length, but not behind an answer that must have none.
    if (this.#head.framing === framing.none) return;
    markLasting(bytes);
    if (!this.#listener.onResponseBody(bytes, 0, bytes.length)) this.pause();
  }

  onTrailers(fields: RawFields): void {
    this.#context.onHeard();
    const trailers = readTrailers(fields, this.#context.limits);
    if (typeof trailers === "string") this.#failMalformed(parseFault.trailerInvalid);
    // HTTP/1.1 has no place for them behind a body with a length.
    else if (this.#callerTakesTrailers || this.#head.framing === framing.close) {
      this.#answerTrailers = trailers;
    }
  }

  onLastFrame(): void {
    this.#sawEnd = true;
  }

  onEnd(): void {
    const stream = this.#stream as ClientHttp2Stream;
    // After a reset the stream ends, too; `close` follows and tells.
    if (!this.#answering || !this.#sawEnd || stream.rstCode !== constants.NGHTTP2_NO_ERROR) return;
    const listener = this.#listener;
    this.#listener = undefined;
    if (!this.#requestSent) this.#cancel();
    listener?.onResponseEnd(this.#answerTrailers);
  }

  onFlushed(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    this.#listener?.onUpstreamFlushed();
  }

  onError(cause: unknown): void {
    this.#cause = cause;
  }

  onClose(): void {
    // After 2^30 streams a session has no number left for another one (RFC 9113 §5.1.1).
    const isUnnumbered = codeOf(this.#cause) === "ERR_HTTP2_OUT_OF_STREAMS";
    if (isUnnumbered) this.#context.retire();
    this.#context.onStreamClosed();
    const refused = isUnnumbered || this.#stream?.rstCode === constants.NGHTTP2_REFUSED_STREAM;
    this.#fail(refused || (this.#isReused && this.#context.isGone), refused);
  }

  /**
   * @param reused whether an earlier exchange's session may just have been stale.
   * @param unprocessed RFC 9113 §8.7: whether the request is known to have had no effect.
   */
  #fail(reused: boolean, unprocessed: boolean): void {
    const listener = this.#listener;
    this.#listener = undefined;
    const cause = this.#cause;
    if (this.#answering) listener?.onUpstreamFailed({ kind: "closed-in-answer", cause });
    else listener?.onUpstreamFailed({ kind: "closed-before-answer", reused, unprocessed, cause });
  }

  #failMalformed(fault: number): false {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#stream?.close(constants.NGHTTP2_PROTOCOL_ERROR);
    listener?.onUpstreamFailed({ kind: "malformed", fault });
    return false;
  }
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && "code" in cause ? cause.code : undefined;
}
