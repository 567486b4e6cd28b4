/**
 * One exchange between dialects: the caller's document is gathered, decoded by its face to a call,
 * encoded by the upstream; the answer goes the same way back. Documents are whole, within limits.
 */
import type { Problem } from "#base/problem.ts";
import type { Fault, Call, Reply } from "#call/call.ts";
import { faultOfProblem } from "#call/problems.ts";
import type { Operation } from "#contract/contract.ts";
import type {
  Decoded,
  Face,
  FaceContext,
  FaceResponse,
  Fields,
  Upstream,
} from "#extension/protocol.ts";
import { RequestHead, type ResponseHead } from "#wire/head.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import type { AnswerRoom } from "./answer-room.ts";
import { codingProblem, isCoded } from "./content-coding.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import { withTimeLeft } from "./deadlines.ts";
import { faceRequest } from "./face-request.ts";
import { forwardedFields } from "./forwarded-fields.ts";
import { Gatherer } from "./gatherer.ts";
import { keptTrailers, withFields, withFieldsOf } from "./kept-fields.ts";
import { beginLargeAnswer, largeBytesMin, type BegunAnswer } from "./large-answer.ts";
import { acceptProof } from "./message-proof.ts";
import { ruledInputs, ruledOutputs, type MessageRules } from "./message-rules.ts";
import { refuseOperation } from "./operation-permission.ts";
import { problems } from "./problems.ts";
import { RequestGatherer } from "./request-gatherer.ts";
import { shorter } from "./time-given.ts";
import type { Translator } from "./translators.ts";
import {
  createCollectedAnswer,
  createStreamedAnswer,
  type CollectedAnswer,
  type StreamedAnswer,
} from "./streamed-answer.ts";
import { createStreamedRequest, type StreamedRequest } from "./streamed-request.ts";
import { isFieldValue, readUpstreamHead } from "./upstream-head.ts";

/** What decoding led to: an answer at once, or a request that is ready to be sent. */
export type Decision =
  | { readonly kind: "respond"; readonly response: FaceResponse }
  | { readonly kind: "send"; readonly body: Buffer };

/** What an answer has to fit. */
type Asked = Pick<FaceContext, "operation" | "negotiated">;

const unknown: Asked = { operation: undefined, negotiated: undefined };
const noBytes: Buffer = Buffer.alloc(0);

export class Translation {
  /** Serves this exchange as long as the translation lives. */
  readonly #exchange: ExchangeRecord;
  readonly #face: Face;
  readonly #translator: Translator;
  readonly #request: RequestGatherer;
  readonly #response: Gatherer;
  /** What policies make of a whole reply: another one that takes its place. */
  judge: ((reply: Reply, operation: Operation) => Reply | undefined) | undefined;
  /** Whether fields that the contract does not speak of go on: within one dialect they can. */
  keepsFields = false;
  readonly room: AnswerRoom | undefined;
  /** Undefined: messages go on as they are. */
  rules: MessageRules | undefined;
  #collected: CollectedAnswer | undefined;
  #watch: ((bytes: Buffer) => boolean) | undefined;
  #isWhole = false;
  #isLargeAsked = false;
  #call: Call | undefined;
  /** Undefined: nothing was decoded yet. */
  #asked: Asked | undefined;
  #status = 0;
  #fields: ReadonlyMap<string, string> = new Map();
  /** Those of the instance's answer that go on as they came. */
  #kept: Fields | undefined;
  #keptTrailers: Fields = [];
  /** What is sent to the instance, once `decode` has decided so. */
  requestHead: RequestHead | undefined;
  /** The request's body, where it has to say, or may, who calls. */
  received: Buffer = noBytes;
  /** Whether it is sent to the URL of the instance itself, with nothing behind it. */
  exactTarget = false;
  /** What is sent behind the head as it comes, once `decode` has decided so. */
  inputs: StreamedRequest | undefined;

  /** @param room what its answer shares with others; undefined: nothing. */
  constructor(exchange: ExchangeRecord, face: Face, translator: Translator, room?: AnswerRoom) {
    this.room = room;
    this.#exchange = exchange;
    this.#face = face;
    this.#translator = translator;
    this.#request = new RequestGatherer(exchange.limits);
    this.#response = new Gatherer(exchange.limits.documentBytesMax);
  }

