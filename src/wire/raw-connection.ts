/**
 * One TCP connection to an instance that speaks no protocol: sends a request in its frame and reads
 * one answer. Towards the exchange an answer is that of any instance, with an empty 200 head.
 */
import type { Socket } from "node:net";
import { assert } from "#base/assert.ts";
import { defaultLimits } from "#base/limits.ts";
import { frameHead, frameTail, tellMethod, type RawFraming } from "#base/raw-framing.ts";
import type { RequestPlan, UpstreamListener } from "./ends.ts";
import { FrameReader } from "./frame-reader.ts";
import { ResponseHead, type RequestHead } from "./head.ts";
import { parseFault } from "./parse-faults.ts";
import { parseResponseHead } from "./parse-response-head.ts";
import type { PooledConnection, PooledContext } from "./pool.ts";
import { readBytesMax } from "./scratch.ts";

type State = "idle" | "waiting" | "answering" | "closed";

const noBytes = Buffer.alloc(0);

export class RawConnection implements PooledConnection {
  readonly #framing: RawFraming;
  readonly #context: PooledContext;
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  readonly #head = emptyHead();
  #listener: UpstreamListener | undefined;
  #state: State = "idle";
  #reusable: boolean;
  #reused = false;
  #cause: unknown;
  idleSinceMs = 0;
  readonly keepAliveMs = 0;

  /** @param connect makes the socket, reading into the given buffer. */
  constructor(
    connect: (buffer: Buffer, onRead: (count: number) => boolean) => Socket,
    framing: RawFraming,
    context: PooledContext,
  ) {
    this.#framing = framing;
    this.#context = context;
    this.#reusable = framing.keepAlive;
    this.#reader = new FrameReader(framing.answer, context.limits.documentBytesMax);
    const buffer = Buffer.allocUnsafeSlow(readBytesMax);
    this.#socket = connect(buffer, (count) => this.#onRead(buffer, count));
    this.#socket.on("error", (cause) => (this.#cause = cause));
    this.#socket.on("end", () => this.#onEnd());
    this.#socket.on("close", () => this.#onClose());
  }

  get usable(): boolean {
    return this.#state === "idle" && this.#reusable;
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  retire(): void {
    this.#reusable = false;
    if (this.#state === "idle") this.#socket.destroy();
  }

  begin(listener: UpstreamListener): void {
    this.#listener = listener;
  }

  sendHead(
    head: RequestHead,
    _plan: RequestPlan,
    bytes: Buffer,
    from: number,
    to: number,
    complete: boolean,
  ): boolean {
    assert(complete, "a request without protocol is whole before it is sent");
    const { request, halfClose } = this.#framing;
    this.#state = "waiting";
    const parts = [frameHead(request, to - from), bytes.subarray(from, to), frameTail(request)];
    // One write, of a copy: the exchange may use its buffer again.
    const listener = this.#listener;
    this.#socket.write(Buffer.concat(parts), (failure) => {
      const isOver = head.method === tellMethod && !failure && this.#listener === listener;
      if (isOver && listener !== undefined) this.#deliver(listener, noBytes);
    });
    if (halfClose) this.#socket.end();
    return true;
  }

  sendBody(): boolean {
    // There is none behind the first part.
    return true;
  }

  sendEnd(): void {
    // It was said with the request.
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  abort(): void {
    this.#listener = undefined;
    this.#reusable = false;
    this.#socket.destroy();
  }

  #onRead(bytes: Buffer, count: number): boolean {
    const listener = this.#listener;
    if (listener === undefined || this.#state === "idle") {
      // An answer to no question would be taken for that of the next request.
      this.#socket.destroy();
      return false;
    }
    const read = this.#reader.read(bytes, 0, count);
    const isShort = read.kind === "message" && read.next < count && this.#reader.isCounted;
    if (read.kind === "fault" || isShort) {
      this.abort();
      const fault = read.kind === "fault" ? read.fault : parseFault.messageLengthShort;
      listener.onUpstreamFailed({ kind: "malformed", fault });
    } else if (read.kind === "message") {
      if (read.next < count) this.#reusable = false;
      this.#deliver(listener, read.body);
    } else if (this.#state === "waiting") {
      this.#state = "answering";
      listener.onResponse(this.#head, noBytes, 0, 0, false);
    } else listener.onResponseBody(noBytes, 0, 0);
    return true;
  }

  #deliver(listener: UpstreamListener, body: Buffer): void {
    if (this.#state === "waiting") listener.onResponse(this.#head, body, 0, body.length, true);
    else listener.onResponseBody(body, 0, body.length);
    // It may have been too large for the exchange.
    if (this.#listener !== listener) return;
    this.#listener = undefined;
    this.#state = "idle";
    this.#reused = true;
    if (this.#reusable) this.#context.release(this);
    else this.#socket.destroySoon();
    listener.onResponseEnd(undefined);
  }

  #onEnd(): void {
    this.#reusable = false;
    const listener = this.#listener;
    const hasBegun = this.#state === "answering";
    const body = hasBegun ? this.#reader.finish() : undefined;
    if (listener === undefined || body === undefined) this.#socket.destroy();
    else this.#deliver(listener, body);
  }

  #onClose(): void {
    const state = this.#state;
    if (state === "closed") return;
    this.#state = "closed";
    this.#reusable = false;
    this.#context.onClosed(this);
    const listener = this.#listener;
    this.#listener = undefined;
    const cause = this.#cause;
    if (state === "answering") listener?.onUpstreamFailed({ kind: "closed-in-answer", cause });
    else {
      const reused = this.#reused;
      listener?.onUpstreamFailed({ kind: "closed-before-answer", reused, cause });
    }
  }
}

function emptyHead(): ResponseHead {
  const bytes = Buffer.from("HTTP/1.1 200 OK\r\n\r\n");
  const head = new ResponseHead();
  parseResponseHead(head, bytes, 0, bytes.length, defaultLimits, false);
  return head;
}
