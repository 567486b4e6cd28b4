/** One conversation in canonical form: what a face decodes to and an upstream encodes from. */
import type { Blame, FaultKind } from "#base/fault-kind.ts";
import type { Operation } from "#contract/contract.ts";
import type { Value, ValueRecord } from "#contract/value.ts";

export interface Call {
  readonly operation: Operation;
  readonly input: ValueRecord;
  /** Values of the operation's declared header fields, by their names. */
  readonly headers: ValueRecord;
  /** What is left of the time that the caller gives it; absent: as the service is configured. */
  readonly timeoutMs?: number;
}

export type Reply = Answer | Fault;

export interface Answer {
  readonly kind: "answer";
  /** `{}` for one-way and empty outputs. */
  readonly output: ValueRecord;
  readonly headers: ValueRecord;
  /** The success that a REST service gave, kept where the caller's dialect can carry it. */
  readonly httpStatus?: number;
}

/** A google.protobuf.Any of a status. */
export interface FaultDetail {
  /** Of its type: `type.googleapis.com/google.rpc.BadRequest`. */
  readonly type: string;
  readonly bytes: Buffer;
}

export interface Fault {
  readonly kind: "fault";
  readonly faultKind: FaultKind;
  /** Who broke it. */
  readonly blame: Blame;
  /** Stable slug; for declared faults their name. */
  readonly code: string;
  readonly message: string;
  /** The declared fault and its detail, typed by the contract. */
  readonly declared?: { readonly name: string; readonly detail: Value };
  /** The status that a REST service gave, kept where the caller's dialect can carry it. */
  readonly httpStatus?: number;
  /** What a gRPC service told besides, kept where the caller's dialect can carry it. */
  readonly details?: readonly FaultDetail[];
  /** Place in the document that was wrong: `/body/lines/3/price`, `Envelope/Body/...`. */
  readonly place?: string;
  /** Of an answer that is only read: it is no fault that was told, it does not fit the contract. */
  readonly unfit?: true;
  /** For the log, never for the wire. */
  readonly cause?: unknown;
}
