/** What policies, and proofs of identity, see of an exchange, and may add to it. */
import type { PeerCertificate } from "#base/peer-certificate.ts";
import type { Problem } from "#base/problem.ts";
import type { Contract } from "#contract/contract.ts";
import type { AttemptEnd } from "#extension/attempt.ts";
import type { PolicyRequest } from "#extension/policy.ts";
import type { ProofRequest } from "#extension/proof.ts";
import { framing } from "#wire/head.ts";
import { clientAddressOf } from "./client-address.ts";
import { hostAsked, schemeAsked } from "./face-request.ts";
import { mayBeRepeated } from "./repetition.ts";
import { RecordedExchange } from "./recorded-exchange.ts";
import type { Snapshot } from "./snapshot.ts";
import { shorter } from "./time-given.ts";

export abstract class SeenExchange extends RecordedExchange implements PolicyRequest, ProofRequest {
  abstract readonly isTranslated: boolean;
  abstract repeat(): void;
  abstract fieldFrom(lowerCaseName: string): "caller" | "gateway" | "nobody";
  abstract onTimeTick(nowMs: number): void;
  #isTimed = false;
  /** Set for an exchange that is one from the beginning. */
  isRepeat = false;
  /** Set while a policy sees to it that it is carried out once. */
  protected nothingDone: ((end: AttemptEnd) => boolean) | undefined;

  get target(): string {
    return this.caller.head.pathAndQuery;
  }

  field(lowerCaseName: string): string | undefined {
    return this.caller.head.field(lowerCaseName);
  }

  get serviceName(): string {
    return this.route?.service.name ?? "";
  }

  get contract(): Contract | undefined {
    return this.snapshot?.revision.contracts.get(this.serviceName);
  }

  get routeId(): string {
    return this.route?.route.id ?? "";
  }

  get address(): string {
    const { peer, head } = this.caller;
    return clientAddressOf(peer, head, (this.snapshot as Snapshot).trusts);
  }

  get authority(): string {
    return this.caller.head.authority;
  }

  get hostAsked(): string {
    return hostAsked(this);
  }

  get scheme(): "http" | "https" {
    return schemeAsked(this);
  }

  get certificate(): PeerCertificate | undefined {
    return this.caller.peer.certificate;
  }

  get hasBody(): boolean {
    const { framing: how, contentLength } = this.caller.head;
    return how !== framing.none && !(how === framing.length && contentLength === 0);
  }

  get encrypted(): boolean {
    return this.scheme === "https";
  }

  get idempotent(): boolean {
    const { operation } = this;
    if (operation === undefined) return mayBeRepeated(this.method, undefined);
    const known = this.contract?.operations.find(({ id }) => id === operation);
    return mayBeRepeated(this.method, known);
  }

  get mayBeSentTwice(): boolean {
    if (this.idempotent) return true;
    // Between dialects the instance need not hear of the key.
    if (this.nothingDone !== undefined || this.isTranslated) return false;
    return this.field("idempotency-key") !== undefined;
  }

  mayBeSentAgain(end: AttemptEnd): boolean {
    if (end.outcome === "unreachable" || this.mayBeSentTwice) return true;
    return this.nothingDone?.(end) === true;
  }

  carryOutOnce(nothingDone: (end: AttemptEnd) => boolean): void {
    this.nothingDone = nothingDone;
  }

  report(problem: Problem): void {
    this.reported ??= problem;
    const { definition, place = "" } = problem;
    const where = place.replaceAll(/[^\x21-\x7e]|["\\]/g, "?").slice(0, 200);
    this.addAnswerField("Parlance-Reported", `${definition.code};place="${where}"`);
  }

  addAnswerField(name: string, value: string): void {
    this.answerLines += `${name}: ${value}\r\n`;
  }

  /** To be called when it may be known how much time it has. */
  heedTime(): void {
    if (this.#isTimed || (this.givenMs ?? this.allowedMs) === undefined) return;
    this.#isTimed = true;
    this.gateway.timed.add(this);
  }

  get timeLeftMs(): number {
    const { timeoutMs = 0 } = this.route?.service ?? {};
    const wholeMs = shorter(shorter(this.givenMs, this.allowedMs), timeoutMs || undefined);
    if (wholeMs === undefined) return Infinity;
    return wholeMs - (this.gateway.platform.clock.monotonicMs() - this.startedMs);
  }

  protected override finish(): void {
    super.finish();
    if (!this.#isTimed) return;
    this.#isTimed = false;
    this.gateway.timed.remove(this);
  }

  endAfter(ms: number): void {
    this.allowedMs = shorter(this.allowedMs, ms);
    this.heedTime();
  }

  addRequestField(name: string, value: string): void {
    this.requestLines += `${name}: ${value}\r\n`;
  }

  dropRequestField(lowerCaseName: string): void {
    this.caller.head.drop(lowerCaseName);
  }
}
