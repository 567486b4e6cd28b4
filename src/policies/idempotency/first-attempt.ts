/** The first request with a key, from its claim to what is kept of it: one of an exchange. */
import type { Reply } from "#call/call.ts";
import type { AttemptEnd } from "#extension/attempt.ts";
import type { AnswerTap, PolicyRequest } from "#extension/policy.ts";
import type { Fields } from "#extension/protocol.ts";
import type { KeptAnswer } from "./attempt-record.ts";

export interface FirstAttempt {
  readonly key: string;
  readonly fingerprint: string;
  readonly exchange: string;
  /** Whether the record is this one's, and not that of an earlier request. */
  isClaimed: boolean;
  /** Monotonic; from then on the key may be another request's. */
  heldUntilMs: number;
  /** Whether the present attempt has gone to an instance. */
  isSent: boolean;
  /** Whether it was answered, by other words than those which say that nothing was done. */
  isAnswered: boolean;
  /** Whether one before it may have done something, for all that is known. */
  wasLost: boolean;
  /** Of the instance's answer; 0: there is none. */
  status: number;
  /** Of the instance's answer, where it is decoded. */
  fields: Fields;
  answer: KeptAnswer | undefined;
  /** Whether the exchange has ended. */
  isOver: boolean;
}

/** What becomes of the key. */
export type Outcome = "free" | "unknown" | "done";

export function createFirstAttempt(
  { id }: PolicyRequest,
  key: string,
  fingerprint: string,
): FirstAttempt {
  const sent = { isClaimed: false, isSent: false, isAnswered: false, wasLost: false };
  const none = { heldUntilMs: 0, status: 0, fields: [], answer: undefined, isOver: false };
  return { key, fingerprint, exchange: id, ...sent, ...none };
}

export function noteSent(first: FirstAttempt): void {
  // There was an answer, and a policy wants another one.
  if (first.isAnswered) first.wasLost = true;
  first.isSent = true;
  first.isAnswered = false;
}

export function noteAttemptEnd(
  first: FirstAttempt,
  { outcome, status }: AttemptEnd,
  freeing: readonly number[],
): void {
  if (outcome === "broken" || outcome === "timeout") first.wasLost = true;
  if (outcome === "answer") first.isAnswered = !freeing.includes(status);
  first.isSent = false;
}

/** @param freeing statuses which say that nothing was done. */
export function outcomeOf(first: FirstAttempt, freeing: readonly number[]): Outcome {
  const { isSent, isAnswered, wasLost, status } = first;
  if (status === 0) return isSent || isAnswered || wasLost ? "unknown" : "free";
  if (!freeing.includes(toldStatus(first))) return "done";
  return wasLost ? "unknown" : "free";
}

/** As HTTP would tell it. */
function toldStatus({ status, answer }: FirstAttempt): number {
  if (answer?.kind === "reply") return statusOfReply(answer.reply) ?? status;
  if (answer?.kind !== "passed") return status;
  const own =
    fieldOf(answer.trailers ?? [], "grpc-status") ?? fieldOf(answer.fields, "grpc-status");
  return (own === "8" && 429) || (own === "14" && 503) || status;
}

function statusOfReply(reply: Reply): number | undefined {
  if (reply.kind === "answer" || reply.blame !== "service") return undefined;
  if (reply.httpStatus !== undefined) return reply.httpStatus;
  if (reply.faultKind === "resource_exhausted") return 429;
  return reply.faultKind === "unavailable" ? 503 : undefined;
}

function fieldOf(fields: Fields, wanted: string): string | undefined {
  return fields.find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** Those that are about one exchange, or that are written anew. */
const dropped = new Set(["date", "content-length", "transfer-encoding", "trailer"]);

export function lastingFields(fields: Fields): Fields {
  return fields.filter(([name]) => !dropped.has(name.toLowerCase()));
}

/** Keeps an answer that passes, if it is whole and no larger. */
export function tapFor(first: FirstAttempt, bytesMax: number): AnswerTap {
  let pieces: Buffer[] | undefined = [];
  let length = 0;
  let begun: { readonly status: number; readonly fields: Fields } | undefined;
  return {
    begin(status, fields) {
      begun = { status, fields: lastingFields(fields) };
    },
    push(bytes) {
      length += bytes.length;
      if (length > bytesMax) pieces = undefined;
      else pieces?.push(Buffer.from(bytes));
    },
    end(trailers) {
      if (begun === undefined || pieces === undefined) return;
      first.answer = { kind: "passed", ...begun, body: Buffer.concat(pieces), trailers };
    },
    abort() {
      pieces = undefined;
    },
  };
}
