/**
 * One TCP connection of a caller that speaks no protocol: each message is a request to one address,
 * its answer is sent back in a frame. An answer is whole before any of it leaves.
 */
import type { Socket } from "node:net";
import { assert } from "#base/assert.ts";
import { atTurnEnd } from "#base/platform.ts";
import { frameHead, frameTail, type RawFraming } from "#base/raw-framing.ts";
import type { CallerConnection, CallerEnd, CallerListener, Peer } from "./ends.ts";
import type { OwnLines } from "./own-lines.ts";
import { FrameReader } from "./frame-reader.ts";
import { RequestHead, type ResponseHead } from "./head.ts";
import { latelyMs } from "./lately.ts";
import { parseFault, parseFaultOf } from "./parse-faults.ts";
import { parseRequestHead } from "./parse-request-head.ts";
import type { ServerContext } from "./server-context.ts";

type State = "idle" | "exchange" | "held" | "closing" | "closed";

const noBytes: Buffer = Buffer.alloc(0);
/** After the last answer: how long a caller that does not close is waited for. */
const lingerMs = 2_000;

export class RawServerConnection implements CallerEnd, CallerConnection {
  readonly protocol = "TCP";
  readonly wantsDecodedBody = true;
  readonly takesInterim = false;
  readonly holdsWhole = true;
  readonly head = new RequestHead();
  readonly peer: Peer;
  bodyBytes = 0;
  readonly #socket: Socket;
  readonly #framing: RawFraming;
  readonly #path: string;
  readonly #context: ServerContext;
  readonly #reader: FrameReader;
  #exchange: CallerListener | undefined;
  #state: State = "idle";
  #ahead: Buffer = noBytes;
  #answer: Buffer[] = [];
  #answerBytes = 0;
  #holds = false;
  /** Whether nothing is said: nobody waits for it, or could read it. */
  #silent = false;
  /** Whether the caller has ended its half. */
  #ended = false;
  #draining = false;
  #sinceMs = 0;

