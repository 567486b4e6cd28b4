/** The gateway's own parsers over a stream of bytes, whole or in pieces, as on a connection. */
import { defaultLimits } from "#base/limits.ts";
import { BodyReader } from "#wire/body-reader.ts";
import { framing, RequestHead, ResponseHead } from "#wire/head.ts";
import { parseFaultOf } from "#wire/parse-faults.ts";
import { parseRequestHead } from "#wire/parse-request-head.ts";
import { parseResponseHead } from "#wire/parse-response-head.ts";
import type { MessageKind, ReadMessage, StreamReading } from "./reading.ts";

export interface OurReading extends StreamReading {
  /** Name of the fault, the start of `refusal`. */
  readonly fault: string | undefined;
  /** What would be handed on of each complete body when its framing is kept. */
  readonly forwarded: readonly string[];
}

function linesOf(head: RequestHead | ResponseHead): string[] {
  return Array.from(
    { length: head.fieldCount },
    (_, index) => `${head.nameAt(index).toLowerCase()}: ${head.valueAt(index)}`,
  );
}

type Draft = Omit<ReadMessage, "body" | "trailers" | "end">;

class OurStream {
  readonly messages: ReadMessage[] = [];
  readonly forwarded: string[] = [];
  fault: string | undefined;
  readonly #kind: MessageKind;
  #pending = Buffer.alloc(0);
  #inBody = false;
  #offset = 0;
  #draft: Draft | undefined;
  #closes = false;
  /** Whether the present message is the last of its connection, and whether it has ended. */
  #last = false;
  #over = false;
  #body = "";
  #kept = "";
  readonly #plain = new BodyReader();
  readonly #raw = new BodyReader();

  constructor(kind: MessageKind) {
    this.#kind = kind;
  }

  feed(piece: Buffer): void {
    let rest = Buffer.concat([this.#pending, piece]);
    this.#pending = Buffer.alloc(0);
    while (rest.length > 0 && this.fault === undefined && !this.#over) {
      const used = this.#inBody ? this.#feedBody(rest) : this.#feedHead(rest);
      if (used === 0) {
        this.#pending = rest;
        return;
      }
      if (used < 0) {
        this.fault = parseFaultOf(used, defaultLimits).name;
        return;
      }
      this.#offset += used;
      rest = rest.subarray(used);
    }
  }

  #feedHead(bytes: Buffer): number {
    const request = this.#kind === "request";
    const head = request ? new RequestHead() : new ResponseHead();
    const used =
      head instanceof RequestHead
        ? parseRequestHead(head, bytes, 0, bytes.length, defaultLimits)
        : parseResponseHead(
            head,
            bytes,
            0,
            bytes.length,
            defaultLimits,
            this.#kind === "answer to HEAD",
          );
    if (used <= 0) return used;
    this.#draft = {
      start: head instanceof RequestHead ? `${head.method} ${head.target}` : String(head.status),
      minorVersion: head.minorVersion,
      fields: linesOf(head),
    };
    this.#body = "";
    this.#kept = "";
    this.#plain.begin(head.framing, head.contentLength, true);
    this.#raw.begin(head.framing, head.contentLength, false);
    this.#inBody = true;
    this.#last = !head.keepAlive || (head instanceof ResponseHead && head.status === 101);
    this.#closes = head.framing === framing.close;
    if (this.#plain.done) this.#end(used);
    return used;
  }

  #feedBody(bytes: Buffer): number {
    const copy = Buffer.from(bytes);
    const rawUsed = this.#raw.read(copy, 0, copy.length, defaultLimits);
    if (rawUsed >= 0) this.#kept += copy.toString("latin1", 0, this.#raw.keptEnd);
    const own = Buffer.from(bytes);
    const used = this.#plain.read(own, 0, own.length, defaultLimits);
    if (used !== rawUsed) throw new Error(`decoding reads ${used}, keeping reads ${rawUsed}`);
    if (used < 0) return used;
    this.#body += own.toString("latin1", 0, this.#plain.keptEnd);
    if (this.#plain.done) this.#end(used);
    return used;
  }

  #end(used: number, end = this.#offset + used): void {
    const { trailers } = this.#plain;
    const lines = trailers === undefined ? [] : linesOf(trailers);
    const draft = this.#draft as Draft;
    this.messages.push({ ...draft, body: this.#body, trailers: lines, end });
    this.forwarded.push(this.#kept);
    this.#inBody = false;
    this.#over = this.#last;
  }

  close(): void {
    if (this.fault === undefined && this.#inBody && this.#closes) this.#end(0, -1);
  }
}

/** Reads all messages of a stream, cut behind the given offsets. */
export function readWithOurs(
  bytes: Buffer,
  kind: MessageKind,
  closed: boolean,
  cuts: readonly number[] = [],
): OurReading {
  const stream = new OurStream(kind);
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    if (cut <= from) continue;
    stream.feed(bytes.subarray(from, cut));
    from = cut;
  }
  if (closed) stream.close();
  const { messages, fault, forwarded } = stream;
  return { messages, fault, forwarded, refusal: fault };
}
