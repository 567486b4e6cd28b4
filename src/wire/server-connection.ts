/**
 * One HTTP/1.x connection of a caller: reads heads and bodies, keeps pipelined requests in order,
 * frames answers, and notices when the caller stalls, half-closes or goes away.
 * It knows nothing of routes; what it reads goes to the exchange, one at a time.
 */
import type { Socket } from "node:net";
import { AnswerWriter, isUnframedForOld } from "./answer-writer.ts";
import { BodyReader } from "./body-reader.ts";
import { CallerSocket, type Use } from "./caller-socket.ts";
import type { CallerConnection, CallerEnd, CallerListener, Peer } from "./ends.ts";
import { framing, RequestHead, type ResponseHead } from "./head.ts";
import { HeadGatherer } from "./head-gatherer.ts";
import { opensHttp2 } from "./http2-preface.ts";
import { latelyMs } from "./lately.ts";
import type { LateLines, OwnLines } from "./own-lines.ts";
import { lateHead, parseFault, parseFaultOf } from "./parse-faults.ts";
import { parseRequestHead } from "./parse-request-head.ts";
import type { ServerContext } from "./server-context.ts";

/** "held": the answer is over, and its end is kept until it is released. */
type State = "idle" | "head" | "exchange" | "held" | "tunnel" | "lingering" | "closed";

export class ServerConnection implements CallerEnd, CallerConnection {
  readonly head = new RequestHead();
  readonly peer: Peer;
  readonly #context: ServerContext;
  readonly #socket: CallerSocket;
  readonly #answer: AnswerWriter;
  readonly #body = new BodyReader();
  readonly #gatherer = new HeadGatherer();
  #exchange: CallerListener | undefined;
  #state: State = "idle";
  /** Whether all of the answer went out. */
  #answered = false;
  #first = true;

