/**
 * One HTTP/1.x connection of a caller: reads heads and bodies, keeps pipelined requests in order,
 * frames answers, and notices when the caller stalls, half-closes or goes away.
 * It knows nothing of routes; what it reads goes to the exchange, one at a time.
 */
import type { Socket } from "node:net";
import type { Limits, Timeouts } from "#base/limits.ts";
import { BodyReader } from "./body-reader.ts";
import type { CallerConnection, CallerEnd, CallerListener, OwnLines, Peer } from "./ends.ts";
import { framing, RequestHead, type ResponseHead } from "./head.ts";
import { chunkSizeLine, lastChunk, writeResponseHead } from "./head-bytes.ts";
import { HeadGatherer } from "./head-gatherer.ts";
import { opensHttp2 } from "./http2-preface.ts";
import { Outbox } from "./outbox.ts";
import { parseFault, parseFaultOf } from "./parse-faults.ts";
import { parseRequestHead } from "./parse-request-head.ts";
import { joinedBodyBytesMax, scratch } from "./scratch.ts";

export interface ServerContext {
  readonly limits: Limits;
  readonly timeouts: Timeouts;
  /** Coarse time, renewed about ten times a second. */
  readonly clock: { readonly nowMs: number };
  /** Whether the worker is stopping: every answer then closes its connection. */
  readonly draining: boolean;
  readonly createExchange: (caller: CallerEnd) => CallerListener;
  /** Takes over a connection that opened with the HTTP/2 preface (RFC 9113 §3.4). */
  readonly takeHttp2: ((socket: Socket, peer: Peer, bytes: Buffer) => void) | undefined;
  readonly onClosed: (connection: CallerConnection) => void;
}

/** What became of bytes that were read: sent on, lent until a flush, or (in part) kept here. */
type Use = "done" | "lent" | "kept";

type State = "idle" | "head" | "exchange" | "tunnel" | "lingering" | "closed";

/** Pipelined bytes kept while an exchange runs; more waits in the kernel. */
const aheadBytesMax = 64 * 1024;
/** After the last answer: how long a silent caller, and any caller, is still read and dropped. */
const lingerMs = 2_000;
const lingerMsWhenDraining = 200;
const lingerMsMax = 30_000;
/** How long an answer may pause after the caller's FIN before the caller counts as gone. */
const endedIdleMs = 600;
const probesMax = 8;
const probe = "HTTP/1.1 100 Continue\r\n\r\n";
const noBytes: Buffer = Buffer.alloc(0);
/** Body reads from this size on are given back at once when they are taken. */
const releasedBytesMin = 16 * 1024;

export class ServerConnection implements CallerEnd, CallerConnection {
  readonly head = new RequestHead();
  readonly peer: Peer;
  readonly #context: ServerContext;
  readonly #socket: Socket;
  readonly #outbox: Outbox;
  readonly #body = new BodyReader();
  readonly #gatherer = new HeadGatherer();
  #exchange: CallerListener | undefined;
  #state: State = "idle";
  #ahead: Buffer | undefined;
  #lent: Buffer | undefined;
  /** When the present phase began or last moved, in coarse time. */
  #sinceMs: number;
  #paused = false;
  #callerEnded = false;
  #probes = 0;
  /** Whether the answer's head went out, and whether all of it did. */
  #headSent = false;
  #answered = false;
  #keepAlive = true;
  #encodeChunks = false;
  #lingerUntilMs = 0;
  #first = true;