  /** @param framed whether the bytes still have their chunk framing. @returns false: too large. */
  addRequest(bytes: Buffer, from: number, to: number, framed: boolean): boolean {
    return this.#request.add(bytes, from, to, framed);
  }

  /** Whether the caller sends inputs one by one, which are sent on so: only the head is decoded. */
  get takesInputs(): boolean {
    const { operation } = (this.#exchange.route as CompiledRoute).route;
    if (operation === undefined || !this.#translator.takesStream(operation)) return false;
    const { upstream } = this.#translator;
    return this.#face.decodeInputs !== undefined && upstream?.encodeInputs !== undefined;
  }

  /** The whole request is there, or the head of one with inputs to come. */
  decode(nowMs: number): Decision {
    try {
      return this.#decode(nowMs);
    } catch (cause) {
      return { kind: "respond", response: this.#fail(cause) };
    }
  }

  #decode(nowMs: number): Decision {
    const exchange = this.#exchange;
    const coding = exchange.caller.head.field("content-encoding");
    if (isCoded(coding) && this.#face.readsCodings !== true) {
      return this.#refuse(codingProblem(coding, "client"));
    }
    const body = this.#request.take();
    if (exchange.proof !== undefined) this.received = body;
    const decoded = this.#face.decode(faceRequest(exchange, body));
    if (decoded.kind === "document") return { kind: "respond", response: decoded.response };
    this.#asked = askedIn(decoded);
    exchange.decodedOperation = this.#asked.operation?.id;
    if (decoded.kind === "fault") return this.#respond(decoded.fault);
    const problem =
      acceptProof(exchange, decoded.provenCaller) ??
      refuseOperation(exchange, this.#translator, decoded.call.operation.id);
    if (problem !== undefined) return this.#refuse(problem);
    exchange.givenMs = shorter(exchange.givenMs, decoded.call.timeoutMs);
    const { service } = exchange.route as CompiledRoute;
    const wholeMs = shorter(exchange.givenMs, exchange.allowedMs);
    const timed = wholeMs === undefined ? decoded.call : { ...decoded.call, timeoutMs: wholeMs };
    const call = withTimeLeft(timed, service, nowMs - exchange.startedMs);
    return "operation" in call ? this.#encodeRequest(call) : this.#refuse(call);
  }

  #encodeRequest(call: Call): Decision {
    this.#call = call;
    const { upstream } = this.#translator;
    if (upstream === undefined) {
      const { service } = this.#exchange.route as CompiledRoute;
      const detail = `there is no ${service.speaks ?? ""} upstream in this build`;
      return this.#refuse(problems["face-unavailable"](detail));
    }
    const { rules } = this;
    const sent = rules?.rewriteCall(call) ?? call;
    const requests = this.takesInputs ? upstream.encodeInputs?.(sent) : undefined;
    if (requests !== undefined && "kind" in requests) return this.#respond(requests);
    const encoded = requests?.head ?? upstream.encode(sent);
    if (encoded.kind === "fault") return this.#respond(encoded);
    const request = this.keepsFields ? withFieldsOf(this.#exchange, encoded) : encoded;
    const { limits } = this.#exchange;
    const head = (this.#exchange.upstreamHead ??= new RequestHead());
    if (!readUpstreamHead(request, limits, head, requests === undefined)) {
      const detail = "a parameter's value cannot stand in the path or a header of the service";
      return this.#refuse(problems["not-forwardable"](detail));
    }
    this.exactTarget = request.target === "";
    this.requestHead = head;
    const inputs = requests && this.#face.decodeInputs?.(this.#context());
    if (requests && inputs) {
      this.inputs = createStreamedRequest(inputs, ruledInputs(requests, this.rules, call));
    }
    return { kind: "send", body: request.body };
  }

  /** @returns the stream that the answer is, to be passed on as it comes; else it is gathered. */
  beginResponse(head: ResponseHead): StreamedAnswer | undefined {
    this.#status = head.status;
    this.#isWhole = false;
    const fields = new Map<string, string>();
    for (let index = 0; index < head.fieldCount; index++) {
      const name = head.nameAt(index).toLowerCase();
      const earlier = fields.get(name);
      const value = head.valueAt(index);
      fields.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
    }
    this.#fields = fields;
    // gRPC over HTTP/2, Trailers-Only: the head is the end.
    if (this.keepsFields && fields.has("grpc-status")) this.noteTrailers(head);
    else if (this.keepsFields) this.#kept = forwardedFields(head);
    if (isCoded(fields.get("content-encoding"))) return undefined;
    const stream = this.#beginStream();
    if (stream !== undefined || this.isCollecting) return stream;
    this.#watch = this.#translator.upstream?.watchWhole?.({ field: (name) => fields.get(name) });
    return undefined;
  }

  /** Whether a gathered answer has said that it is whole, and need not end. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  #beginStream(): StreamedAnswer | undefined {
    const upstream = this.#translator.upstream as Upstream;
    const response = { status: this.#status, field: (name: string) => this.#fields.get(name) };
    const call = this.#call as Call;
    const decoded = upstream.decodeOutputs?.(response, call);
    if (decoded === undefined) return undefined;
    const replies = ruledOutputs(decoded, this.rules, call.operation);
    const context = this.#context();
    const answers = this.#face.encodeStream?.(context);
    if (answers !== undefined) {
      const stream = createStreamedAnswer(replies, answers);
      return this.#kept === undefined ? stream : withFields(stream, this.#kept);
    }
    const { documentBytesMax } = this.#exchange.limits;
    this.#collected = createCollectedAnswer(replies, documentBytesMax);
    return undefined;
  }

  /** Whether the outputs of a stream are gathered for one answer. */
  get isCollecting(): boolean {
    return this.#collected !== undefined;
  }

  /** @returns false: too large, also for the room that is left, or broken. */
  addResponse(bytes: Buffer, from: number, to: number): boolean {
    return this.#gather(bytes, from, to) && this.room?.take(to - from) !== false;
  }

  #gather(bytes: Buffer, from: number, to: number): boolean {
    if (this.#collected !== undefined) return this.#collected.push(bytes.subarray(from, to));
    const isTaken = this.#response.add(bytes, from, to);
    if (isTaken) this.#isWhole = this.#watch?.(bytes.subarray(from, to)) === true;
    return isTaken;
  }

  /** Whether an answer that is gathered turns out to be large, and can go on in parts; once. */
  beginLarge(): BegunAnswer | undefined {
    const { length } = this.#response;
    if (length < largeBytesMin || this.#isLargeAsked) return undefined;
    this.#isLargeAsked = true;
    const call = this.#call as Call;
    const { upstream, contract } = this.#translator;
    const response = { status: this.#status, field: (name: string) => this.#fields.get(name) };
    if (isCoded(response.field("content-encoding"))) return undefined;
    const large = upstream?.splitAnswer?.(response, call, this.#response.peek());
    if (large === undefined || this.#face.placeOfItems === undefined) return undefined;
    const begun = beginLargeAnswer(large, {
      contract,
      call,
      face: this.#face,
      context: this.#context(),
      bytesMax: this.#exchange.limits.documentBytesMax,
      rewrite: (answer) => this.#rewritten(answer),
    });
    if (begun === undefined || !areFieldValues(begun.stream.fields)) return undefined;
    this.#response.take();
    return begun;
  }

  /** The instance's answer has ended so. */
  noteTrailers(trailers: ResponseHead | undefined): void {
    if (!this.keepsFields || trailers === undefined) return;
    this.#keptTrailers = keptTrailers(forwardedFields(trailers));
  }

  /** The whole answer is there. */
  finish(trailers: ResponseHead | undefined): FaceResponse {
    const trailer = (name: string): string | undefined => trailers?.field(name);
    try {
      if (this.#collected !== undefined) {
        return this.#encode(this.#judged(this.#collected.finish(trailer)));
      }
      const coding = this.#fields.get("content-encoding");
      if (isCoded(coding)) return this.#told(codingProblem(coding, "service"));
      const answer = {
        status: this.#status,
        field: (name: string) => this.#fields.get(name),
        body: this.#response.take(),
        ...(trailers === undefined ? {} : { trailer }),
      };
      const upstream = this.#translator.upstream as Upstream;
      const call = this.#call as Call;
      return this.#encode(this.#judged(upstream.decode(answer, call)));
    } catch (cause) {
      return this.#fail(cause);
    }
  }

  #judged(reply: Reply): Reply {
    return this.judge?.(reply, (this.#call as Call).operation) ?? reply;
  }

  /** Of a request that could be decoded. */
  get call(): Call | undefined {
    return this.#call;
  }

  /** A reply that comes from elsewhere than an instance. */
  encode(reply: Reply, fields?: Fields): FaceResponse {
    if (fields !== undefined && this.keepsFields) this.#kept = fields;
    try {
      return this.#encode(reply);
    } catch (cause) {
      return this.#fail(cause);
    }
  }

  /**
   * The same for a request that passes.
   * @param body as far as it is at hand. @returns undefined: what it asks for is not known.
   */
  encodeFor(reply: Reply, body: Buffer): FaceResponse | undefined {
    const decoded = this.#face.decode(faceRequest(this.#exchange, body));
    if (decoded.kind === "document") return undefined;
    this.#asked = askedIn(decoded);
    return this.#asked.operation === undefined ? undefined : this.encode(reply);
  }

  /** A problem of the gateway's, in the caller's dialect. */
  tell(problem: Problem): FaceResponse {
    this.#kept = undefined;
    this.#asked ??= this.#askedWithoutBody();
    return this.#faceEncode(faultOfProblem(problem));
  }

  /** What form an answer has to have, from what is known without the body. */
  #askedWithoutBody(): Asked {
    // For a document the whole of it would be written.
    if ((this.#exchange.route as CompiledRoute).route.operation === undefined) {
      if (this.#exchange.caller.head.method !== "POST") return unknown;
    }
    const decoded = this.#face.decode(faceRequest(this.#exchange, noBytes));
    return decoded.kind === "document" ? unknown : askedIn(decoded);
  }

  /** A defect of ours. */
  #fail(cause: unknown): FaceResponse {
    return this.#told(
      problems["gateway-failure"]("the message could not be translated", { cause }),
    );
  }

  #refuse(problem: Problem): Decision {
    return { kind: "respond", response: this.#told(problem) };
  }

  #told(problem: Problem): FaceResponse {
    this.#exchange.problem = problem;
    return this.tell(problem);
  }

  #respond(fault: Fault): Decision {
    return { kind: "respond", response: this.#encode(fault) };
  }

  #rewritten(reply: Reply): Reply {
    const operation = this.#call?.operation;
    if (operation === undefined) return reply;
    return this.rules?.rewriteReply(reply, operation) ?? reply;
  }

  #encode(reply: Reply): FaceResponse {
    if (reply.kind === "fault") this.#exchange.fault = reply;
    const response = this.#faceEncode(this.#rewritten(reply));
    if (response.fault !== undefined) this.#exchange.fault = response.fault;
    return response;
  }

  #context(): FaceContext {
    const { operation, negotiated } = this.#asked ?? unknown;
    const trailers = (): Fields => this.#keptTrailers;
    return { operation, negotiated, exchangeId: this.#exchange.id, trailers };
  }

  #faceEncode(reply: Reply): FaceResponse {
    const encoded = this.#face.encode(reply, this.#context());
    const response = this.#kept === undefined ? encoded : withFields(encoded, this.#kept);
    const wrong = response.fields.find(([, value]) => !isFieldValue(value));
    if (wrong === undefined || reply.kind === "fault") return response;
    const detail = `header ${wrong[0]} of the answer would have a control or other character in it`;
    return this.#told(problems["answer-not-forwardable"](detail));
  }
}

/** Whether the answer's fields can stand in a head as they are. */
export function areFieldValues(fields: FaceResponse["fields"]): boolean {
  return fields.every(([, value]) => isFieldValue(value));
}

function askedIn(decoded: Exclude<Decoded, { readonly kind: "document" }>): Asked {
  const operation = decoded.kind === "call" ? decoded.call.operation : decoded.operation;
  return { operation, negotiated: decoded.negotiated };
}
