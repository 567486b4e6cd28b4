/**
 * The part of an exchange that lies between dialects: documents are gathered whole, decoded and
 * encoded (see translation.ts); answers of several outputs are passed on one by one as they come.
 */
import type { Problem } from "#base/problem.ts";
import { reasonPhrase } from "#base/reason-phrases.ts";
import type { Call, Fault } from "#call/call.ts";
import type { Answered } from "#extension/policy.ts";
import type { FaceResponse } from "#extension/protocol.ts";
import type { StreamEnd } from "#extension/streams.ts";
import type { ResponseHead } from "#wire/head.ts";
import { bodyTooLarge } from "./admission.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import { documentTooLarge } from "./deadlines.ts";
import { scopeLines } from "./failure.ts";
import type { BegunAnswer } from "./large-answer.ts";
import { readerFor, readRequest } from "./held-messages.ts";
import { InnerCaller } from "./inner-caller.ts";
import { isOfBody } from "./kept-fields.ts";
import { ownHead, ownTrailers } from "./own-head.ts";
import { problems } from "./problems.ts";
import { PolicedExchange } from "./policed-exchange.ts";
import type { StreamedAnswer } from "./streamed-answer.ts";
import { encodeInDialect } from "./tell-in-dialect.ts";
import { areFieldValues, type Translation } from "./translation.ts";
import { createUnframe } from "./unframe.ts";

const noBytes: Buffer = Buffer.alloc(0);

export abstract class TranslatedExchange extends PolicedExchange {
  protected translation: Translation | undefined;
  #stream: StreamedAnswer | undefined;

  /** To an instance, with this body. */
  protected abstract sendTranslated(body: Buffer): void;
  protected abstract breakOff(problem: Problem): void;
  protected abstract dropUpstream(): void;

  protected beginTranslation(): void {
    this.translation = undefined;
    this.#stream = undefined;
  }

  get isTranslated(): boolean {
    return this.translation !== undefined;
  }

  fieldFrom(lowerCaseName: string): "caller" | "gateway" | "nobody" {
    const added = `\n${this.requestLines}${this.sentLines}`.toLowerCase();
    const isAdded = lowerCaseName === "x-forwarded-for" || added.includes(`\n${lowerCaseName}:`);
    if (isAdded) return "gateway";
    const { translation } = this;
    if (translation === undefined) return "caller";
    return translation.keepsFields && !isOfBody(lowerCaseName) ? "caller" : "nobody";
  }

  protected gather(bytes: Buffer, from: number, to: number): void {
    if (!this.translation?.addRequest(bytes, from, to, this.requestIsFramed)) {
      this.refuse(documentTooLarge(this.limits, "client"));
    } else if (this.requestComplete) this.translate();
  }

  protected translate(): void {
    if (this.state !== "waiting") return;
    const translation = this.translation as Translation;
    if (this.chain?.rewrites === true || this.chain?.wantsOutputs === true) {
      translation.rules = this;
    }
    const decision = translation.decode(this.gateway.platform.clock.monotonicMs());
    this.heedTime();
    if (this.proof !== undefined) this.openLateEvidence(translation.received);
    if (decision.kind === "respond") {
      const { problem } = this;
      return this.respond(decision.response, problem === undefined ? "" : scopeLines(problem));
    }
    const route = this.route as CompiledRoute;
    // What is asked for over all services has come in no body of its own that was measured.
    if (this.caller instanceof InnerCaller && decision.body.length > route.bodyBytesMax) {
      return this.refuse(bodyTooLarge(route));
    }
    const send = (): void => this.sendTranslated(decision.body);
    if (this.chain === undefined) return send();
    const judge = (): void => {
      if (this.chain?.wantsCall !== true) return send();
      this.policiesOnCall(translation.call as Call, send);
    };
    // Where the message proves who calls, they have waited for that.
    if (this.proof === undefined) judge();
    else this.enterPolicies(judge);
  }

