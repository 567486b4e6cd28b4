/** One HTTP/2 connection to an instance: hands out streams, and notices when it has gone quiet. */
import type { ClientHttp2Session, ClientHttp2Stream, ClientSessionOptions } from "node:http2";
import type { Socket } from "node:net";
import { http2 } from "#base/late-modules.ts";
import type { Limits } from "#base/limits.ts";
import type { UpstreamListener } from "./ends.ts";
import { Http2ClientStream, type Http2StreamContext } from "./http2-client-stream.ts";

/** Streams at once when the instance sets no limit. */
const streamsMax = 1_000;
const streamWindowBytes = 256 * 1024;
/** What all streams may have queued together; each one alone waits at some 64 KiB. */
const sessionMemoryMiB = 128;
/** With requests under way, that long after it was heard of we ask whether it is still there. */
const pingAfterMs = 15_000;
const pingAnswerMs = 10_000;
/**
 * Servers of gRPC close the connection when more than two PING frames come sooner than five minutes
 * after the last one, with nothing of an answer between them. The others are for new requests.
 */
const pingAgainMs = 301_000;
const pingsMax = 3;

export interface Http2SessionEvents {
  /** The instance has sent its SETTINGS: it does speak HTTP/2. */
  onReady(session: Http2ClientSession): void;
  /** A stream has closed, or the limit is another one: there may be room for one more. */
  onRoom(session: Http2ClientSession): void;
  onClosed(session: Http2ClientSession, cause: unknown): void;
}

export class Http2ClientSession implements Http2StreamContext {
  readonly #session: ClientHttp2Session;
  readonly #socket: Socket;
  readonly limits: Limits;
  readonly scheme: string;
  readonly #events: Http2SessionEvents;
  readonly #clock: { readonly nowMs: number };
  #streams = 0;
  #carried = false;
  #retired = false;
  #closed = false;
  #ready = false;
  #cause: unknown;
  #idleSinceMs = 0;
  /** When the last frame of an answer came. */
  #heardMs = 0;
  /** How often it was asked since then, when last, and whether requests have been sent since. */
  #pings = 0;
  #pingedMs = 0;
  #hasAsked = false;
  #isPinging = false;

  /** @param socket connected, under TLS with `h2` agreed on. */
  constructor(
    socket: Socket,
    limits: Limits,
    clock: { readonly nowMs: number },
    events: Http2SessionEvents,
  ) {
    this.#socket = socket;
    this.limits = limits;
    this.scheme = "encrypted" in socket ? "https" : "http";
    this.#events = events;
    this.#clock = clock;
    this.#idleSinceMs = this.#heardMs = clock.nowMs;
    const session = http2().connect("http://instance.invalid", {
      createConnection: () => socket,
      ...sessionOptions(limits),
    });
    this.#session = session;
    session.on("remoteSettings", () => {
      if (this.#ready) return events.onRoom(this);
      this.#ready = true;
      events.onReady(this);
    });
    session.on("goaway", () => (this.#retired = true));
    session.on("error", (cause) => (this.#cause = cause));
    session.on("close", () => this.#onClose());
    socket.on("close", () => this.#onClose());
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  /** Whether another stream may be opened now. */
  get hasRoom(): boolean {
    if (!this.usable || !this.#ready) return false;
    const max = this.#session.remoteSettings.maxConcurrentStreams ?? streamsMax;
    return this.#streams < Math.min(max, streamsMax);
  }

  /** Whether the instance takes no streams at all for now: another session would not help. */
  get isShut(): boolean {
    return this.usable && this.#streams === 0 && !this.hasRoom;
  }

  get usable(): boolean {
    const { closed, destroyed } = this.#session;
    return !this.#retired && !this.#closed && !closed && !destroyed;
  }

  open(listener: UpstreamListener): Http2ClientStream {
    this.#streams++;
    this.#hasAsked = true;
    return new Http2ClientStream(listener, this);
  }

  // What streams ask

  request(
    fields: readonly string[],
    options: { endStream: boolean; waitForTrailers: boolean },
  ): ClientHttp2Stream {
    return this.#session.request(fields, options);
  }

  get hasCarried(): boolean {
    return this.#carried;
  }

  get isGone(): boolean {
    return this.#session.destroyed;
  }

  onHeard(): void {
    this.#heardMs = this.#clock.nowMs;
    this.#pings = 0;
  }

  onStreamClosed(): void {
    this.#streams--;
    this.#carried = true;
    this.#idleSinceMs = this.#clock.nowMs;
    if (this.#retired) this.#endWhenIdle();
    else this.#events.onRoom(this);
  }

  onTick(nowMs: number, keepAliveMs: number): void {
    if (this.#closed) return;
    if (this.#retired || !this.usable) return this.#endWhenIdle();
    if (this.#streams === 0) {
      if (keepAliveMs > 0 && nowMs - this.#idleSinceMs > keepAliveMs) this.retire();
      return;
    }
    if (!this.#isPinging) {
      if (this.#isPingDue(nowMs)) this.#ping(nowMs);
    } else if (nowMs - this.#pingedMs > pingAnswerMs) {
      this.#session.destroy(new Error("no PING answer"));
    }
  }

  #isPingDue(nowMs: number): boolean {
    if (this.#pings === 0) return nowMs - this.#heardMs > pingAfterMs;
    const passedMs = nowMs - this.#pingedMs;
    if (passedMs > pingAgainMs) return true;
    return this.#hasAsked && this.#pings < pingsMax && passedMs > pingAfterMs;
  }

  #ping(nowMs: number): void {
    this.#pings++;
    this.#pingedMs = nowMs;
    this.#hasAsked = false;
    this.#isPinging = true;
    this.#session.ping(() => (this.#isPinging = false));
  }

  /** Opens no more streams, and ends after those under way. */
  retire(): void {
    this.#retired = true;
    this.#endWhenIdle();
  }

  destroy(): void {
    this.#session.destroy();
    this.#socket.destroy();
  }

  #endWhenIdle(): void {
    if (this.#streams === 0 && !this.#closed) this.#session.destroy();
  }

  #onClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#events.onClosed(this, this.#cause);
  }
}

function sessionOptions(limits: Limits): ClientSessionOptions {
  // The types do not know the last one for clients; node:http2 does.
  const options: ClientSessionOptions & { strictSingleValueFields: boolean } = {
    maxSessionMemory: sessionMemoryMiB,
    maxHeaderListPairs: limits.headFieldsMax + 16,
    maxReservedRemoteStreams: 0,
    settings: {
      enablePush: false,
      maxHeaderListSize: limits.headBytesMax + 32 * limits.headFieldsMax,
      initialWindowSize: streamWindowBytes,
    },
    strictSingleValueFields: false,
  };
  return options;
}
