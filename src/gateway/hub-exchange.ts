/**
 * The part of an exchange that is for a face over all services, and exchanges that the gateway
 * begins itself in the course of one: their route and caller are known, their call is decoded.
 */
import type { Fault } from "#call/call.ts";
import type { Face, FaceRequest, FaceResponse, Fields } from "#extension/protocol.ts";
import type { Hub, HubStream } from "#extension/hub.ts";
import { AnswerRoom } from "./answer-room.ts";
import { documentTooLarge } from "./deadlines.ts";
import { faceRequest } from "./face-request.ts";
import type { CallerEnd } from "#wire/ends.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import { HubCalls, type Asked, type InnerBeginning, type InnerExchange } from "./hub-calls.ts";
import { HubConversation, type HubAsker } from "./hub-conversation.ts";
import { forwardedLinesOf, InnerCaller, type InnerOrigin } from "./inner-caller.ts";
import { ownTrailers } from "./own-head.ts";
import { problems } from "./problems.ts";
import { backgroundMax, copyOfHead, RepeatedRequest } from "./repeated-request.ts";
import type { Snapshot } from "./snapshot.ts";
import { blamed } from "./tell-in-dialect.ts";
import { timeLeftOver } from "./time-given.ts";
import { newTraceFlags } from "./trace.ts";
import { TranslatedExchange } from "./translated-exchange.ts";
import { Translation } from "./translation.ts";
import type { Translator } from "./translators.ts";
import { createUnframe } from "./unframe.ts";

/** Exchanges that go on without their callers, in a worker. */
const aloneMax = 1_024;
const noBytes: Buffer = Buffer.alloc(0);

export abstract class HubExchange extends TranslatedExchange implements HubAsker {
  protected hub: HubConversation | undefined;

  /** An exchange with its own caller's end. */
  protected abstract createInner(caller: CallerEnd): InnerExchange;
  protected abstract begin(hasHead: boolean): void;
  abstract onTick(nowMs: number): void;
  abstract onCallerGone(): void;

  /** With it, the calls end that were made for it. */
  protected override finish(): void {
    super.finish();
    this.hub?.close();
    this.hub = undefined;
  }

  /** @returns whether more is taken at once. */
  protected beginHub(hub: Hub, inParts: boolean): boolean {
    const { bytes, from, to, requestIsFramed, limits } = this;
    const conversation = new HubConversation(hub, this);
    this.hub = conversation;
    if (inParts) conversation.begin(createUnframe(requestIsFramed, limits));
    const taken = this.gatherForHub(bytes, from, to);
    if (inParts && this.requestComplete) conversation.handle();
    return taken;
  }

  /** @returns whether more is taken at once. */
  protected gatherForHub(bytes: Buffer, from: number, to: number): boolean {
    const { hub } = this;
    if (hub?.inParts === true) return hub.push(bytes, from, to);
    if (!hub?.add(bytes, from, to, this.requestIsFramed)) {
      this.refuse(documentTooLarge(this.limits, "client"));
    } else if (this.requestComplete) hub.handle();
    return true;
  }

  /** A call that the gateway makes itself. */
  beginInner(beginning: InnerBeginning, caller: InnerCaller): void {
    this.#beginKnown(beginning, caller, () => this.translate());
  }

  /** What a policy has made once more. */
  beginRepeat(beginning: InnerBeginning, translated: InnerCaller | undefined): void {
    this.isRepeat = true;
    const send = (): void => {
      if (translated === undefined) this.connectOnRecord();
      else this.translate();
    };
    this.#beginKnown(beginning, translated, send);
  }

