/**
 * One HTTP/1.1 connection to an instance: sends one request at a time and reads its answer into
 * one static buffer. It is strict with answers: what is malformed, unasked for or too much ends
 * the connection, and the exchange learns why.
 */
import type { Socket } from "node:net";
import { BodyReader } from "./body-reader.ts";
import type { RequestPlan, UpstreamListener } from "./ends.ts";
import { framing, type RequestHead, ResponseHead } from "./head.ts";
import { lastChunk, writeRequestHead } from "./head-bytes.ts";
import { HeadGatherer } from "./head-gatherer.ts";
import { Outbox } from "./outbox.ts";
import { parseFault } from "./parse-faults.ts";
import { parseResponseHead } from "./parse-response-head.ts";
import type { PooledConnection, PooledContext } from "./pool.ts";
import { joinedBodyBytesMax, readBytesMax, scratch } from "./scratch.ts";
import { sendChunk } from "./send-chunk.ts";

const interimAnswersMax = 32;

type State = "idle" | "head" | "body" | "ending" | "tunnel" | "closed";

export class ClientConnection implements PooledConnection {
  readonly #context: PooledContext;
  readonly #socket: Socket;
  readonly #outbox: Outbox;
  readonly #head = new ResponseHead();
  readonly #body = new BodyReader();
  readonly #gatherer = new HeadGatherer();
  #listener: UpstreamListener | undefined;
  #state: State = "idle";
  #toHead = false;
  #decodeAnswer = false;
  #encodeChunks = false;
  #upgradeAsked = false;
  #requestSent = false;
  #reusable = true;
  #paused = false;
  #interims = 0;
  #host = "";
  #startLineEnd = "";
  /** Whether an exchange was carried before the present one. */
  #reused = false;
  #cause: unknown;
  /** Coarse time since when it has been idle; kept by the pool. */
  idleSinceMs = 0;
  /** How long the instance said it keeps the connection, from `Keep-Alive: timeout=`; 0: unsaid. */
  keepAliveMs = 0;
  readonly openedMs: number;