  /** @param path of the address that messages are requests to. */
  constructor(
    socket: Socket,
    peer: Peer,
    framing: RawFraming,
    path: string,
    context: ServerContext,
  ) {
    this.#socket = socket;
    this.peer = peer;
    this.#framing = framing;
    this.#path = path;
    this.#context = context;
    this.#reader = new FrameReader(framing.request, context.limits.documentBytesMax);
    this.#sinceMs = context.clock.nowMs;
    socket.on("data", (bytes: Buffer) => this.#onData(bytes));
    socket.on("error", () => socket.destroy());
    socket.on("end", () => this.#onEnd());
    socket.on("close", () => this.#onClose());
  }

  // Reading

  #onData(bytes: Buffer): void {
    if (this.#state === "closing" || this.#state === "closed") return;
    this.#sinceMs = this.#context.clock.nowMs;
    // What was kept came earlier, and is about to be read.
    if (this.#state === "idle" && this.#ahead.length === 0) return this.#read(bytes);
    this.#ahead = this.#ahead.length === 0 ? bytes : Buffer.concat([this.#ahead, bytes]);
    this.#socket.pause();
  }

  #read(bytes: Buffer): void {
    const read = this.#reader.read(bytes, 0, bytes.length);
    if (read.kind === "more") return;
    const { limits } = this.#context;
    if (read.kind === "fault") return this.#refuse(parseFaultOf(read.fault, limits).detail);
    const ahead = bytes.subarray(read.next);
    // A connection that carries one message: the rest belongs to that, and its length is wrong.
    if (ahead.length > 0 && this.#reader.isCounted && !this.#framing.keepAlive) {
      return this.#refuse(parseFaultOf(parseFault.messageLengthShort, limits).detail);
    }
    this.#ahead = ahead;
    this.#begin(read.body);
  }

  #begin(body: Buffer): void {
    this.#state = "exchange";
    this.#answer = [];
    this.#answerBytes = 0;
    this.#holds = false;
    this.#silent = false;
    this.bodyBytes = body.length;
    writeHead(this.head, this.#path, body.length, this.#context);
    (this.#exchange ??= this.#context.createExchange(this)).onRequest(body, 0, body.length, true);
  }

  /** What came is no message, and what follows it belongs to nothing. */
  #refuse(detail: string): void {
    this.#state = "exchange";
    this.#draining = true;
    writeHead(this.head, this.#path, 0, this.#context);
    const exchange = (this.#exchange ??= this.#context.createExchange(this));
    exchange.onMalformedRequest(400, detail, true);
  }

  #onEnd(): void {
    this.#ended = true;
    if (this.#state === "closing") return void this.#socket.destroy();
    if (this.#state !== "idle" || this.#ahead.length > 0) return;
    const hasPart = !this.#reader.empty;
    const body = hasPart ? this.#reader.finish() : undefined;
    if (body !== undefined) this.#begin(body);
    else if (hasPart) this.#refuse("the connection was closed in mid-message");
    else this.#close();
  }

  #onClose(): void {
    const state = this.#state;
    this.#state = "closed";
    this.#context.onClosed(this);
    if (state === "exchange" || state === "held") this.#exchange?.onCallerGone();
  }

  // Answering

  sendInterim(): void {
    assert(false, "a caller without protocol takes no interim answers");
  }

  sendHead(
    _head: ResponseHead,
    _own: OwnLines,
    bytes: Buffer,
    from: number,
    to: number,
    complete: boolean,
  ): boolean {
    this.#keep(bytes, from, to);
    if (complete) this.#endAnswer();
    return true;
  }

  sendBody(bytes: Buffer, from: number, to: number): boolean {
    this.#keep(bytes, from, to);
    return true;
  }

  #keep(bytes: Buffer, from: number, to: number): void {
    this.#answerBytes += to - from;
    // What is larger than a document may be is no answer to a program of this kind.
    if (this.#answerBytes > this.#context.limits.documentBytesMax) this.#socket.destroy();
    else this.#answer.push(Buffer.from(bytes.subarray(from, to)));
  }

  sendEnd(): void {
    this.#endAnswer();
  }

  sendOwn(status: number, _reason: string, added: string, body: Buffer): void {
    this.#answer = [];
    // Nobody there reads a problem document: that it closes says that something failed.
    this.#silent = status === 202 || /^content-type: *application\/problem\+json/im.test(added);
    if (!this.#silent) this.#answer.push(body);
    else if (status !== 202) this.#draining = true;
    this.#endAnswer();
  }

  holdEnd(): void {
    this.#holds = true;
  }

  releaseEnd(): void {
    this.#holds = false;
    this.#endAnswer();
  }

  #endAnswer(): void {
    if (this.#state === "closed") return;
    if (this.#holds) return void (this.#state = "held");
    const body = Buffer.concat(this.#answer);
    this.#answer = [];
    const { answer, keepAlive } = this.#framing;
    if (!this.#silent) {
      const parts = [frameHead(answer, body.length), body, frameTail(answer)];
      this.#socket.write(Buffer.concat(parts));
    }
    if (!keepAlive || this.#draining || this.#context.draining || answer.kind === "close") {
      return this.#close();
    }
    if (this.#ended && this.#ahead.length === 0) return this.#close();
    this.#state = "idle";
    this.#sinceMs = this.#context.clock.nowMs;
    // Not from within: a caller may have sent thousands ahead.
    atTurnEnd(() => this.#goOn());
  }

  #goOn(): void {
    if (this.#state !== "idle") return;
    this.#socket.resume();
    const ahead = this.#ahead;
    this.#ahead = noBytes;
    if (ahead.length > 0) this.#read(ahead);
    if (this.#state === "idle" && this.#ended) this.#onEnd();
  }

  sendUpgrade(): boolean {
    throw new Error("a caller without protocol asks for no upgrade");
  }

  /** What was begun will not be whole: nothing of it has left. */
  truncate(): void {
    this.#answer = [];
    this.#close();
  }

  pause(): void {
    // The request is whole before it is handed on.
  }

  resume(): void {
    // As above.
  }

  #close(): void {
    if (this.#state === "closed") return;
    this.#state = "closing";
    this.#sinceMs = this.#context.clock.nowMs;
    this.#socket.end();
    this.#socket.resume();
    if (this.#ended) this.#socket.destroySoon();
  }

  // Time

  onTick(nowMs: number): void {
    const { timeouts } = this.#context;
    const passed = (limitMs: number): boolean => limitMs > 0 && nowMs - this.#sinceMs > limitMs;
    switch (this.#state) {
      case "idle":
        if (this.#reader.empty) {
          if (passed(timeouts.keepAliveMs)) this.#close();
        } else if (passed(timeouts.bodyIdleMs)) {
          this.#refuse(`the message stopped for timeouts.bodyIdleMs: ${timeouts.bodyIdleMs}`);
        }
        return;
      case "exchange":
      case "held":
        return this.#exchange?.onTick(nowMs);
      case "closing":
        if (passed(lingerMs)) this.#socket.destroy();
        return;
      case "closed":
    }
  }

  exchangesLately(nowMs: number): number {
    return nowMs - this.#sinceMs > latelyMs ? 0 : 1;
  }

  drain(): void {
    this.#draining = true;
    if (this.#state === "idle") this.#close();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** As the gateway sees any request. */
function writeHead(
  head: RequestHead,
  path: string,
  bodyBytes: number,
  { limits }: ServerContext,
): void {
  const text = `POST ${path} HTTP/1.1\r\nHost: parlance\r\nContent-Length: ${bodyBytes}\r\n\r\n`;
  const bytes = Buffer.from(text, "latin1");
  const end = parseRequestHead(head, bytes, 0, bytes.length, limits);
  assert(end === bytes.length, `${path} is no path`);
}
