/**
 * Messages that pass, held back to be read by the contract: their bytes as they came, which go on,
 * and what the codecs make of them.
 */
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import type { Limits } from "#base/limits.ts";
import type { Answer, Call, Fault, Reply } from "#call/call.ts";
import type { Dialect } from "#contract/contract.ts";
import { createRecord } from "#contract/value.ts";
import type { ReadingManner } from "#extension/protocol.ts";
import type { Input } from "#extension/streams.ts";
import type { ResponseHead } from "#wire/head.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import { faceRequest } from "./face-request.ts";
import { forwardedFields } from "./forwarded-fields.ts";
import { Gatherer } from "./gatherer.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Translator } from "./translators.ts";
import { createUnframe, type Unframe } from "./unframe.ts";

/** A body with and without its chunk framing. */
export class HeldBody {
  readonly #sent = new Gatherer(Infinity);
  readonly #data: Gatherer;
  readonly #unframe: Unframe;
  readonly #isFramed: boolean;
  /** Once it is larger than what may be held. */
  isTooLarge = false;

  constructor(isFramed: boolean, bytesMax: number, limits: Limits) {
    this.#data = new Gatherer(bytesMax);
    this.#isFramed = isFramed;
    this.#unframe = createUnframe(isFramed, limits);
  }

  get length(): number {
    return this.#isFramed ? this.#data.length : this.#sent.length;
  }

  /** @returns false: too large; what was added is kept all the same, to go on. */
  add(bytes: Buffer, from: number, to: number): boolean {
    this.#sent.add(bytes, from, to);
    if (this.#isFramed) {
      const data = this.#unframe(bytes, from, to);
      this.isTooLarge ||= !this.#data.add(data, 0, data.length);
    } else this.isTooLarge = this.#sent.length > this.#data.bytesMax;
    return !this.isTooLarge;
  }

  /** As it came. */
  get sent(): Buffer {
    return this.#sent.peek();
  }

  get data(): Buffer {
    return this.#isFramed ? this.#data.peek() : this.sent;
  }
}

/** Undefined: no contract tells what stands at this route. */
export function readerFor({ snapshot, route }: ExchangeRecord): Translator | undefined {
  if (route === undefined || route.face === undefined) return undefined;
  return (snapshot as Snapshot).translators[route.serviceIndex];
}

/** The call that a request is, or what is wrong with it. */
export function readRequest(
  exchange: ExchangeRecord,
  translator: Translator,
  data: Buffer,
  manner: ReadingManner,
): Call | Fault {
  const face = translator.face((exchange.route as CompiledRoute).face as Dialect);
  if (face === undefined) return unread("there is no face of this dialect in this build");
  const coding = exchange.caller.head.field("content-encoding");
  const body = decoded(data, coding, exchange.limits, manner);
  if (!Buffer.isBuffer(body)) return body;
  const read = face.decode(faceRequest(exchange, body, manner));
  if (read.kind === "call") return read.call;
  return read.kind === "fault" ? read.fault : unread("it asks for a document of the gateway's");
}

/** An answer as it came, with what it was asked for. */
export interface AnswerAsked {
  readonly head: ResponseHead;
  readonly trailers: ResponseHead | undefined;
  /** Undefined: the request was not read, or could not be. */
  readonly call: Call | undefined;
}

/** The reply that an answer is. */
export function readAnswer(
  exchange: ExchangeRecord,
  translator: Translator,
  data: Buffer,
  { head, trailers, call }: AnswerAsked,
  manner: ReadingManner,
): Reply {
  const asked = call ?? callOfRoute(exchange, translator);
  const { upstream } = translator;
  // What it has to be is not known, where only a request that is none could tell.
  if (asked === undefined || upstream === undefined) return nothingToSay;
  const coding = head.field("content-encoding");
  const body = decoded(data, coding, exchange.limits, manner);
  if (!Buffer.isBuffer(body)) return { ...body, blame: "service", unfit: true };
  const response = {
    status: head.status,
    field: (name: string) => head.field(name),
    body,
    passes: manner,
    ...(trailers === undefined ? {} : { trailer: (name: string) => trailers.field(name) }),
  };
  return upstream.decode(response, asked);
}

const nothingToSay: Reply = { kind: "answer", output: createRecord(), headers: createRecord() };