  protected answerInstead({ response, fields }: Answered): void {
    this.dropUpstream();
    const give = (encoded: FaceResponse): void => {
      this.policiesOnOwnAnswer("asked", encoded.fields);
      this.respond(encoded);
    };
    if (!("kind" in response)) return give(response);
    const { translation } = this;
    if (translation !== undefined) return give(translation.encode(response, fields));
    const told = encodeInDialect(this, response, this.#bodyAtHand());
    if (told !== undefined) return give(told);
    // A policy has to know that nobody encodes anything here.
    this.refuse(problems["gateway-failure"](`nothing encodes the answer of a policy`));
  }

  protected abstract readonly isWhole: boolean;

  /** Of a request that passes, without framing; nothing where it did not come whole. */
  #bodyAtHand(): Buffer {
    if (!this.isWhole) return noBytes;
    return createUnframe(this.requestIsFramed, this.limits)(this.bytes, this.from, this.to);
  }

  protected learnOperation(): void {
    if (this.operation !== undefined || this.translation !== undefined || !this.isWhole) return;
    const translator = readerFor(this);
    if (translator === undefined) return;
    const manner = { unknown: "allow", bytesMax: this.limits.documentBytesMax } as const;
    const read = readRequest(this, translator, this.#bodyAtHand(), manner);
    if ("operation" in read) this.decodedOperation = read.operation.id;
  }

  /** An instance's answer begins. @returns whether more of it can be taken. */
  protected beginTranslated(head: ResponseHead, bytes: Buffer, from: number, to: number): boolean {
    let stream: StreamedAnswer | undefined;
    try {
      stream = (this.translation as Translation).beginResponse(head);
      if (stream !== undefined && !areFieldValues(stream.fields)) stream = undefined;
    } catch (cause) {
      this.dropUpstream();
      this.refuse(untranslated(cause));
      return true;
    }
    this.#stream = stream;
    if (stream === undefined) return this.passTranslated(bytes, from, to);
    this.sendOwnHead(stream.status, stream.fields);
    return this.passTranslated(bytes, from, to);
  }

  protected sendOwnHead(status: number, fields: FaceResponse["fields"]): boolean {
    this.state = "answering";
    this.responseBytes = 0;
    this.status = status;
    const head = ownHead(status, fields);
    this.answerHead = head;
    if (this.recorder !== undefined) this.noteAnswer(head, noBytes, 0, 0);
    if (this.chain?.wantsTap === true) this.beginTaps(status, fields, false);
    return this.caller.sendHead(head, this, noBytes, 0, 0, false);
  }

  protected passTranslated(bytes: Buffer, from: number, to: number): boolean {
    const stream = this.#stream;
    if (stream === undefined) {
      const { translation } = this;
      if (translation?.addResponse(bytes, from, to)) {
        if (!translation.isWhole) return this.#passLarge();
        this.#endEarly();
        return true;
      }
      if (translation?.room?.isUsedUp === true) {
        this.refuse(translation.room.problem());
        return false;
      }
      if (translation?.isCollecting !== true) {
        this.refuse(documentTooLarge(this.limits, "service"));
        return false;
      }
      this.#endEarly();
      return true;
    }
    if (from === to) return true;
    try {
      const step = stream.push(bytes.subarray(from, to));
      const taken = this.sendPart(step.bytes);
      if (step.fault === undefined) {
        if (stream.isOver?.() !== true) return taken;
        this.#endEarly();
        return true;
      }
      this.dropUpstream();
      this.#endStream(stream, step.fault);
    } catch (cause) {
      this.breakOff(untranslated(cause));
    }
    return true;
  }

  /** What more may come is not waited for: the answer may never end. */
  #endEarly(): void {
    this.dropUpstream();
    this.endTranslated(undefined);
  }

