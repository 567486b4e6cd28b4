/**
 * One request over HTTP/2 and its answer: what `ServerConnection` is for HTTP/1.1, for one stream
 * (RFC 9113 §8.1). Frames, flow control and order are node:http2's; what they say is checked here.
 */
import type { ServerHttp2Stream } from "node:http2";
import type { Enrolled } from "#base/roster.ts";
import type { CallerEnd, CallerListener, Peer } from "./ends.ts";
import type { LateLines, OwnLines } from "./own-lines.ts";
import { framing, RequestHead, type ResponseHead } from "./head.ts";
import { constants } from "./http2-codes.ts";
import {
  addLines,
  answerFields,
  fieldsObject,
  ownAnswerFields,
  trailersObject,
} from "./http2-fields.ts";
import { Http2HeldEnd } from "./http2-held-end.ts";
import { listenToRequest, type Http2RequestListener } from "./http2-listeners.ts";
import { readTrailers, spellRequest, type RawFields } from "./http2-spelling.ts";
import { markLasting, toQueue } from "./lasting-bytes.ts";
import { parseFaultOf } from "./parse-faults.ts";
import { parseRequestHead } from "./parse-request-head.ts";
import type { ServerContext } from "./server-context.ts";
import { takesTrailers } from "./takes-trailers.ts";

const noBytes: Buffer = Buffer.alloc(0);
/** For node:http2 any error means RST_STREAM with INTERNAL_ERROR. */
const brokenOff = new Error("the answer was broken off");

/** What the session wants to know of its streams. */
export interface Http2StreamEvents {
  onStreamAborted(stream: Http2ServerStream): void;
  onStreamClosed(stream: Http2ServerStream): void;
}

export class Http2ServerStream implements CallerEnd, Http2RequestListener, Enrolled {
  readonly head = new RequestHead();
  readonly peer: Peer;
  place = -1;
  readonly protocol = "HTTP/2";
  readonly wantsDecodedBody = true;
  readonly #context: ServerContext;
  readonly #events: Http2StreamEvents;
  readonly #stream: ServerHttp2Stream;
  readonly #exchange: CallerListener;
  #paused = false;
  /** Whether a send returned false and nothing was flushed since. */
  #blocked = false;
  #requestEnded: boolean;
  #requestBytes = 0;
  #requestTrailers: ResponseHead | undefined;
  #headSent = false;
  /** Whether the answer has no body, so that HEADERS ended it. */
  #bodiless = false;
  #answerTrailers: ResponseHead | undefined;
  /** Keeps the end of the answer, if it is to be kept. */
  #held: Http2HeldEnd | undefined;
  #linesBehind = "";
  #answered = false;
  #closed = false;
  /** Whether it was us who broke off. */
  truncated = false;
  #sinceMs = 0;