/** Enough of a call to read its answer. */
export function callOfRoute(exchange: ExchangeRecord, { contract }: Translator): Call | undefined {
  const id = exchange.operation;
  const operation = contract.operations.find((one) => one.id === id);
  return operation && { operation, input: createRecord(), headers: createRecord() };
}

/** Whether an answer is one that a contract speaks of. */
export function isRead({ status }: ResponseHead, method: string): boolean {
  return method !== "HEAD" && status !== 101 && status !== 206 && status !== 304;
}

/** The inputs that some bytes complete. */
export type PassingInputs = (bytes: Buffer, from: number, to: number) => Iterable<Input | Fault>;

/** Undefined: it is none that could be read so. */
export function readInputs(
  exchange: ExchangeRecord,
  translator: Translator,
  isFramed: boolean,
): PassingInputs | undefined {
  const face = translator.face((exchange.route as CompiledRoute).face as Dialect);
  const asked = face?.decode(faceRequest(exchange, Buffer.alloc(0)));
  if (asked?.kind !== "call") return undefined;
  const { call, negotiated } = asked;
  const context = { operation: call.operation, negotiated, exchangeId: exchange.id };
  const inputs = face?.decodeInputs?.(context);
  if (inputs === undefined) return undefined;
  const unframe = createUnframe(isFramed, exchange.limits);
  // On a copy: what is left over of it is kept, and the bytes go on.
  return (bytes, from, to) => inputs.push(Buffer.from(unframe(bytes, from, to)));
}

/** Outputs that pass one by one. */
export interface PassingOutputs {
  readonly push: (bytes: Buffer, from: number, to: number) => readonly (Answer | Fault)[];
  readonly last: () => readonly (Answer | Fault)[];
}

/** Undefined: it is no stream, but a fault that was told, or is coded. */
export function readOutputs(
  head: ResponseHead,
  call: Call,
  { upstream }: Translator,
  isFramed: boolean,
  limits: Limits,
): PassingOutputs | undefined {
  const fields = new Map(forwardedFields(head));
  const response = { status: head.status, field: (name: string) => fields.get(name) };
  if (fields.has("content-encoding")) return undefined;
  const replies = upstream?.decodeOutputs?.(response, call);
  if (replies === undefined) return undefined;
  const unframe = createUnframe(isFramed, limits);
  return {
    push: (bytes, from, to) => replies.push(Buffer.from(unframe(bytes, from, to))),
    last: () => replies.last?.() ?? [],
  };
}

const decoders: Readonly<Record<string, (bytes: Buffer, bytesMax: number) => Buffer>> = {
  gzip: (bytes, maxOutputLength) => gunzipSync(bytes, { maxOutputLength }),
  "x-gzip": (bytes, maxOutputLength) => gunzipSync(bytes, { maxOutputLength }),
  deflate: (bytes, maxOutputLength) => inflateSync(bytes, { maxOutputLength }),
  br: (bytes, maxOutputLength) => brotliDecompressSync(bytes, { maxOutputLength }),
  zstd: (bytes, maxOutputLength) => zstdDecompressSync(bytes, { maxOutputLength }),
};

/** A body without its content coding (RFC 9110 §8.4). */
function decoded(
  body: Buffer,
  coding: string | undefined,
  { documentBytesMax }: Limits,
  manner: ReadingManner,
): Buffer | Fault {
  if (coding === undefined || body.length === 0) return body;
  const name = coding.trim().toLowerCase();
  if (name === "" || name === "identity") return body;
  const decode = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  const known = Object.keys(decoders).join(", ");
  if (decode === undefined) {
    return unread(`the Content-Encoding is ${name.slice(0, 100)}; expected one of ${known}`);
  }
  const bytesMax = Math.min(documentBytesMax, manner.bytesMax);
  try {
    return decode(body, Math.max(bytesMax, 1));
  } catch (cause) {
    const isLarge = (cause as { readonly code?: unknown }).code === "ERR_BUFFER_TOO_LARGE";
    if (!isLarge) return unread(`the body is no ${name}, which its Content-Encoding says`);
    const limit = bytesMax === manner.bytesMax ? "bytesMax" : "documentBytesMax";
    const message = `the body grows beyond ${limit}, ${bytesMax} bytes, when it is decoded`;
    return { ...unread(message), faultKind: "resource_exhausted" };
  }
}

function unread(message: string): Fault {
  const code = "not-readable";
  return { kind: "fault", faultKind: "invalid_argument", blame: "client", code, message };
}