  #beginKnown(
    { snapshot, route, ...proven }: InnerBeginning,
    translated: InnerCaller | undefined,
    goOn: () => void,
  ): void {
    this.begin(true);
    this.snapshot = snapshot;
    this.requestComplete = true;
    this.route = route;
    Object.assign(this, proven);
    const { recorder } = this;
    this.gateway.observer.onRouted(this);
    const unrecorded = recorder?.refusal(route.service);
    if (translated !== undefined) {
      if (recorder !== undefined) this.openCallRecord(recorder, translated.call);
      const translator = snapshot.translators[route.serviceIndex] as Translator;
      const { face, room } = translated;
      this.translation = new Translation(this, this.#shown(face), translator, room);
    } else if (recorder !== undefined) this.openRecord(recorder, noBytes, 0, 0);
    const verdict = this.findInnerPolicies();
    const leftMs = timeLeftOver(this.caller.head);
    const problem = unrecorded ?? (typeof leftMs === "object" ? leftMs : undefined);
    if (typeof leftMs === "number") this.givenMs = leftMs;
    this.heedTime();
    if (problem !== undefined) this.refuse(problem);
    else if (verdict !== undefined) this.obey(verdict);
    else if (this.chain === undefined) goOn();
    else this.enterPolicies(goOn);
  }

  /** What it is told, the evidence of the exchange sees as well. */
  #shown(face: Face): Face {
    if (this.evidence === undefined) return face;
    return {
      ...face,
      encode: (reply, context) => {
        this.evidence?.reply(reply);
        return face.encode(reply, context);
      },
    };
  }

  repeat(): void {
    const { background, draining } = this.gateway;
    if (draining || background.size >= backgroundMax) return;
    const done = (): void => void background.delete(exchange);
    const call = this.translation?.call;
    const head = call === undefined ? copyOfHead(this.caller.head, this.limits) : undefined;
    const { origin, asked } = this.#asAsker();
    let caller: InnerCaller | RepeatedRequest;
    if (call !== undefined) {
      const hear = { onAnswer: undefined, onDone: done, onFlushed: () => undefined };
      caller = new InnerCaller(origin, this.caller.head.path, call, hear);
    } else if (head !== undefined) caller = new RepeatedRequest(head, this.caller.peer, done);
    else return;
    const exchange = this.createInner(caller);
    background.add(exchange);
    const beginning = { ...asked, route: this.route as CompiledRoute };
    exchange.beginRepeat(beginning, caller instanceof InnerCaller ? caller : undefined);
  }

  /** Its caller is gone; whether a policy wants its answer all the same. */
  protected goesOnAlone(): boolean {
    const isUnderWay = this.state === "sent" || this.state === "answering";
    if (this.chain === undefined || !isUnderWay || !this.requestComplete) return false;
    const { background } = this.gateway;
    if (background.has(this) || background.size >= aloneMax) return false;
    const head = this.outlivesCaller ? copyOfHead(this.caller.head, this.limits) : undefined;
    if (head === undefined) return false;
    const nobody = new RepeatedRequest(head, this.caller.peer, () => background.delete(this));
    if (this.holding) nobody.holdEnd();
    background.add(this);
    this.caller = nobody;
    this.aborted = true;
    return true;
  }

  // What the conversation asks for.

  hubRequest(body: Buffer): FaceRequest {
    return faceRequest(this, body);
  }

  openCalls(): HubCalls {
    const { asked, origin } = this.#asAsker();
    return new HubCalls(asked, origin, new AnswerRoom(this.limits), (inner) => {
      this.hubCalls++;
      return this.createInner(inner);
    });
  }

  #asAsker(): { readonly asked: Asked; readonly origin: InnerOrigin } {
    const { snapshot, callerIndex, callerKey, hubDialect, withheld } = this;
    const { caller, id, requestId, traceId } = this;
    const flags = this.ownLines.trace?.flags ?? newTraceFlags;
    const traceParent = `00-${traceId}-${id.slice(id.length / 2)}-${flags}`;
    const idempotencyKey = this.field("idempotency-key");
    const timeoutMs = this.#timeLeft();
    const isTrusted = snapshot?.trusts(caller.peer) === true;
    const forwarded = isTrusted ? forwardedLinesOf(caller.head) : "";
    const known = { traceParent, exchangeId: id, requestId, idempotencyKey, timeoutMs, forwarded };
    const origin = { peer: caller.peer, authority: caller.head.authority, ...known };
    const { provedBy, provenByMessage, subject, scopes } = this;
    const proven = {
      callerIndex,
      callerKey,
      hubDialect,
      withheld,
      provedBy,
      provenByMessage,
      subject,
      scopes,
    };
    return { asked: { snapshot: snapshot as Snapshot, ...proven }, origin };
  }

  /** Whole milliseconds. */
  #timeLeft(): number | undefined {
    const { givenMs, startedMs } = this;
    if (givenMs === undefined) return undefined;
    const passedMs = this.gateway.platform.clock.monotonicMs() - startedMs;
    return Math.max(0, Math.floor(givenMs - passedMs));
  }

  answer(response: FaceResponse): void {
    this.fault = response.fault;
    this.policiesOnOwnAnswer("asked", response.fields);
    this.respond(blamed(response));
  }

  hubStream({ status, fields }: HubStream): boolean {
    this.policiesOnOwnAnswer("asked", fields);
    return this.sendOwnHead(status, fields);
  }

  part(bytes: Buffer): boolean {
    return this.sendPart(bytes);
  }

  /** As of an answer at once, the first that is told. */
  noteFault(fault: Fault): void {
    this.fault ??= fault;
  }

  end(trailers: Fields): void {
    this.giveEnd(trailers.length === 0 ? undefined : ownTrailers(trailers));
  }

  /** Of a request in parts: there is room for more. */
  takeMore(): void {
    if (!this.requestComplete) this.caller.resume();
  }

  /** A defect of ours: a hub never rejects. */
  fail(cause: unknown): void {
    const problem = problems["gateway-failure"]("the request could not be handled", { cause });
    if (this.state === "answering") this.breakOff(problem);
    else this.refuse(problem);
  }
}
