/**
 * What is known of one exchange: what the observer reads at its end. The object serves the
 * exchanges of a connection one after the other, so nobody may keep it.
 */
import type { Limits } from "#base/limits.ts";
import type { Problem } from "#base/problem.ts";
import type { Fault } from "#call/call.ts";
import type { Instance } from "#configuration/configuration.ts";
import type { Dialect } from "#contract/contract.ts";
import type { BodyDigest, ProofAuthentication } from "#extension/proof.ts";
import type { CallerEnd } from "#wire/ends.ts";
import { fieldNames, type FieldId } from "#wire/field-names.ts";
import type { RequestHead } from "#wire/head.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import { OwnLines } from "./own-lines.ts";
import type { Evidence } from "./recorder.ts";
import type { Snapshot } from "./snapshot.ts";
import { parentExchangeOf } from "./trace.ts";

/**
 * How a caller proved who it is: it need not, it has no key and may, by key, in the message itself,
 * by address and port, by another proof (see src/proofs/), or it did not.
 */
export type Authentication =
  "open" | "anonymous" | "key" | "message" | "address" | ProofAuthentication | "none";

const nothingTried: readonly string[] = [];

export class ExchangeRecord {
  /** Where an exchange outlives its caller, nobody from then on. */
  caller: CallerEnd;
  protected readonly ownLines: OwnLines;
  /** False when what came was no head; then that of `caller` says nothing. */
  hasHead = false;
  /** Taken at the beginning, kept to the end. */
  snapshot: Snapshot | undefined;
  route: CompiledRoute | undefined;
  callerIndex: number | undefined;
  /** Which of its keys the caller showed, from 1; 0: it has one, or showed none. */
  callerKey = 0;
  /** Of the face over all services that the caller asked; undefined: it asked none. */
  hubDialect: Dialect | undefined;
  /** Calls that were made for it there. */
  hubCalls = 0;
  instance: Instance | undefined;
  startedMs = 0;
  /** When an instance's connection took it; 0: none, or nobody wants to know. */
  connectedMs = 0;
  firstByteMs = 0;
  endedMs = 0;
  status = 0;
  problem: Problem | undefined;
  /** What a translated exchange was answered with, unless it was a problem of the gateway's. */
  fault: Fault | undefined;
  /** With which an answer in gRPC has ended that passed; 0: well, or unknown. For a recorder. */
  grpcStatus = 0;
  aborted = false;
  /** The policy that refused it, or gave its answer; undefined: none did. */
  decidedBy: string | undefined;
  /** Whether it gave its answer instead of telling the problem. */
  isAnsweredInstead = false;
  /** What a policy found wrong first, and let pass. */
  reported: Problem | undefined;
  attempts = 0;
  /** Attempts that were given up for another one, for a recorder (see `tried` of its entries). */
  triedBefore: readonly string[] = nothingTried;
  /** What the caller gives it, from `startedMs` on; undefined: it does not say. */
  givenMs: number | undefined;
  /** The same by policies. */
  allowedMs: number | undefined;
  /** What a translated document is for, once it is decoded. */
  decodedOperation: string | undefined;
  /** Noted for a recorder only. */
  answerContentType: string | undefined;
  requestBytes = 0;
  responseBytes = 0;
  /** What sees its heads and bodies. */
  evidence: Evidence | undefined;
  /** The observer's own; -1: none. */
  observerSlot = -1;

  /** Of translated requests; one after the other uses it. */
  upstreamHead: RequestHead | undefined;
  /** The field that proved who calls, which is not for the service to see; 0: none. */
  withheld: FieldId = 0;
  /** Whether the message has to prove who calls, or may; undefined: neither. */
  proof: "required" | "optional" | undefined;
  provenByMessage = false;
  /** Undefined: by key in a header, or in the message, or not at all. */
  provedBy: Authentication | undefined;
  /** Whom exactly it is about, by the word of the proof. */
  subject: string | undefined;
  scopes: ReadonlySet<string> | undefined;
  /** Undefined: nothing was signed of the body. */
  bodyDigest: BodyDigest | undefined;

  constructor(caller: CallerEnd) {
    this.caller = caller;
    this.ownLines = new OwnLines(caller);
  }

  get id(): string {
    return this.ownLines.exchangeId;
  }

  /** The same as octets; they change with the next exchange. */
  get idBytes(): Uint8Array {
    return this.ownLines.idBytes;
  }

  get requestId(): string {
    return this.ownLines.requestId;
  }

  /** The trace that this exchange is part of; its own span is the second half of its id. */
  get traceId(): string {
    return this.ownLines.trace?.id ?? this.id;
  }

  /** The span, outside, in which it was asked for. */
  get parentSpanId(): string | undefined {
    return this.ownLines.trace?.parent;
  }

  /** The exchange in whose course a service asked for this one. */
  get parentExchangeId(): string | undefined {
    return this.hasHead ? parentExchangeOf(this.caller.head, this.ownLines.trace) : undefined;
  }

  /** Of the contract, where the route or the document has told it. */
  get operation(): string | undefined {
    return this.decodedOperation ?? this.route?.route.operation;
  }

  get method(): string {
    return this.caller.head.method;
  }

  get callerName(): string | undefined {
    const { callerIndex } = this;
    return callerIndex === undefined ? undefined : this.snapshot?.callerName(callerIndex);
  }

  get authentication(): Authentication {
    if (this.snapshot?.authorization.open === true) return "open";
    if (this.callerIndex === undefined) return "none";
    if (this.provedBy !== undefined) return this.provedBy;
    if (this.withheld !== 0) return "key";
    if (this.caller.peer.caller !== undefined) return "address";
    return this.provenByMessage ? "message" : "anonymous";
  }

  get requestContentType(): string | undefined {
    return this.hasHead ? this.caller.head.value(fieldNames["content-type"]) : undefined;
  }

  get limits(): Limits {
    return (this.snapshot as Snapshot).revision.configuration.limits;
  }

  protected resetRecord(hasHead: boolean): void {
    this.hasHead = hasHead;
    this.route = undefined;
    this.callerIndex = undefined;
    this.callerKey = 0;
    this.hubDialect = undefined;
    this.hubCalls = 0;
    this.instance = undefined;
    this.firstByteMs = 0;
    this.status = 0;
    this.problem = undefined;
    this.fault = undefined;
    this.aborted = false;
    this.decidedBy = undefined;
    this.isAnsweredInstead = false;
    this.reported = undefined;
    this.attempts = 0;
    this.triedBefore = nothingTried;
    this.givenMs = undefined;
    this.allowedMs = undefined;
    this.decodedOperation = undefined;
    this.requestBytes = 0;
    this.responseBytes = 0;
    this.withheld = 0;
    this.proof = undefined;
    this.provenByMessage = false;
    this.provedBy = undefined;
    this.subject = undefined;
    this.scopes = undefined;
    this.bodyDigest = undefined;
  }
}