  constructor(socket: Socket, peer: Peer, context: ServerContext) {
    this.#socket = socket;
    this.peer = peer;
    this.#context = context;
    this.#sinceMs = context.clock.nowMs;
    this.#outbox = new Outbox(socket, peer.encrypted, () => this.#onFlushed());
    socket.on("data", (bytes: Buffer) => this.#onData(bytes));
    socket.on("end", () => this.#onEnd());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#onClose());
  }

  get protocol(): "HTTP/1.0" | "HTTP/1.1" {
    return this.head.minorVersion === 1 ? "HTTP/1.1" : "HTTP/1.0";
  }

  get wantsDecodedBody(): boolean {
    return this.head.minorVersion === 0;
  }

  get bodyBytes(): number {
    return this.#body.bytes;
  }

  get takesInterim(): boolean {
    return this.head.minorVersion === 1 && !this.#headSent;
  }

  /** Whether no exchange is under way and none has begun to arrive. */
  get idle(): boolean {
    return this.#state === "idle";
  }

  // Reading

  #onData(bytes: Buffer): void {
    switch (this.#state) {
      case "idle":
      case "head":
        // What was kept ahead is about to be read, and came earlier.
        if (this.#ahead !== undefined) return this.#keepAhead(bytes, 0);
        return this.#readHead(bytes, 0);
      case "exchange":
      case "tunnel":
        if (this.#body.done) return this.#keepAhead(bytes, 0);
        return this.#releaseBody(bytes, this.#readBody(bytes, 0));
      case "lingering":
        this.#sinceMs = this.#context.clock.nowMs;
        return;
      case "closed":
        return;
    }
  }

  #readHead(bytes: Buffer, from: number): void {
    if (this.#state === "idle") {
      this.#state = "head";
      this.#sinceMs = this.#context.clock.nowMs;
    }
    const gatherer = this.#gatherer;
    if (!gatherer.empty) {
      if (!gatherer.add(bytes, from)) return;
      bytes = gatherer.bytes;
      from = 0;
    }
    const { head } = this;
    const result = parseRequestHead(head, bytes, from, bytes.length, this.#context.limits);
    if (result === 0) {
      if (this.#callerEnded) return this.#close();
      if (gatherer.empty) gatherer.add(bytes, from);
      return;
    }
    gatherer.clear();
    if (result < 0) return this.#refuse(bytes, result);
    this.#first = false;
    this.#beginExchange(bytes, result);
  }

  #refuse(bytes: Buffer, result: number): void {
    // RFC 9113 §3.2: under TLS the protocol is agreed on by ALPN, not by the preface.
    const takeHttp2 = this.peer.encrypted ? undefined : this.#context.takeHttp2;
    if (result === parseFault.versionUnsupported && this.#first && takeHttp2 !== undefined) {
      const opens = opensHttp2(bytes);
      if (opens === undefined) return void this.#gatherer.add(bytes, 0);
      if (opens) {
        this.#detach();
        return takeHttp2(this.#socket, this.peer, bytes);
      }
    }
    this.#refuseAs(parseFaultOf(result).status, parseFaultOf(result).detail);
  }

  /** Answers a head that is none. What follows it belongs to nothing and is not read. */
  #refuseAs(status: number, detail: string): void {
    this.#begin();
    this.#keepAlive = false;
    this.#body.begin(framing.close, 0, false);
    this.#exchange ??= this.#context.createExchange(this);
    this.#exchange.onMalformedRequest(status, detail);
  }

  #detach(): void {
    for (const event of ["data", "end", "error", "close"]) this.#socket.removeAllListeners(event);
    this.#socket.pause();
    this.#state = "closed";
    this.#context.onClosed(this);
  }

  #begin(): void {
    this.#state = "exchange";
    this.#sinceMs = this.#context.clock.nowMs;
    this.#headSent = false;
    this.#answered = false;
    this.#encodeChunks = false;
    this.#probes = 0;
  }

  #beginExchange(bytes: Buffer, from: number): void {
    const { head } = this;
    this.#begin();
    this.#keepAlive = head.keepAlive;
    this.#body.begin(head.framing, head.contentLength, false);
    const exchange = (this.#exchange ??= this.#context.createExchange(this));
    if (this.#body.done) {
      if (from < bytes.length) this.#keepAhead(bytes, from);
      else if (this.#callerEnded) this.#keepAlive = false;
      return exchange.onRequest(bytes, from, from, true);
    }
    const next = this.#body.read(bytes, from, bytes.length, this.#context.limits);
    if (next < 0) return this.#refuseAs(parseFaultOf(next).status, parseFaultOf(next).detail);
    const { done, trailers, keptEnd } = this.#body;
    if (next < bytes.length) this.#keepAhead(bytes, next);
    else if (this.#callerEnded) {
      if (!done) return void this.#socket.destroy();
      this.#keepAlive = false;
    }
    exchange.onRequest(bytes, from, keptEnd, done && trailers === undefined);
    if (done && trailers !== undefined) exchange.onRequestEnd(trailers);
  }

  #readBody(bytes: Buffer, from: number): Use {
    const exchange = this.#exchange as CallerListener;
    this.#sinceMs = this.#context.clock.nowMs;
    const next = this.#body.read(bytes, from, bytes.length, this.#context.limits);
    if (next < 0) {
      this.#keepAlive = false;
      this.#body.begin(framing.close, 0, false);
      const { status, detail } = parseFaultOf(next);
      exchange.onMalformedRequest(status, detail);
      return "kept";
    }
    const { done, trailers, keptEnd } = this.#body;
    let use: Use = "done";
    if (keptEnd > from && !exchange.onRequestBody(bytes, from, keptEnd)) {
      this.pause();
      use = "lent";
    }
    if (next < bytes.length) {
      this.#keepAhead(bytes, next);
      use = "kept";
    }
    if (done) exchange.onRequestEnd(trailers);
    return use;
  }

  /**
   * Lets go of what was read as soon as it is sent on, without waiting for the garbage collector,
   * which would let tens of megabytes of a fast upload pile up first.
   */
  #releaseBody(bytes: Buffer, use: Use): void {
    if (bytes.length < releasedBytesMin) return;
    if (use === "done") release(bytes);
    else if (use === "lent") this.#lent = bytes;
  }