  /** An answer that turns out to be large is passed on in parts from now on, if it can be. */
  #passLarge(): boolean {
    let begun: BegunAnswer | undefined;
    try {
      begun = this.translation?.beginLarge();
    } catch (cause) {
      this.dropUpstream();
      this.refuse(untranslated(cause));
      return true;
    }
    if (begun === undefined) return true;
    const { stream, bytes } = begun;
    this.#stream = stream;
    this.sendOwnHead(stream.status, stream.fields);
    return this.sendPart(bytes);
  }

  /** @returns whether the caller takes more. */
  protected sendPart(bytes: Buffer): boolean {
    // A stream whose outputs stand elsewhere has none, and may have no room all the same.
    this.responseBytes += bytes.length;
    this.tap?.addResponse(bytes, 0, bytes.length);
    this.taps?.push(bytes, 0, bytes.length);
    return this.caller.sendBody(bytes, 0, bytes.length);
  }

  protected endTranslated(trailers: ResponseHead | undefined): void {
    const stream = this.#stream;
    this.translation?.noteTrailers(trailers);
    if (stream === undefined) {
      const response = (this.translation as Translation).finish(trailers);
      if (this.chain?.wantsTap === true) this.tapWhole(response);
      return this.respond(response);
    }
    try {
      const { bytes, fault } = stream.finish((name) => trailers?.field(name));
      if (bytes.length > 0) this.sendPart(bytes);
      this.#endStream(stream, fault);
    } catch (cause) {
      this.breakOff(untranslated(cause));
    }
  }

  /** What the caller sends breaks off: the instance is not waited for. */
  protected breakWith(fault: Fault): void {
    this.dropUpstream();
    const stream = this.#stream;
    if (stream !== undefined) return this.#endStream(stream, fault);
    this.respond((this.translation as Translation).encode(fault));
  }

  /** The caller's dialect tells how the stream ended. */
  #endStream(stream: StreamedAnswer, fault: Fault | undefined): void {
    this.fault = fault;
    const { body, trailers, cut = false } = stream.end(fault);
    if (cut) return this.cutOff();
    if (body.length > 0) this.sendPart(body);
    this.giveEnd(ownTrailers(trailers));
  }

  /** Of an answer that has begun. @returns false: its dialect has no place for that. */
  protected tellBroken({ definition, detail }: Problem): boolean {
    const stream = this.#stream;
    // Who takes nothing is not told anything.
    const isTold = definition.blame !== "client" && this.state === "answering";
    if (stream === undefined || !isTold) return false;
    const { faultKind, blame, code, httpStatus } = definition;
    const fault: Fault = { kind: "fault", faultKind, blame, code, httpStatus, message: detail };
    let end: StreamEnd;
    try {
      end = stream.end(fault);
    } catch {
      return false;
    }
    if (end.cut === true) return false;
    if (end.body.length > 0) this.sendPart(end.body);
    this.giveEnd(ownTrailers(end.trailers));
    return true;
  }

  protected respond(response: FaceResponse, added = ""): void {
    const { status, fields, body, trailers } = response;
    if (trailers !== undefined && trailers.length > 0) return this.#respondInParts(response);
    this.status = status;
    const isToHead = this.hasHead && this.caller.head.method === "HEAD";
    const type = contentTypeOf(fields);
    // Where there is no protocol, the connection is closed instead.
    const isUnsaid = this.caller.protocol === "TCP" && type === problemType;
    this.responseBytes = isToHead || isUnsaid ? 0 : body.length;
    let lines = this.ownFields(hasDate(fields)) + added;
    for (const [name, value] of fields) lines += `${name}: ${value}\r\n`;
    if (this.recorder !== undefined) this.answerContentType = isUnsaid ? undefined : type;
    this.giveOwn(status, reasonPhrase(status) ?? "", lines, body);
  }

  /** An answer with trailers. */
  #respondInParts({ status, fields, body, trailers }: FaceResponse): void {
    this.sendOwnHead(status, fields);
    this.sendPart(body);
    this.giveEnd(ownTrailers(trailers));
  }

  /** The field lines that every answer of the gateway's own carries. */
  protected ownFields(isDated = false): string {
    const date = isDated ? "" : `Date: ${this.gateway.httpDate()}\r\n`;
    return `${this.ownLines.answerText()}${date}${this.answerLines}`;
  }
}

function untranslated(cause: unknown): Problem {
  return problems["gateway-failure"]("the message could not be translated", { cause });
}

/** An answer that was kept has that of when it was made. */
function hasDate(fields: FaceResponse["fields"]): boolean {
  return fields.some(([name]) => name === "date");
}

const problemType = "application/problem+json";

function contentTypeOf(fields: FaceResponse["fields"]): string | undefined {
  return fields.find(([name]) => name.toLowerCase() === "content-type")?.[1];
}
