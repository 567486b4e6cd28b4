/**
 * The socket of a caller's HTTP/1 connection: reading that pauses and keeps bytes for later, and
 * an end that loses nothing of the last answer. It knows nothing of messages.
 */
import type { Socket } from "node:net";
import type { ServerContext } from "./server-context.ts";

/** What became of bytes that were read: sent on, lent until a flush, or (in part) kept here. */
export type Use = "done" | "lent" | "kept";

/** Pipelined bytes kept while an exchange runs; more waits in the kernel. */
const aheadBytesMax = 64 * 1024;
/** Body reads from this size on are given back at once when they are taken. */
const releasedBytesMin = 16 * 1024;
/** After the last answer: how long a silent caller, and any caller, is still read and dropped. */
const lingerMs = 2_000;
const lingerMsWhenDraining = 200;
const lingerMsMax = 30_000;
/** How long an answer may pause after the caller's FIN before the caller counts as gone. */
const endedIdleMs = 600;
const probesMax = 8;
const probe = "HTTP/1.1 100 Continue\r\n\r\n";

export class CallerSocket {
  readonly #socket: Socket;
  readonly #encrypted: boolean;
  readonly #context: ServerContext;
  readonly #onData: (bytes: Buffer) => void;
  #ahead: Buffer | undefined;
  #lent: Buffer | undefined;
  #lingerUntilMs = 0;
  #probes = 0;
  /** When the present phase began or last moved, in coarse time. */
  #sinceMs = 0;
  paused = false;
  /** Whether the caller's FIN has come. */
  ended = false;

  constructor(
    socket: Socket,
    encrypted: boolean,
    context: ServerContext,
    onData: (bytes: Buffer) => void,
  ) {
    this.#socket = socket;
    this.#encrypted = encrypted;
    this.#context = context;
    this.#onData = onData;
    this.#sinceMs = context.clock.nowMs;
    socket.on("data", onData);
    socket.on("error", () => socket.destroy());
  }

  /** Something has moved. */
  touch(): void {
    this.#sinceMs = this.#context.clock.nowMs;
  }

  /** Whether nothing has moved for longer than allowed; 0: any time is. */
  stands(nowMs: number, limitMs: number): boolean {
    return limitMs > 0 && nowMs - this.#sinceMs > limitMs;
  }

  isGone(nowMs: number): boolean {
    return this.ended && this.stands(nowMs, endedIdleMs);
  }

  pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.#socket.pause();
  }

  /** @param flushed whether what was lent is sent. */
  resume(flushed: boolean): void {
    if (!this.paused) return;
    if (flushed && this.#lent !== undefined) release(this.#lent);
    this.#lent = undefined;
    this.paused = false;
    this.touch();
    this.#socket.resume();
  }

  /**
   * Lets go of what was read as soon as it is sent on, without waiting for the garbage collector,
   * which would let tens of megabytes of a fast upload pile up first.
   */
  settle(bytes: Buffer, use: Use): void {
    if (bytes.length < releasedBytesMin) return;
    if (use === "done") release(bytes);
    else if (use === "lent") this.#lent = bytes;
  }

  get hasAhead(): boolean {
    return this.#ahead !== undefined;
  }

  /** Bytes of the next request wait until this exchange is over. */
  keepAhead(bytes: Buffer, from: number): void {
    const more = bytes.subarray(from);
    this.#ahead = this.#ahead === undefined ? more : Buffer.concat([this.#ahead, more]);
    if (this.#ahead.length >= aheadBytesMax) this.pause();
  }

  /** Their turn has come. The socket goes on behind them, unless it has to wait again. */
  readonly readAhead = (): void => {
    const ahead = this.#ahead;
    if (ahead === undefined) return;
    const wasPaused = this.paused;
    this.#ahead = undefined;
    this.paused = false;
    this.#onData(ahead);
    if (wasPaused && !this.paused) this.#socket.resume();
  };

  /** On to the next request, which may be here already. */
  goOn(): void {
    this.#lent = undefined;
    this.touch();
    // Not from here: a row of pipelined requests would pile up on the stack.
    if (this.#ahead !== undefined) queueMicrotask(this.readAhead);
    else this.resume(false);
  }

  /** An exchange begins. */
  begin(): void {
    this.#probes = 0;
    this.touch();
  }

  /** A caller that sent FIN is half-closed or gone; only sending tells (see decision 0008). */
  probe(): void {
    if (this.#probes >= probesMax) return;
    this.#probes++;
    this.#socket.write(probe, "latin1");
  }

  end(): void {
    this.#socket.end();
  }

  /**
   * From now on reads and drops. Closes without losing the answer: unread bytes in the kernel would
   * turn our FIN into a reset, and that can overtake the answer (RFC 9112 §9.6).
   */
  linger(): void {
    this.#ahead = undefined;
    this.touch();
    this.#lingerUntilMs = this.#sinceMs + lingerMsMax;
    this.resume(false);
    if (this.ended) this.#socket.destroySoon();
  }

  tickLingering(nowMs: number): void {
    const quietMs = this.#context.draining ? lingerMsWhenDraining : lingerMs;
    const isQuiet = nowMs - this.#sinceMs > quietMs && this.#socket.writableLength === 0;
    if (isQuiet || nowMs > this.#lingerUntilMs) this.#socket.destroy();
  }

  /** Ends behind what is queued. */
  destroySoon(): void {
    this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  reset(): void {
    // Without a close_notify before it, the end of a TLS connection counts as cut off.
    if (this.#encrypted) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  /** Gives the socket away, paused and without listeners. */
  detach(): Socket {
    for (const event of ["data", "end", "error", "close"]) this.#socket.removeAllListeners(event);
    this.#socket.pause();
    return this.#socket;
  }
}

function release(bytes: Buffer): void {
  const { buffer } = bytes;
  // Under TLS several reads share a buffer; those are left to the collector.
  if (buffer.byteLength === bytes.length) (buffer as ArrayBuffer).transfer(0);
}
