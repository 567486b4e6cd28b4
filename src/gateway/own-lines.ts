/**
 * The field lines that the gateway adds to every request and answer: correlation, Via, and where
 * the request came from. They are written as octets into templates that live as long as the
 * caller's connection, because strings for them would cost more than parsing does.
 */
import { latin1 } from "#base/latin1.ts";
import type { CallerEnd, Peer } from "#wire/ends.ts";
import { fieldNames } from "#wire/field-names.ts";
import type { RequestHead, ResponseHead } from "#wire/head.ts";
import { exchangeIdDigits, type ExchangeIds } from "./exchange-id.ts";
import { newTraceFlags, requestIdOf, type Trace, traceOf } from "./trace.ts";

const pseudonym = "parlance";
const hole = "0".repeat(exchangeIdDigits);
const half = exchangeIdDigits / 2;
const forwardedHost = Buffer.from("X-Forwarded-Host: ", "latin1");

/** Filled in anew for every message; one for the whole worker stays in the processor's caches. */
interface Template {
  readonly bytes: Buffer;
  /** Where ids, and where span ids (their second half), stand. */
  readonly ids: readonly number[];
  readonly spans: readonly number[];
}

const exchangeLine = `Parlance-Exchange: ${hole}\r\n`;
const requestIdLine = `X-Request-Id: ${hole}\r\n`;

/** As long as the caller sends neither a request id nor a trace. */
const requestTemplate = template(
  `Via: 1.1 ${pseudonym}\r\n${exchangeLine}${requestIdLine}traceparent: 00-${hole}-`,
  `${hole.slice(half)}-${newTraceFlags}\r\n`,
);
const answerTemplate = template(`Via: 1.1 ${pseudonym}\r\n${exchangeLine}${requestIdLine}`, "");

function template(text: string, spanText: string): Template {
  const ids: number[] = [];
  for (let at = text.indexOf(hole); at >= 0; at = text.indexOf(hole, at + 1)) ids.push(at);
  const spans = spanText === "" ? [] : [text.length];
  return { bytes: Buffer.from(text + spanText, "latin1"), ids, spans };
}

export class OwnLines {
  /** Written anew by each exchange. */
  readonly #id = Buffer.allocUnsafe(exchangeIdDigits);
  readonly #spanId = this.#id.subarray(half);
  /** What the gateway itself knows of the caller; the forwarded host follows. */
  readonly #origin: Buffer;
  /** What the caller sent as a harmless request id; undefined: the exchange's id is used. */
  #requestId: string | undefined;
  #trace: Trace | undefined;

  constructor(caller: CallerEnd) {
    this.#origin = originOf(caller.peer);
  }

  /** A new exchange has begun. */
  begin(ids: ExchangeIds, head: RequestHead): void {
    ids.writeNext(this.#id, 0);
    this.#requestId = head.has(fieldNames["x-request-id"]) ? requestIdOf(head) : undefined;
    this.#trace = head.has(fieldNames.traceparent) ? traceOf(head) : undefined;
  }

  get idBytes(): Uint8Array {
    return this.#id;
  }

  get exchangeId(): string {
    return latin1(this.#id, 0, exchangeIdDigits);
  }

  get requestId(): string {
    return this.#requestId ?? this.exchangeId;
  }

  /** The caller's trace; undefined: one begins here. */
  get trace(): Trace | undefined {
    return this.#trace;
  }

  /** Lines of a request. @param trusted whether the peer's own X-Forwarded-* are believed. */
  writeRequest(caller: CallerEnd, trusted: boolean, out: Buffer, at: number): number {
    const { head } = caller;
    const plain =
      this.#requestId === undefined &&
      this.#trace === undefined &&
      head.minorVersion === 1 &&
      !head.overHttp2 &&
      !head.has(fieldNames.via);
    if (plain) at = this.#append(requestTemplate, out, at);
    else at += out.write(this.#requestText(head), at, "latin1");
    if (trusted) return at + out.write(trustedOrigin(caller), at, "latin1");
    out.set(this.#origin, at);
    at += this.#origin.length;
    return head.authorityEnd === 0 ? at : appendForwardedHost(head, out, at);
  }

  /** Lines of an answer; `head` undefined: one of the gateway's own. */
  writeAnswer(head: ResponseHead | undefined, out: Buffer, at: number): number {
    const plain = this.#requestId === undefined && head?.minorVersion === 1 && !head.overHttp2;
    if (plain) return this.#append(answerTemplate, out, at);
    const via = head === undefined ? "" : `Via: ${head.receivedVersion} ${pseudonym}\r\n`;
    return at + out.write(via + this.answerText(), at, "latin1");
  }

  /** The correlation lines of an answer. */
  answerText(): string {
    return `Parlance-Exchange: ${this.exchangeId}\r\nX-Request-Id: ${this.requestId}\r\n`;
  }

  #append({ bytes, ids, spans }: Template, out: Buffer, at: number): number {
    for (let index = 0; index < ids.length; index++) bytes.set(this.#id, ids[index]);
    for (let index = 0; index < spans.length; index++) bytes.set(this.#spanId, spans[index]);
    out.set(bytes, at);
    return at + bytes.length;
  }

  #requestText(head: RequestHead): string {
    const id = this.exchangeId;
    const own = `${head.receivedVersion} ${pseudonym}`;
    // RFC 9110 §7.6.3: behind what earlier hops wrote.
    const via = head.has(fieldNames.via) ? `${head.field("via") ?? ""}, ${own}` : own;
    const flags = this.#trace?.flags ?? newTraceFlags;
    const trace = `${this.#trace?.id ?? id}-${id.slice(half)}-${flags}`;
    return (
      `Via: ${via}\r\nParlance-Exchange: ${id}\r\nX-Request-Id: ${this.requestId}\r\n` +
      `traceparent: 00-${trace}\r\n`
    );
  }
}

/** One connection may have many streams, each with exchanges of its own. */
const origins = new WeakMap<Peer, Buffer>();

function originOf(peer: Peer): Buffer {
  const known = origins.get(peer);
  if (known !== undefined) return known;
  const scheme = peer.encrypted ? "https" : "http";
  const text = `X-Forwarded-For: ${peer.address}\r\nX-Forwarded-Proto: ${scheme}\r\n`;
  const origin = Buffer.from(text, "latin1");
  origins.set(peer, origin);
  return origin;
}

/** What a trusted proxy said of the caller, with the proxy itself behind it. */
function trustedOrigin({ head, peer }: CallerEnd): string {
  const earlier = head.field("x-forwarded-for") ?? "";
  const addresses = earlier === "" ? peer.address : `${earlier}, ${peer.address}`;
  const scheme = head.value(fieldNames["x-forwarded-proto"]) ?? (peer.encrypted ? "https" : "http");
  const host = head.value(fieldNames["x-forwarded-host"]) ?? head.authority;
  const hostLine = host === "" ? "" : `X-Forwarded-Host: ${host}\r\n`;
  return `X-Forwarded-For: ${addresses}\r\nX-Forwarded-Proto: ${scheme}\r\n${hostLine}`;
}

function appendForwardedHost(head: RequestHead, out: Buffer, at: number): number {
  const { bytes, authorityStart, authorityEnd } = head;
  out.set(forwardedHost, at);
  at += forwardedHost.length;
  for (let next = authorityStart; next < authorityEnd; next++) out[at++] = bytes[next] as number;
  out[at] = 0x0d;
  out[at + 1] = 0x0a;
  return at + 2;
}
