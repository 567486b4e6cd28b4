/** What policies, and proofs of identity, see of an exchange, and may add to it. */
import type { PeerCertificate } from "#base/peer-certificate.ts";
import type { Problem } from "#base/problem.ts";
import type { Contract } from "#contract/contract.ts";
import type { PolicyRequest } from "#extension/policy.ts";
import type { ProofRequest } from "#extension/proof.ts";
import { framing } from "#wire/head.ts";
import { clientAddressOf } from "./client-address.ts";
import { schemeAsked } from "./face-request.ts";
import { mayBeRepeated } from "./repetition.ts";
import { RecordedExchange } from "./recorded-exchange.ts";
import type { Snapshot } from "./snapshot.ts";
import { shorter } from "./time-given.ts";

export abstract class SeenExchange extends RecordedExchange implements PolicyRequest, ProofRequest {
  abstract readonly isTranslated: boolean;
  abstract repeat(): void;
  /** Set for an exchange that is one from the beginning. */
  isRepeat = false;

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

  report(problem: Problem): void {
    this.reported ??= problem;
    const { definition, place = "" } = problem;
    const where = place.replaceAll(/[^\x21-\x7e]|["\\]/g, "?").slice(0, 200);
    this.addAnswerField("Parlance-Reported", `${definition.code};place="${where}"`);
  }

  addAnswerField(name: string, value: string): void {
    this.answerLines += `${name}: ${value}\r\n`;
  }

  endAfter(ms: number): void {
    this.allowedMs = shorter(this.allowedMs, ms);
  }

  addRequestField(name: string, value: string): void {
    this.requestLines += `${name}: ${value}\r\n`;
  }

  dropRequestField(lowerCaseName: string): void {
    this.caller.head.drop(lowerCaseName);
  }
}
