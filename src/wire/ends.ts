/**
 * The two ends of an exchange as the gateway sees them, whatever protocol version they speak.
 * Bytes are handed over as ranges of a buffer that the giver reuses as soon as `true` comes back;
 * `false` means: wait, and leave that buffer alone, until told that it was flushed.
 */
import type { PeerCertificate } from "#base/peer-certificate.ts";
import type { FieldId } from "./field-names.ts";
import type { RequestHead, ResponseHead } from "./head.ts";
import type { LateLines, OwnLines } from "./own-lines.ts";

/** Who is at the other end of a caller's connection. */
export interface Peer {
  /** IP address; behind a PROXY protocol header, the one it names. */
  readonly address: string;
  readonly port: number;
  readonly encrypted: boolean;
  /** Whether its X-Forwarded-* are believed whatever its address. */
  readonly trusted: boolean;
  /** Who calls, where address and port tell that. */
  readonly caller?: string;
  /** Where TLS asks for one and has verified it. */
  readonly certificate?: PeerCertificate | undefined;
}

export interface CallerEnd {
  readonly head: RequestHead;
  readonly peer: Peer;
  /** TCP: without HTTP. */
  readonly protocol: "HTTP/1.0" | "HTTP/1.1" | "HTTP/2" | "TCP";
  /** Whether answers must come without chunk framing, because this end frames them itself. */
  readonly wantsDecodedBody: boolean;
  /** Octets of the request's body that have come so far, without framing. */
  readonly bodyBytes: number;
  /** Whether 1xx answers may be sent. */
  readonly takesInterim: boolean;

  sendInterim(head: ResponseHead): void;
  /** Sends the head, with own lines, and the first bytes of body. */
  sendHead(
    head: ResponseHead,
    own: OwnLines,
    bytes: Buffer,
    from: number,
    to: number,
    complete: boolean,
  ): boolean;
  sendBody(bytes: Buffer, from: number, to: number): boolean;
  /** The answer is whole. */
  sendEnd(trailers: ResponseHead | undefined): void;
  /** An answer of the gateway's own, with field lines, each ended by CR LF. */
  sendOwn(status: number, reason: string, added: string, body: Buffer): void;
  /**
   * Before an answer begins: keeps its end until `releaseEnd`; the next request waits as long. The
   * answer is to be given without chunk framing. One that is known whole within `wholeBytesMax`
   * is kept whole.
   */
  holdEnd(wholeBytesMax: number): void;
  /** Whether all that came of the answer is kept, so that `sendOwn` can still take its place. */
  readonly holdsWhole: boolean;
  /**
   * The end of an answer that is whole may leave. `lines` go into its head if that is kept, else
   * behind its body where the caller takes trailers.
   */
  releaseEnd(lines: LateLines | undefined): void;
  /** Breaks off so that the caller sees the answer is not whole. What is kept is dropped. */
  truncate(): void;
  /** The 101 answer; from now on bytes flow both ways without framing. */
  sendUpgrade(head: ResponseHead, own: OwnLines, bytes: Buffer, from: number, to: number): boolean;
  pause(): void;
  resume(): void;
}

/** What carries exchanges of one caller: an HTTP/1 connection or an HTTP/2 session. */
export interface CallerConnection {
  /** Called about ten times a second. */
  onTick(nowMs: number): void;
  /** How many exchanges it has had at once, lately; 0: nothing has moved for longer than that. */
  exchangesLately(nowMs: number): number;
  /** Stops taking requests: closes at once when idle, else after the answers under way. */
  drain(): void;
  destroy(): void;
}

/** What the gateway hears from the caller's end. */
export interface CallerListener {
  onRequest(bytes: Buffer, from: number, to: number, complete: boolean): void;
  onRequestBody(bytes: Buffer, from: number, to: number): boolean;
  onRequestEnd(trailers: ResponseHead | undefined): void;
  /**
   * The head is none, came too slowly, or the body turned out malformed; there may or may not have
   * been an `onRequest`. The connection cannot go on after the answer.
   * @param hasHead whether the head is one all the same, where there has been no `onRequest`.
   */
  onMalformedRequest(status: number, detail: string, hasHead?: boolean): void;
  /** The caller neither sent nor took anything for `bodyIdleMs`, in a tunnel `tunnelIdleMs`. */
  onCallerStalled(): void;
  onCallerFlushed(): void;
  /** The connection is gone. Nothing can be sent any more. */
  onCallerGone(): void;
  /** Called about ten times a second while the exchange lasts. */
  onTick(nowMs: number): void;
}

/** Why an upstream could not give a whole answer. */
export type UpstreamFailure =
  | { readonly kind: "connect"; readonly cause: unknown }
  | { readonly kind: "connect-timeout" }
  | {
      readonly kind: "closed-before-answer";
      readonly reused: boolean;
      /** Whether the instance said that it has done nothing with the request. */
      readonly unprocessed?: boolean;
      readonly cause?: unknown;
    }
  | { readonly kind: "closed-in-answer"; readonly cause?: unknown }
  | { readonly kind: "malformed"; readonly fault: number };

export interface UpstreamEnd {
  /** Sends the request: the plan's own lines, then the fields of `head` that are forwarded. */
  sendHead(
    head: RequestHead,
    plan: RequestPlan,
    bytes: Buffer,
    from: number,
    to: number,
    complete: boolean,
  ): boolean;
  sendBody(bytes: Buffer, from: number, to: number): boolean;
  sendEnd(trailers: ResponseHead | undefined): void;
  pause(): void;
  resume(): void;
  /** Drops the connection; the listener hears nothing more. */
  abort(): void;
}

/** How a request is to be sent; its own lines leave out `Host`, which `host` tells. */
export interface RequestPlan extends OwnLines {
  /** Writes path and query as the instance is to see them. */
  writeTarget(out: Buffer, at: number): number;
  readonly host: string;
  /** Whether the caller's `tracestate` goes with the request. */
  readonly traced: boolean;
  /** A field of the caller's that is not for the instance to see; 0: none. */
  readonly withheld: FieldId;
  /** Whether the answer's chunk framing is to be removed. */
  readonly decodeAnswer: boolean;
  /** Whether the request's body comes as data and has to be framed here. */
  readonly bodyIsDecoded: boolean;
  /** Whether an upgrade is asked for. */
  readonly upgrade: boolean;
}

/** What the gateway hears from the instance's end. */
export interface UpstreamListener {
  onInterim(head: ResponseHead): void;
  onResponse(
    head: ResponseHead,
    bytes: Buffer,
    from: number,
    to: number,
    complete: boolean,
  ): boolean;
  onResponseBody(bytes: Buffer, from: number, to: number): boolean;
  onResponseEnd(trailers: ResponseHead | undefined): void;
  onUpstreamFlushed(): void;
  onUpstreamFailed(failure: UpstreamFailure): void;
}