  /**
   * @param connect makes the socket, reading into the given buffer; `onRead` returns false to
   * pause.
   */
  constructor(
    connect: (buffer: Buffer, onRead: (count: number) => boolean) => Socket,
    encrypted: boolean,
    context: PooledContext,
    nowMs: number,
  ) {
    this.#context = context;
    this.openedMs = nowMs;
    const buffer = Buffer.allocUnsafeSlow(readBytesMax);
    this.#socket = connect(buffer, (count) => this.#onRead(buffer, count));
    this.#outbox = new Outbox(this.#socket, encrypted, () => this.#listener?.onUpstreamFlushed());
    this.#socket.on("error", (cause) => {
      this.#cause = cause;
    });
    this.#socket.on("end", () => this.#onEnd());
    this.#socket.on("close", () => this.#onClose());
  }

  get usable(): boolean {
    return this.#state === "idle" && this.#reusable;
  }

  /** Address of the instance's end, for telling whether the name still resolves to it. */
  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  /** The present exchange is the last one. */
  retire(): void {
    this.#reusable = false;
    if (this.#state === "idle") this.#socket.destroy();
  }

  // Sending

  begin(listener: UpstreamListener): void {
    this.#listener = listener;
  }

  sendHead(
    head: RequestHead,
    plan: RequestPlan,
    bytes: Buffer,
    from: number,
    to: number,
    complete: boolean,
  ): boolean {
    this.#state = "head";
    this.#toHead = head.method === "HEAD";
    this.#decodeAnswer = plan.decodeAnswer;
    this.#upgradeAsked = plan.upgrade;
    this.#encodeChunks = plan.bodyIsDecoded && head.framing === framing.chunked;
    this.#requestSent = complete;
    this.#interims = 0;
    let connection = "";
    if (head.framing === framing.chunked) connection = "Transfer-Encoding: chunked\r\n";
    if (plan.upgrade) {
      connection = `Connection: upgrade\r\nUpgrade: ${head.field("upgrade") ?? ""}\r\n`;
    }
    if (plan.host !== this.#host) {
      this.#host = plan.host;
      this.#startLineEnd = ` HTTP/1.1\r\nHost: ${plan.host}\r\n`;
    }
    let at = writeRequestHead(head, plan, this.#startLineEnd, connection);
    const count = to - from;
    if (count === 0) return this.#outbox.sendScratch(at);
    if (count > joinedBodyBytesMax || this.#encodeChunks) {
      this.#outbox.sendScratch(at);
      return this.sendBody(bytes, from, to);
    }
    bytes.copy(scratch(), at, from, to);
    at += count;
    return this.#outbox.sendScratch(at);
  }

  sendBody(bytes: Buffer, from: number, to: number): boolean {
    if (!this.#encodeChunks || this.#state === "tunnel") return this.#outbox.send(bytes, from, to);
    return from === to || sendChunk(this.#outbox, 0, bytes, from, to);
  }

  sendEnd(trailers: ResponseHead | undefined): void {
    if (this.#state === "tunnel") return void this.#socket.end();
    if (this.#encodeChunks) this.#outbox.sendText(lastChunk(trailers, true));
    else if (trailers !== undefined) this.#outbox.sendText(lastChunk(trailers, false));
    this.#requestSent = true;
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
    if (this.#state === "ending") this.#finish();
  }

  abort(): void {
    this.#listener = undefined;
    this.#reusable = false;
    this.#socket.destroy();
  }

  // Reading

  /** @returns false to stop reading until `resume`. */
  #onRead(bytes: Buffer, count: number): boolean {
    switch (this.#state) {
      case "head":
        this.#readHead(bytes, 0, count);
        break;
      case "body":
      case "tunnel":
        this.#readBody(bytes, 0, count);
        break;
      default:
        // An answer to no question would be taken for that of the next request.
        this.#socket.destroy();
        return false;
    }
    return !this.#paused;
  }

  #readHead(bytes: Buffer, from: number, end: number): void {
    const listener = this.#listener as UpstreamListener;
    const gatherer = this.#gatherer;
    if (!gatherer.empty) {
      if (!gatherer.add(bytes.subarray(0, end), from)) return;
      bytes = gatherer.bytes;
      from = 0;
      end = bytes.length;
    }
    const head = this.#head;
    const result = parseResponseHead(head, bytes, from, end, this.#context.limits, this.#toHead);
    if (result === 0) {
      if (gatherer.empty) gatherer.add(bytes.subarray(0, end), from);
      return;
    }
    gatherer.clear();
    if (result < 0) return this.#fail(result);
    if (head.isInterim) {
      if (++this.#interims > interimAnswersMax) return this.#fail(parseFault.interimFlood);
      listener.onInterim(head);
      if (result < end && this.#listener === listener) this.#readHead(bytes, result, end);
      return;
    }
    if (head.status === 101) return this.#beginTunnel(bytes, result, end);
    this.#body.begin(head.framing, head.contentLength, this.#decodeAnswer);
    if (!head.keepAlive) this.#reusable = false;
    this.#state = "body";
    const next = this.#body.read(bytes, result, end, this.#context.limits);
    if (next < 0) return this.#fail(next);
    const { done, trailers, keptEnd } = this.#body;
    if (done && next < end) this.#reusable = false;
    const whole = done && trailers === undefined;
    if (!listener.onResponse(head, bytes, result, keptEnd, whole)) this.#wait();
    if (this.#listener === listener && done) this.#end();
  }

  #readBody(bytes: Buffer, from: number, end: number): void {
    const listener = this.#listener as UpstreamListener;
    const next = this.#body.read(bytes, from, end, this.#context.limits);
    if (next < 0) return this.#fail(next);
    if (this.#body.done && next < end) this.#reusable = false;
    const { keptEnd } = this.#body;
    if (keptEnd > from && !listener.onResponseBody(bytes, from, keptEnd)) this.#wait();
    if (this.#body.done && this.#listener === listener) this.#end();
  }

  /** The caller has not taken what the static buffer holds. */
  #wait(): void {
    this.#paused = true;
  }

  /** The answer is whole; the connection is free once the caller has taken it. */
  #end(): void {
    this.#state = "ending";
    if (!this.#paused) this.#finish();
    else this.#socket.pause();
  }

  #finish(): void {
    const listener = this.#listener as UpstreamListener;
    const { trailers } = this.#body;
    this.#listener = undefined;
    this.#state = "idle";
    this.#noteKeepAlive();
    this.#reused = true;
    // A request whose body was not taken whole leaves the connection in the middle of it.
    if (!this.#requestSent || this.#outbox.blocked) this.#reusable = false;
    if (this.#reusable) this.#context.release(this);
    else this.#socket.destroy();
    listener.onResponseEnd(trailers);
  }

  #noteKeepAlive(): void {
    if (this.#reused) return;
    const hint = /timeout=(\d{1,6})/.exec(this.#head.field("keep-alive") ?? "")?.[1];
    if (hint !== undefined) this.keepAliveMs = Number(hint) * 1000;
  }

  #beginTunnel(bytes: Buffer, from: number, end: number): void {
    if (!this.#upgradeAsked || !this.#head.upgrade) return this.#fail(parseFault.upgradeUnasked);
    this.#state = "tunnel";
    this.#reusable = false;
    this.#requestSent = true;
    this.#body.begin(framing.close, 0, false);
    const listener = this.#listener as UpstreamListener;
    if (!listener.onResponse(this.#head, bytes, from, end, false)) this.#wait();
  }

  #fail(fault: number): void {
    const listener = this.#listener;
    this.abort();
    listener?.onUpstreamFailed({ kind: "malformed", fault });
  }

  #onEnd(): void {
    this.#reusable = false;
    if (this.#state === "tunnel") return this.#listener?.onResponseEnd(undefined);
    if (this.#state === "body" && this.#head.framing === framing.close) {
      this.#body.begin(framing.none, 0, false);
      return this.#end();
    }
    if (this.#state !== "ending") this.#socket.destroy();
  }

  #onClose(): void {
    const state = this.#state;
    if (state === "closed") return;
    this.#state = "closed";
    this.#reusable = false;
    this.#context.onClosed(this);
    const listener = this.#listener;
    if (listener === undefined) return;
    if (state === "ending") {
      // All of the answer was read; the caller is still taking it.
      this.#state = "ending";
      return;
    }
    this.#listener = undefined;
    const cause = this.#cause;
    if (state === "head" || state === "idle") {
      listener.onUpstreamFailed({ kind: "closed-before-answer", reused: this.#reused, cause });
    } else listener.onUpstreamFailed({ kind: "closed-in-answer", cause });
  }
}
