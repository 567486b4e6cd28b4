/**
 * One HTTP/2 connection of a caller: its streams, its time-outs and its orderly end. nghttp2 bounds
 * rapid resets, CONTINUATION frames, header lists and queued answers to floods; what it leaves
 * open (PING and SETTINGS of a caller that reads) is bounded here.
 */
import type { ServerHttp2Session, ServerHttp2Stream, ServerSessionOptions } from "node:http2";
import type { Socket } from "node:net";
import { http2 } from "#base/late-modules.ts";
import type { Limits } from "#base/limits.ts";
import { Roster } from "#base/roster.ts";
import type { CallerConnection, Peer } from "./ends.ts";
import { constants } from "./http2-codes.ts";
import { Http2ServerStream, type Http2StreamEvents } from "./http2-server-stream.ts";
import { PeakLately } from "./lately.ts";
import type { ServerContext } from "./server-context.ts";

const streamsMax = 100;
const streamWindowBytes = 128 * 1024;
const sessionMemoryMiB = 32;
/** Streams a caller may reset at once, and how many of these are given back a second. */
const resetsBurst = 200;
const resetsPerSecond = 33;
/** PING and SETTINGS frames a second. */
const controlFramesMax = 1_000;
/** The last stream a connection can have: a GOAWAY that says so only announces the end. */
const lastStreamId = 2 ** 31 - 1;
/** From that announcement to the end: what was on its way has come by then. */
const farewellMs = 200;

export class Http2ServerSession implements CallerConnection, Http2StreamEvents {
  readonly #context: ServerContext;
  readonly #socket: Socket;
  readonly #session: ServerHttp2Session;
  readonly #streams = new Roster<Http2ServerStream>();
  #greeted = false;
  #closed = false;
  #idleSinceMs = 0;
  #drainingSinceMs: number | undefined;
  #controlFrames = 0;
  #resets = 0;
  #controlSinceMs = 0;
  readonly #peak = new PeakLately();

  /** @param bytes what was read from the socket before; it has no listeners and is paused. */
  constructor(socket: Socket, peer: Peer, bytes: Buffer | undefined, context: ServerContext) {
    this.#context = context;
    this.#socket = socket;
    this.#idleSinceMs = this.#controlSinceMs = context.clock.nowMs;
    if (bytes !== undefined) socket.unshift(bytes);
    this.#session = http2().performServerHandshake(socket, sessionOptions(context.limits));
    const session = this.#session;
    session.on("stream", (stream, _headers, _flags, fields) => {
      if (stream.closed || this.#resets > resetsBurst) return this.#leaveOut(stream);
      const own = new Http2ServerStream(stream, peer, context, this);
      this.#streams.add(own);
      this.#peak.tell(this.#streams.size);
      own.begin(fields);
    });
    session.on("remoteSettings", () => {
      this.#greeted = true;
      this.#countControlFrame();
    });
    session.on("ping", () => this.#countControlFrame());
    session.on("error", () => session.destroy());
    session.on("close", () => this.#onClose());
    socket.on("close", () => this.#onClose());
    // A caller that sends nothing more cannot even give windows: its streams are over.
    socket.on("end", () => this.destroy());
    if (context.draining) this.drain();
  }

  /** Its reset came with its head, or too many resets came before. */
  #leaveOut(stream: ServerHttp2Stream): void {
    stream.on("error", () => undefined);
    if (!stream.closed) return stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    stream.resume();
    this.#countReset();
  }

  onStreamAborted(stream: Http2ServerStream): void {
    if (!stream.truncated) this.#countReset();
  }

  onStreamClosed(stream: Http2ServerStream): void {
    this.#streams.delete(stream);
    this.#idleSinceMs = this.#context.clock.nowMs;
  }

  #countControlFrame(): void {
    if (++this.#controlFrames <= controlFramesMax) return;
    this.#session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }

  /**
   * nghttp2 counts resets as well, but tells nobody: what one read brings behind the last allowed
   * one would still become exchanges.
   */
  #countReset(): void {
    if (++this.#resets !== resetsBurst + 1) return;
    queueMicrotask(() => this.#session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM));
  }

  onTick(nowMs: number): void {
    if (this.#closed) return;
    this.#streams.forEach((stream) => stream.onTick(nowMs));
    if (nowMs - this.#controlSinceMs > 1_000) {
      this.#controlSinceMs = nowMs;
      this.#controlFrames = 0;
      this.#resets = Math.max(0, this.#resets - resetsPerSecond);
    }
    if (this.#streams.size > 0) return;
    if (this.#drainingSinceMs !== undefined) {
      if (nowMs - this.#drainingSinceMs > farewellMs) this.#session.destroy();
      return;
    }
    const { headMs, keepAliveMs } = this.#context.timeouts;
    const allowedMs = this.#greeted ? keepAliveMs : headMs;
    if (allowedMs === 0 || nowMs - this.#idleSinceMs <= allowedMs) return;
    if (this.#greeted) this.drain();
    else this.destroy();
  }

  exchangesLately(nowMs: number): number {
    return this.#peak.valueAt(nowMs, this.#streams.size);
  }

  /** RFC 9113 §6.8: announces the end, and ends once no stream is open. */
  drain(): void {
    if (this.#drainingSinceMs !== undefined || this.#closed) return;
    this.#drainingSinceMs = this.#context.clock.nowMs;
    // Not session.close(): a request that crosses with its GOAWAY would be refused.
    if (!this.#session.destroyed) this.#session.goaway(constants.NGHTTP2_NO_ERROR, lastStreamId);
  }

  destroy(): void {
    this.#session.destroy();
    this.#socket.destroy();
  }

  #onClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#context.onClosed(this);
  }
}

function sessionOptions(limits: Limits): ServerSessionOptions {
  return {
    // All streams' queued answers fit, else new streams would be refused for slow readers.
    maxSessionMemory: sessionMemoryMiB,
    // Room for the pseudo-fields and then some, so that our own parser can answer 431.
    maxHeaderListPairs: limits.headFieldsMax + 16,
    maxSettings: 32,
    maxOutstandingPings: 10,
    maxSessionInvalidFrames: 100,
    maxSessionRejectedStreams: 100,
    streamResetBurst: resetsBurst,
    streamResetRate: resetsPerSecond,
    // Which fields may stand twice is for the services to say.
    strictSingleValueFields: false,
    settings: {
      maxConcurrentStreams: streamsMax,
      // RFC 9113 §6.5.2 counts 32 bytes of overhead for each field.
      maxHeaderListSize: limits.headBytesMax + 32 * limits.headFieldsMax,
      initialWindowSize: streamWindowBytes,
    },
  };
}