  constructor(
    stream: ServerHttp2Stream,
    peer: Peer,
    context: ServerContext,
    events: Http2StreamEvents,
  ) {
    this.#stream = stream;
    this.peer = peer;
    this.#context = context;
    this.#events = events;
    this.#sinceMs = context.clock.nowMs;
    this.#requestEnded = stream.endAfterHeaders;
    this.#exchange = context.createExchange(this);
    listenToRequest(stream, this, !this.#requestEnded);
  }

  /** The request's head has come. */
  begin(fields: RawFields): void {
    const spelled = spellRequest(fields, this.#requestEnded);
    if (typeof spelled === "string") return this.#refuse(400, spelled);
    const { head } = this;
    const result = parseRequestHead(head, spelled, 0, spelled.length, this.#context.limits);
    if (result < 0) {
      const { status, detail } = parseFaultOf(result, this.#context.limits);
      return this.#refuse(status, detail);
    }
    head.overHttp2 = true;
    if (result !== spelled.length) return this.#refuse(400, "the head is not one HTTP head");
    if (this.#requestEnded) {
      if (head.contentLength > 0) return this.#refuse(400, "content-length without a body");
      this.#stream.resume();
      return this.#exchange.onRequest(noBytes, 0, 0, true);
    }
    this.#exchange.onRequest(noBytes, 0, 0, false);
  }

  /** Answers a head that is none; what was read of it says nothing. */
  #refuse(status: number, detail: string): void {
    this.head.clear();
    this.#requestEnded = true;
    this.#stream.resume();
    this.#exchange.onMalformedRequest(status, detail);
  }

  // Reading

  /** Whether what the caller sends is still somebody's. */
  get #listens(): boolean {
    return !this.#closed && !this.#requestEnded && this.#held?.isOver !== true;
  }

  onData(bytes: Buffer): void {
    if (!this.#listens) return;
    this.#sinceMs = this.#context.clock.nowMs;
    this.#requestBytes += bytes.length;
    if (this.#requestBytes > this.#lengthMax) {
      return this.#failBody("the body is longer than content-length");
    }
    if (bytes.length === 0) return;
    markLasting(bytes);
    if (!this.#exchange.onRequestBody(bytes, 0, bytes.length)) this.pause();
  }

  /** RFC 9113 §8.1.1: DATA has exactly the length that content-length says. */
  get #lengthMax(): number {
    return this.head.framing === framing.chunked ? Infinity : this.head.contentLength;
  }

  onTrailers(fields: RawFields): void {
    const trailers = readTrailers(fields, this.#context.limits);
    if (typeof trailers === "string") this.#failBody(trailers);
    // Behind a body with a length HTTP/1.1 has no place for them (RFC 9112 §7.1.2).
    else if (this.head.framing === framing.chunked) this.#requestTrailers = trailers;
  }

  onEnd(): void {
    if (!this.#listens) return;
    if (this.#requestBytes < this.#lengthMax && this.#lengthMax !== Infinity) {
      return this.#failBody("the body is shorter than content-length");
    }
    this.#requestEnded = true;
    this.#sinceMs = this.#context.clock.nowMs;
    this.#exchange.onRequestEnd(this.#requestTrailers);
  }

  #failBody(detail: string): void {
    if (!this.#listens) return;
    this.#requestEnded = true;
    this.#exchange.onMalformedRequest(400, detail);
  }

  pause(): void {
    this.#paused = true;
    this.#stream.pause();
  }

  resume(): void {
    if (!this.#paused || this.#closed) return;
    this.#paused = false;
    this.#sinceMs = this.#context.clock.nowMs;
    this.#stream.resume();
  }

  // Answering

  get bodyBytes(): number {
    return this.#requestBytes;
  }

  get takesInterim(): boolean {
    return (!this.#headSent || this.holdsWhole) && !this.#closed;
  }

  sendInterim(head: ResponseHead): void {
    if (!this.takesInterim) return;
    this.#attempt(() => this.#stream.additionalHeaders(fieldsObject(head, head.status)));
  }

  sendHead(
    head: ResponseHead,
    own: OwnLines,
    bytes: Buffer,
    from: number,
    to: number,
    complete: boolean,
  ): boolean {
    if (this.#closed) return true;
    this.#headSent = true;
    const { status } = head;
    // 205 has no body either (RFC 9110 §15.3.6), and node:http2 sends none.
    this.#bodiless = complete && from === to;
    if (this.head.method === "HEAD" || status === 204 || status === 205 || status === 304) {
      this.#bodiless = true;
    }
    const fields = answerFields(head, own, status === 204 || status === 205);
    const held = this.#held;
    if (held !== undefined) {
      const isCounted = head.framing === framing.length;
      const length = isCounted ? head.contentLength : complete ? to - from : Infinity;
      held.begin(fields, this.#bodiless ? 0 : length);
      if (held.isUndecided) queueMicrotask(() => this.#letHeadGo(held));
      if (held.isWhole) return this.sendBody(bytes, from, to);
    }
    const mayTrail = head.framing !== framing.length || head.overHttp2;
    const waitForTrailers = !this.#bodiless && (mayTrail || held?.takesTrailers === true);
    this.#attempt(() => {
      this.#stream.respond(fields, { endStream: this.#bodiless, waitForTrailers });
    });
    return from === to ? true : this.sendBody(bytes, from, to);
  }

  /** The answer is not over with this turn, or too long to be kept whole. */
  #letHeadGo(held: Http2HeldEnd): void {
    if (this.#closed || !held.isUndecided) return;
    const fields = held.takeHead();
    const body = held.takeBody();
    this.#attempt(() => {
      this.#stream.respond(fields, { waitForTrailers: true });
      if (body.length > 0 && !this.#stream.write(body)) this.#blocked = true;
    });
  }

  sendBody(bytes: Buffer, from: number, to: number): boolean {
    if (this.#closed || this.#bodiless) return true;
    const held = this.#held;
    if (held !== undefined) {
      to = held.keep(bytes, from, to);
      if (held.isFull && held.isUndecided) this.#letHeadGo(held);
    }
    if (from === to) return !this.#blocked;
    this.#sinceMs = this.#context.clock.nowMs;
    // Frames are written later.
    if (this.#stream.write(toQueue(bytes, from, to))) return true;
    this.#blocked = true;
    return false;
  }

  sendEnd(trailers: ResponseHead | undefined): void {
    if (this.#closed) return;
    this.#answerTrailers = trailers;
    if (this.#held !== undefined) {
      this.#held.isOver = true;
      return;
    }
    if (!this.#bodiless) this.#stream.end();
    this.#finish();
  }

  sendOwn(status: number, _reason: string, added: string, body: Buffer): void {
    if (this.#closed) return;
    this.#headSent = true;
    this.#answerTrailers = undefined;
    this.#bodiless = this.head.method === "HEAD" || body.length === 0;
    const fields = ownAnswerFields(status, added, body.length);
    if (this.#held !== undefined) return this.#holdOwn(this.#held, fields, body);
    this.#attempt(() => {
      this.#stream.respond(fields, { endStream: this.#bodiless });
      if (!this.#bodiless) this.#stream.end(body);
    });
    this.#finish();
  }

  #holdOwn(held: Http2HeldEnd, fields: string[], body: Buffer): void {
    held.isOver = true;
    held.begin(fields, this.#bodiless ? 0 : body.length);
    const end = this.#bodiless ? 0 : held.keep(body, 0, body.length);
    if (held.isWhole) return;
    this.#attempt(() => {
      this.#stream.respond(fields, { waitForTrailers: held.takesTrailers });
      this.#stream.write(body.subarray(0, end));
    });
  }

  // Holding the end

  holdEnd(wholeBytesMax: number): void {
    this.#held = new Http2HeldEnd(wholeBytesMax, takesTrailers(this.head));
  }

  get holdsWhole(): boolean {
    return this.#held?.isWhole === true;
  }

  releaseEnd(lines: LateLines | undefined): void {
    const held = this.#held;
    if (this.#closed || held === undefined) return;
    const { isWhole } = held;
    const text = lines?.text ?? "";
    const fields = held.takeHead();
    const body = held.takeBody();
    this.#held = undefined;
    if (isWhole) addLines(fields, text);
    else if (held.takesTrailers) this.#linesBehind = text;
    const waitForTrailers = this.#answerTrailers !== undefined;
    this.#attempt(() => {
      if (isWhole) this.#stream.respond(fields, { endStream: this.#bodiless, waitForTrailers });
      if (!this.#bodiless) this.#stream.end(body);
    });
    this.#finish();
  }

  /** The answer is whole; what the caller still sends is dropped. */
  #finish(): void {
    this.#answered = true;
    this.#requestEnded = true;
    this.#paused = false;
    this.#sinceMs = this.#context.clock.nowMs;
    this.#stream.resume();
  }

  /**
   * RFC 9113 §8.1: a caller that still sends behind the whole answer is asked to stop. Not before
   * END_STREAM has left, which RST_STREAM would overtake.
   */
  #stopCaller(idleMs: number): void {
    const stream = this.#stream;
    if (!stream.readableEnded && stream.state.localClose === 1) {
      stream.close(constants.NGHTTP2_NO_ERROR);
    } else if (this.#isOver(idleMs)) this.truncate();
  }

  #isOver(idleMs: number): boolean {
    const { bodyIdleMs } = this.#context.timeouts;
    return bodyIdleMs > 0 && idleMs > bodyIdleMs;
  }

  onTrailersWanted(): void {
    const fields = trailersObject(this.#answerTrailers, this.#linesBehind);
    this.#attempt(() => this.#stream.sendTrailers(fields));
  }

  truncate(): void {
    if (this.#closed) return;
    this.truncated = true;
    this.#held?.drop();
    // Not close(): it ends the writing side first, and a cut answer would look whole.
    this.#stream.destroy(brokenOff);
  }

  /** No request over HTTP/2 asks for one (RFC 9113 §8.6). */
  sendUpgrade(): boolean {
    this.truncate();
    return true;
  }

  /** node:http2 throws when the stream has gone a moment ago, or at a field it does not like. */
  #attempt(send: () => void): void {
    if (this.#stream.destroyed || this.#stream.closed) return;
    try {
      send();
    } catch {
      this.truncate();
    }
  }

  onFlushed(): void {
    if (this.#closed || !this.#blocked) return;
    this.#blocked = false;
    this.#sinceMs = this.#context.clock.nowMs;
    this.#exchange.onCallerFlushed();
  }

  onError(): void {
    this.#onGone();
  }

  onAborted(): void {
    this.#onGone();
    this.#events.onStreamAborted(this);
  }

  onClose(): void {
    this.#onGone();
    this.#events.onStreamClosed(this);
  }

  #onGone(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#held?.drop();
    this.#exchange.onCallerGone();
  }

  /** Called about ten times a second. */
  onTick(nowMs: number): void {
    if (this.#closed) return;
    const idleMs = nowMs - this.#sinceMs;
    if (this.#answered) return this.#stopCaller(idleMs);
    this.#exchange.onTick(nowMs);
    const awaits = this.#blocked || (this.#listens && !this.#paused);
    if (!awaits || !this.#isOver(idleMs)) return;
    this.#sinceMs = nowMs;
    this.#exchange.onCallerStalled();
  }
}
