/**
 * The correlation fields that callers send: X-Request-Id, which is checked before it is passed on,
 * and W3C Trace Context, in which every exchange is a span of its own.
 */
import { fieldNames } from "#wire/field-names.ts";
import type { RequestHead } from "#wire/head.ts";

const requestIdPattern = /^[A-Za-z0-9][A-Za-z0-9._~:/+=@-]{0,127}$/;
/** W3C Trace Context §3.2.2: version, trace id, parent id, flags; no all-zero ids. */
const traceParentPattern =
  /^([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-|$)/;

/**
 * Flags of a trace that begins here: sampled, for every exchange is recorded and samplers that
 * follow their parent would otherwise never see one; and random low bits (level 2).
 */
export const newTraceFlags = "03";

/** The caller's request id, if it is harmless. */
export function requestIdOf(head: RequestHead): string | undefined {
  const sent = head.value(fieldNames["x-request-id"]);
  return sent !== undefined && requestIdPattern.test(sent) ? sent : undefined;
}

export interface Trace {
  readonly id: string;
  /** The span in which the request was made. */
  readonly parent: string;
  readonly flags: string;
}

/** The trace of a valid `traceparent`; undefined: none, or one that has to be restarted. */
export function traceOf(head: RequestHead): Trace | undefined {
  return readTraceParent(head.field("traceparent"));
}

export function readTraceParent(sent: string | undefined): Trace | undefined {
  const match = sent === undefined ? null : traceParentPattern.exec(sent);
  if (match === null || match[1] === "ff") return undefined;
  if (match[1] === "00" && match[5] === "-") return undefined;
  return { id: match[2] as string, parent: match[3] as string, flags: match[4] as string };
}

const exchangeIdPattern = /^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/;

/**
 * The exchange in whose course this one was asked for, by the word of the caller: a service that
 * calls others hands on `Parlance-Exchange` or at least the `traceparent` that it got. Where the
 * trace began elsewhere, or the caller has spans of its own, only the trace tells.
 */
export function parentExchangeOf(head: RequestHead, trace: Trace | undefined): string | undefined {
  const sent = head.value(fieldNames["parlance-exchange"]);
  if (sent !== undefined && exchangeIdPattern.test(sent)) return sent;
  if (trace === undefined || trace.id.slice(16) !== trace.parent) return undefined;
  return exchangeIdPattern.test(trace.id) ? trace.id : undefined;
}