  /** Bytes of the next request wait until this exchange is over. */
  #keepAhead(bytes: Buffer, from: number): void {
    const more = bytes.subarray(from);
    this.#ahead = this.#ahead === undefined ? more : Buffer.concat([this.#ahead, more]);
    if (this.#ahead.length >= aheadBytesMax) this.pause();
  }

  /** Their turn has come. The socket goes on behind them, unless it has to wait again. */
  readonly #readAhead = (): void => {
    const ahead = this.#ahead;
    if (ahead === undefined || this.#state === "closed") return;
    const wasPaused = this.#paused;
    this.#ahead = undefined;
    this.#paused = false;
    this.#onData(ahead);
    if (wasPaused && !this.#paused) this.#socket.resume();
  };

  #onEnd(): void {
    switch (this.#state) {
      case "idle":
      case "head":
        this.#callerEnded = true;
        if (this.#ahead === undefined) this.#close();
        return;
      case "lingering":
        this.#callerEnded = true;
        return;
      case "tunnel":
        this.#callerEnded = true;
        return this.#endTunnelled();
      case "exchange":
        // RFC 9112 §8: a request that ends before its body does is incomplete.
        if (!this.#body.done) return void this.#socket.destroy();
        this.#callerEnded = true;
        // Requests that were sent ahead of the FIN are answered, too.
        if (this.#ahead === undefined) this.#keepAlive = false;
        this.#sinceMs = this.#context.clock.nowMs;
        this.#probeCaller();
        return;
      case "closed":
        return;
    }
  }

  /** The caller's half of a tunnel is over. */
  #endTunnelled(): void {
    if (this.#body.done) return;
    this.#body.begin(framing.none, 0, false);
    this.#exchange?.onRequestEnd(undefined);
  }

  #onClose(): void {
    if (this.#state === "closed") return;
    const inExchange = this.#state === "exchange" || this.#state === "tunnel";
    this.#state = "closed";
    this.#ahead = undefined;
    this.#context.onClosed(this);
    if (inExchange) this.#exchange?.onCallerGone();
  }

  // Answering

  sendInterim(head: ResponseHead): void {
    if (!this.takesInterim) return;
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
    this.#headSent = true;
    this.#sinceMs = this.#context.clock.nowMs;
    if (this.#context.draining || (complete && !this.#body.done)) this.#keepAlive = false;
    const old = this.head.minorVersion === 0;
    let connection = "";
    this.#encodeChunks = false;
    if (head.framing === framing.chunked && !old) connection = "Transfer-Encoding: chunked\r\n";
    else if (head.framing === framing.close && !old) {
      connection = "Transfer-Encoding: chunked\r\n";
      this.#encodeChunks = true;
    } else if (old && (head.framing === framing.close || head.framing === framing.chunked)) {
      this.#keepAlive = false;
    }
    if (!this.#keepAlive) connection += "Connection: close\r\n";
    else if (old) connection += "Connection: keep-alive\r\n";
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

  sendBody(bytes: Buffer, from: number, to: number): boolean {
    this.#sinceMs = this.#context.clock.nowMs;
    if (!this.#encodeChunks) return this.#outbox.send(bytes, from, to);
    if (from === to) return true;
    this.#outbox.sendText(chunkSizeLine(to - from));
    this.#outbox.send(bytes, from, to);
    return this.#outbox.sendText("\r\n");
  }

  sendEnd(trailers: ResponseHead | undefined): void {
    if (this.#encodeChunks) this.#outbox.sendText(lastChunk(trailers, true));
    else if (trailers !== undefined && this.head.minorVersion === 1) {
      this.#outbox.sendText(lastChunk(trailers, false));
    }
    this.#answered = true;
    this.#finish();
  }

  sendOwn(status: number, reason: string, added: string, body: Buffer): void {
    this.#headSent = true;
    if (!this.#body.done || this.#context.draining) this.#keepAlive = false;
    const connection = this.#keepAlive
      ? this.head.minorVersion === 0
        ? "Connection: keep-alive\r\n"
        : ""
      : "Connection: close\r\n";
    const lines = `HTTP/1.1 ${status} ${reason}\r\n${added}Content-Length: ${body.length}\r\n`;
    const head = Buffer.from(lines + connection + "\r\n", "latin1");
    const bytes = this.head.method === "HEAD" ? head : Buffer.concat([head, body]);
    this.#outbox.send(bytes, 0, bytes.length);
    this.#answered = true;
    this.#finish();
  }

  sendUpgrade(head: ResponseHead, own: OwnLines, bytes: Buffer, from: number, to: number): boolean {
    this.#headSent = true;
    this.#keepAlive = false;
    this.#state = "tunnel";
    this.#body.begin(framing.close, 0, false);
    const upgrade = `Connection: upgrade\r\nUpgrade: ${head.field("upgrade") ?? ""}\r\n`;
    this.#sinceMs = this.#context.clock.nowMs;
    const taken = this.#outbox.sendScratch(writeResponseHead(head, own, upgrade, true));
    this.#readAhead();
    if (this.#callerEnded) this.#endTunnelled();
    return from === to ? taken : this.#outbox.send(bytes, from, to);
  }

  truncate(): void {
    if (this.#state === "closed") return;
    // A close-delimited answer has no other sign of being cut than a reset (RFC 9112 §8).
    if (this.#headSent && this.head.minorVersion === 0) return this.#reset();
    this.#ahead = undefined;
    this.#socket.destroySoon();
    this.#linger();
  }

  #reset(): void {
    // Without a close_notify before it, the end of a TLS connection counts as cut off.
    if (this.peer.encrypted) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    // Only a flush makes an exchange call this while its request is under way.
    if (this.#lent !== undefined && this.#state !== "lingering") release(this.#lent);
    this.#lent = undefined;
    this.#paused = false;
    this.#sinceMs = this.#context.clock.nowMs;
    this.#socket.resume();
  }

  /** The answer is whole: on to the next request, or close. */
  #finish(): void {
    if (this.#state === "closed") return;
    if (this.#state === "tunnel") {
      this.#socket.end();
      if (this.#body.done) this.#linger();
      return;
    }
    if (!this.#keepAlive || !this.#body.done) return this.#close();
    // A caller that does not take its answers gets no further ones.
    if (this.#outbox.blocked) return;
    this.#state = "idle";
    this.#lent = undefined;
    this.#sinceMs = this.#context.clock.nowMs;
    // Not from here: a row of pipelined requests would pile up on the stack.
    if (this.#ahead !== undefined) queueMicrotask(this.#readAhead);
    else this.resume();
  }

  #close(): void {
    this.#ahead = undefined;
    this.#socket.end();
    this.#linger();
  }

  /**
   * Closes without losing the answer: unread bytes in the kernel would turn our FIN into a reset,
   * and that can overtake the answer (RFC 9112 §9.6).
   */
  #linger(): void {
    this.#state = "lingering";
    this.#sinceMs = this.#context.clock.nowMs;
    this.#lingerUntilMs = this.#sinceMs + lingerMsMax;
    this.resume();
    if (this.#callerEnded) this.#socket.destroySoon();
  }

  #onFlushed(): void {
    this.#sinceMs = this.#context.clock.nowMs;
    if (this.#state !== "exchange" && this.#state !== "tunnel") return;
    if (this.#answered && this.#state === "exchange") this.#finish();
    else this.#exchange?.onCallerFlushed();
  }

  // Time

  /** A caller that sent FIN is half-closed or gone; only sending tells (see decision 0008). */
  #probeCaller(): void {
    if (this.#headSent || this.head.minorVersion === 0 || this.#probes >= probesMax) return;
    this.#probes++;
    this.#socket.write(probe, "latin1");
  }

  /** Called about ten times a second. */
  onTick(nowMs: number): void {
    const { timeouts } = this.#context;
    const waitedMs = nowMs - this.#sinceMs;
    switch (this.#state) {
      case "idle":
        if (isOver(waitedMs, this.#first ? timeouts.headMs : timeouts.keepAliveMs)) this.#close();
        return;
      case "head":
        if (isOver(waitedMs, timeouts.headMs)) this.#timeOutHead();
        return;
      case "exchange":
        this.#exchange?.onTick(nowMs);
        return this.#tickExchange(waitedMs);
      case "tunnel":
        this.#exchange?.onTick(nowMs);
        if (isOver(waitedMs, timeouts.tunnelIdleMs)) this.#socket.destroy();
        return;
      case "lingering":
        if (
          nowMs > this.#lingerUntilMs ||
          (waitedMs > (this.#context.draining ? lingerMsWhenDraining : lingerMs) &&
            this.#socket.writableLength === 0)
        ) {
          this.#socket.destroy();
        }
        return;
      case "closed":
        return;
    }
  }

  #tickExchange(waitedMs: number): void {
    if (this.#state !== "exchange") return;
    if (this.#callerEnded && !this.#headSent) return this.#probeCaller();
    if (this.#outbox.blocked || (!this.#body.done && !this.#paused)) {
      if (!isOver(waitedMs, this.#context.timeouts.bodyIdleMs)) return;
      this.#exchange?.onCallerStalled();
      // What it does not take would otherwise be held for ever.
      if (this.#outbox.blocked) this.#reset();
    } else if (this.#callerEnded && !this.#answered && waitedMs > endedIdleMs) {
      this.#socket.destroy();
    }
  }

  #timeOutHead(): void {
    this.head.reset(noBytes, 0);
    this.head.methodEnd = this.head.methodStart = 0;
    this.#gatherer.clear();
    this.#refuseAs(408, "the head did not arrive within timeouts.headMs");
  }

  /** Stops taking requests: closes at once when idle, else after the answer under way. */
  drain(): void {
    this.#keepAlive = false;
    if (this.#state === "idle") this.#close();
    else if (this.#state === "head" && this.#gatherer.empty) this.#close();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

function isOver(waitedMs: number, limitMs: number): boolean {
  return limitMs > 0 && waitedMs > limitMs;
}

function release(bytes: Buffer): void {
  const { buffer } = bytes;
  // Under TLS several reads share a buffer; those are left to the collector.
  if (buffer.byteLength === bytes.length) (buffer as ArrayBuffer).transfer(0);
}
