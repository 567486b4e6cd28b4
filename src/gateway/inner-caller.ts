/**
 * The caller's end of a call that the gateway makes itself, in the course of another exchange: no
 * socket, no dialect. The face takes the call as it is and keeps the reply; outputs of a stream
 * are handed over one by one, the next when the one before is settled.
 */
import { assert } from "#base/assert.ts";
import { defaultLimits } from "#base/limits.ts";
import type { Answer, Call, Fault, Reply } from "#call/call.ts";
import type { Face, FaceResponse } from "#extension/protocol.ts";
import type { AnswerStream } from "#extension/streams.ts";
import type { Peer } from "#wire/ends.ts";
import { RequestHead } from "#wire/head.ts";
import { parseRequestHead } from "#wire/parse-request-head.ts";
import type { AnswerRoom } from "./answer-room.ts";
import { OwnCaller } from "./own-caller.ts";

export interface InnerOrigin {
  readonly peer: Peer;
  /** Host and port that the caller has asked for. */
  readonly authority: string;
  /** Value of `traceparent`, in which the exchange that asks is the parent. */
  readonly traceParent: string;
  readonly exchangeId: string;
  readonly requestId: string;
  /** Value of `Idempotency-Key`; undefined: none. */
  readonly idempotencyKey: string | undefined;
  /** How long the caller waits; undefined: it does not say. */
  readonly timeoutMs: number | undefined;
  /** Field lines in which trusted proxies say for whom they ask; "": there are none. */
  readonly forwarded: string;
}

const forwardedNames = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"] as const;

/** Those of a request that comes from a trusted proxy. */
export function forwardedLinesOf(head: RequestHead): string {
  const lines = forwardedNames.flatMap((name) => {
    const value = head.field(name);
    return value === undefined ? [] : [`${name}: ${value}\r\n`];
  });
  return lines.join("");
}

const noBytes: Buffer = Buffer.alloc(0);
const nothing: FaceResponse = { status: 200, fields: [], body: noBytes };

export class InnerCaller extends OwnCaller {
  readonly face: Face;
  readonly call: Call;
  /** That its answer shares with others, where it is gathered. */
  readonly room: AnswerRoom | undefined;
  readonly #onAnswer: ((answer: Answer) => Promise<void>) | undefined;
  readonly #onDone: (reply: Reply | undefined) => void;
  readonly #onFlushed: () => void;
  #reply: Reply | undefined;
  #waiting = 0;

  /**
   * @param onDone the reply, or how a stream ended: undefined well.
   * @param onFlushed there is room for more again.
   */
  constructor(
    origin: InnerOrigin,
    path: string,
    call: Call,
    hear: {
      readonly onAnswer: ((answer: Answer) => Promise<void>) | undefined;
      readonly room?: AnswerRoom;
      readonly onDone: (reply: Reply | undefined) => void;
      readonly onFlushed: () => void;
    },
  ) {
    super(headOf(origin, path), origin.peer);
    this.call = call;
    this.room = hear.room;
    this.#onAnswer = hear.onAnswer;
    this.#onDone = hear.onDone;
    this.#onFlushed = hear.onFlushed;
    this.face = {
      decode: () => ({ kind: "call", call: this.call, negotiated: undefined }),
      encode: (reply) => this.#keep(reply),
      ...(hear.onAnswer === undefined ? {} : { encodeStream: () => this.#stream() }),
    };
  }

  #keep(reply: Reply): FaceResponse {
    this.#reply = reply;
    if (reply.kind === "answer") return nothing;
    return { ...nothing, status: reply.httpStatus ?? 500 };
  }

  #stream(): AnswerStream {
    return {
      status: 200,
      fields: [],
      item: (answer) => {
        this.#waiting++;
        const settle = (): void => {
          if (--this.#waiting === 0 && !this.isOver) this.#onFlushed();
        };
        this.#onAnswer?.(answer).then(settle, settle);
        return noBytes;
      },
      end: (fault: Fault | undefined) => {
        this.#reply = fault;
        return { body: noBytes, trailers: [] };
      },
    };
  }

  sendInterim(): void {
    assert(false, "a call of the gateway's own gets no interim answers");
  }

  sendHead(): boolean {
    return this.#waiting === 0;
  }

  sendBody(): boolean {
    return this.#waiting === 0;
  }

  /** What was begun is not whole, and nothing told why. */
  override truncate(): void {
    this.#reply ??= brokenOff;
    this.finish();
  }

  sendUpgrade(): boolean {
    throw new Error("a call of the gateway's own is no upgrade");
  }

  /** Nobody waits for the reply any more. */
  abandon(): void {
    this.truncate();
  }

  protected onOver(): void {
    this.#onDone(this.#reply);
  }
}

const brokenOff: Fault = {
  kind: "fault",
  faultKind: "unavailable",
  blame: "service",
  code: "answer-cut-off",
  message: "the answer of the service broke off",
};

/** What `explain`, the log and the record see of the call as a request. */
function headOf(origin: InnerOrigin, path: string): RequestHead {
  const { traceParent, exchangeId, requestId, idempotencyKey, timeoutMs, forwarded } = origin;
  const host = origin.authority || "parlance";
  const keyLine = idempotencyKey === undefined ? "" : `Idempotency-Key: ${idempotencyKey}\r\n`;
  const timeLine = timeoutMs === undefined ? "" : `Parlance-Timeout-Ms: ${timeoutMs}\r\n`;
  const text =
    `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nX-Request-Id: ${requestId}\r\n` +
    `Parlance-Exchange: ${exchangeId}\r\ntraceparent: ${traceParent}\r\n` +
    `${keyLine}${timeLine}${forwarded}Content-Length: 0\r\n\r\n`;
  const bytes = Buffer.from(text, "latin1");
  const head = new RequestHead();
  // What it takes over from its caller's has been held to that one's limits.
  const limits = { ...defaultLimits, headBytesMax: bytes.length };
  const end = parseRequestHead(head, bytes, 0, bytes.length, limits);
  assert(end === bytes.length, `${path} is no path`);
  return head;
}