  constructor(socket: Socket, peer: Peer, context: ServerContext) {
    const onData = (bytes: Buffer): void => this.#onData(bytes);
    this.#socket = new CallerSocket(socket, peer.encrypted, context, onData);
    this.peer = peer;
    this.#context = context;
    this.#answer = new AnswerWriter(socket, peer.encrypted, () => this.#onFlushed());
    socket.on("end", () => this.#onEnd());
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
    return this.head.minorVersion === 1 && !this.#answer.hasLeft;
  }

  // Reading

  #onData(bytes: Buffer): void {
    switch (this.#state) {
      case "idle":
      case "head":
        // What was kept ahead is about to be read, and came earlier.
        if (this.#socket.hasAhead) return this.#socket.keepAhead(bytes, 0);
        return this.#readHead(bytes);
      case "exchange":
      case "tunnel":
        if (this.#body.done) return this.#socket.keepAhead(bytes, 0);
        return this.#socket.settle(bytes, this.#readBody(bytes));
      case "held":
        // The rest of a request that is answered is nobody's, and the connection will close.
        return this.#body.done ? this.#socket.keepAhead(bytes, 0) : undefined;
      case "lingering":
        return this.#socket.touch();
      case "closed":
    }
  }

  #readHead(bytes: Buffer): void {
    if (this.#state === "idle") {
      this.#state = "head";
      this.#socket.touch();
    }
    const gatherer = this.#gatherer;
    if (!gatherer.empty) {
      if (!gatherer.add(bytes, 0)) return;
      bytes = gatherer.bytes;
    }
    const result = parseRequestHead(this.head, bytes, 0, bytes.length, this.#context.limits);
    if (result === 0) {
      if (this.#socket.ended) return this.#close();
      if (gatherer.empty) gatherer.add(bytes, 0);
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
        this.#state = "closed";
        this.#context.onClosed(this);
        return takeHttp2(this.#socket.detach(), this.peer, bytes);
      }
    }
    this.#refuseAs(parseFaultOf(result, this.#context.limits));
  }

  /** Answers what is no request. What follows it belongs to nothing and is not read. */
  #refuseAs({ status, detail }: { status: number; detail: string }, hasHead = false): void {
    const exchange = this.#begin();
    this.#answer.keepAlive = false;
    this.#body.begin(framing.close, 0, false);
    exchange.onMalformedRequest(status, detail, hasHead);
  }

  #begin(): CallerListener {
    this.#state = "exchange";
    this.#socket.begin();
    this.#answered = false;
    this.#answer.begin(this.head);
    return (this.#exchange ??= this.#context.createExchange(this));
  }

  #beginExchange(bytes: Buffer, from: number): void {
    const { head } = this;
    const exchange = this.#begin();
    this.#answer.keepAlive = head.keepAlive;
    this.#body.begin(head.framing, head.contentLength, false);
    if (this.#body.done) {
      if (from < bytes.length) this.#socket.keepAhead(bytes, from);
      else if (this.#socket.ended) this.#answer.keepAlive = false;
      return exchange.onRequest(bytes, from, from, true);
    }
    const next = this.#body.read(bytes, from, bytes.length, this.#context.limits);
    if (next < 0) return this.#refuseAs(parseFaultOf(next, this.#context.limits), true);
    const { done, trailers, keptEnd } = this.#body;
    if (next < bytes.length) this.#socket.keepAhead(bytes, next);
    else if (this.#socket.ended) {
      if (!done) return this.#socket.destroy();
      this.#answer.keepAlive = false;
    }
    exchange.onRequest(bytes, from, keptEnd, done && trailers === undefined);
    if (done && trailers !== undefined) exchange.onRequestEnd(trailers);
  }

  #readBody(bytes: Buffer): Use {
    const exchange = this.#exchange as CallerListener;
    this.#socket.touch();
    const next = this.#body.read(bytes, 0, bytes.length, this.#context.limits);
    if (next < 0) {
      this.#answer.keepAlive = false;
      this.#body.begin(framing.close, 0, false);
      const { status, detail } = parseFaultOf(next, this.#context.limits);
      exchange.onMalformedRequest(status, detail);
      return "kept";
    }
    const { done, trailers, keptEnd } = this.#body;
    let use: Use = "done";
    if (keptEnd > 0 && !exchange.onRequestBody(bytes, 0, keptEnd)) {
      this.pause();
      use = "lent";
    }
    if (next < bytes.length) {
      this.#socket.keepAhead(bytes, next);
      use = "kept";
    }
    if (done) exchange.onRequestEnd(trailers);
    return use;
  }

  #onEnd(): void {
    this.#socket.ended = true;
    switch (this.#state) {
      case "idle":
      case "head":
        if (!this.#socket.hasAhead) this.#close();
        return;
      case "tunnel":
        return this.#endTunnelled();
      case "exchange":
      case "held":
        // RFC 9112 §8: a request that ends before its body does is incomplete.
        if (!this.#body.done && this.#state !== "held") return this.#socket.destroy();
        // Requests that were sent ahead of the FIN are answered, too.
        if (!this.#socket.hasAhead) this.#answer.keepAlive = false;
        this.#socket.touch();
        return this.takesInterim ? this.#socket.probe() : undefined;
      case "lingering":
      case "closed":
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
    const inExchange = ["exchange", "held", "tunnel"].includes(this.#state);
    this.#state = "closed";
    this.#answer.drop();
    this.#context.onClosed(this);
    if (inExchange) this.#exchange?.onCallerGone();
  }

  // Answering

  sendInterim(head: ResponseHead): void {
    if (this.takesInterim) this.#answer.sendInterim(head);
  }

  sendHead(
    head: ResponseHead,
    own: OwnLines,
    bytes: Buffer,
    from: number,
    to: number,
    complete: boolean,
  ): boolean {
    this.#socket.touch();
    if (this.#context.draining || (complete && !this.#body.done)) this.#answer.keepAlive = false;
    if (this.head.minorVersion === 0 && isUnframedForOld(head)) this.#answer.keepAlive = false;
    return this.#answer.sendHead(head, own, bytes, from, to, complete);
  }

  sendBody(bytes: Buffer, from: number, to: number): boolean {
    this.#socket.touch();
    return this.#answer.sendBody(bytes, from, to);
  }

  sendEnd(trailers: ResponseHead | undefined): void {
    this.#answer.sendEnd(trailers);
    this.#endAnswer();
  }

  sendOwn(status: number, reason: string, added: string, body: Buffer): void {
    if (!this.#body.done || this.#context.draining) this.#answer.keepAlive = false;
    this.#answer.sendOwn(status, reason, added, body);
    this.#endAnswer();
  }

  holdEnd(wholeBytesMax: number): void {
    this.#answer.hold(wholeBytesMax);
  }

  get holdsWhole(): boolean {
    return this.#answer.holdsWhole;
  }

  releaseEnd(lines: LateLines | undefined): void {
    if (!this.#body.done) this.#answer.keepAlive = false;
    this.#answer.release(lines);
    this.#endAnswer();
  }

  /** The answer is whole, but perhaps for its end. */
  #endAnswer(): void {
    this.#answered = !this.#answer.holding;
    if (this.#answered) this.#finish();
    else if (this.#state === "exchange") this.#state = "held";
  }

  sendUpgrade(head: ResponseHead, own: OwnLines, bytes: Buffer, from: number, to: number): boolean {
    this.#answer.keepAlive = false;
    this.#state = "tunnel";
    this.#body.begin(framing.close, 0, false);
    this.#socket.touch();
    const taken = this.#answer.sendUpgrade(head, own, bytes, from, to);
    this.#socket.readAhead();
    if (this.#socket.ended) this.#endTunnelled();
    return taken;
  }

  truncate(): void {
    if (this.#state === "closed") return;
    // A close-delimited answer has no other sign of being cut than a reset (RFC 9112 §8).
    if (this.#answer.hasLeft && this.head.minorVersion === 0) return this.#socket.reset();
    this.#answer.drop();
    this.#socket.destroySoon();
    this.#linger();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    // Only a flush makes an exchange call this while its request is under way.
    this.#socket.resume(this.#state !== "lingering");
  }

  /** The answer is whole: on to the next request, or close. */
  #finish(): void {
    if (this.#state === "closed") return;
    if (this.#state === "tunnel") {
      this.#socket.end();
      if (this.#body.done) this.#linger();
      return;
    }
    if (!this.#answer.keepAlive || !this.#body.done) return this.#close();
    // A caller that does not take its answers gets no further ones.
    if (this.#answer.blocked) return;
    this.#state = "idle";
    this.#socket.goOn();
  }

  #close(): void {
    this.#socket.end();
    this.#linger();
  }

  #linger(): void {
    this.#state = "lingering";
    this.#socket.linger();
  }

  #onFlushed(): void {
    this.#socket.touch();
    const isAnswering = this.#state === "exchange" || this.#state === "held";
    if (!isAnswering && this.#state !== "tunnel") return;
    if (this.#answered && isAnswering) this.#finish();
    else this.#exchange?.onCallerFlushed();
  }

  // Time

  onTick(nowMs: number): void {
    const { timeouts } = this.#context;
    const socket = this.#socket;
    switch (this.#state) {
      case "idle":
        if (socket.stands(nowMs, this.#first ? timeouts.headMs : timeouts.keepAliveMs)) {
          this.#close();
        }
        return;
      case "head":
        if (!socket.stands(nowMs, timeouts.headMs)) return;
        this.head.clear();
        this.#gatherer.clear();
        return this.#refuseAs(lateHead(timeouts));
      case "exchange":
      case "held":
        this.#exchange?.onTick(nowMs);
        return this.#tickExchange(nowMs);
      case "tunnel":
        if (!socket.stands(nowMs, timeouts.tunnelIdleMs)) return;
        this.#exchange?.onCallerStalled();
        return socket.destroy();
      case "lingering":
        return socket.tickLingering(nowMs);
      case "closed":
    }
  }

  exchangesLately(nowMs: number): number {
    return this.#socket.stands(nowMs, latelyMs) ? 0 : 1;
  }

  #tickExchange(nowMs: number): void {
    const socket = this.#socket;
    const isHeld = this.#state === "held";
    if (this.#state !== "exchange" && !isHeld) return;
    if (socket.ended && !this.#answer.hasLeft)
      return this.takesInterim ? socket.probe() : undefined;
    if (this.#answer.blocked || (!this.#body.done && !socket.paused && !isHeld)) {
      if (!socket.stands(nowMs, this.#context.timeouts.bodyIdleMs)) return;
      this.#exchange?.onCallerStalled();
      // What it does not take would otherwise be held for ever.
      if (this.#answer.blocked) socket.reset();
    } else if (!this.#answered && !isHeld && socket.isGone(nowMs)) {
      socket.destroy();
    }
  }

  drain(): void {
    this.#answer.keepAlive = false;
    if (this.#state === "idle") this.#close();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
