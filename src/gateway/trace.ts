/**
 * The correlation fields that callers send: X-Request-Id, which is checked before it is passed on,
 * and W3C Trace Context, in which every exchange is a span of its own.
 */
import { fieldNames } from "#wire/field-names.ts";
import type { RequestHead } from "#wire/head.ts";

const requestIdPattern = /^[A-Za-z0-9][A-Za-z0-9._~:/+=@-]{0,127}$/;
/** W3C Trace Context §3.2.2: version, trace id, parent id, flags; no all-zero ids. */
const traceParentPattern =
  /^([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-|$)/;

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

/** The trace of a valid `traceparent`; undefined: none, or one that has to be restarted. */
export function traceOf(head: RequestHead): { id: string; flags: string } | undefined {
  const sent = head.field("traceparent");
  const match = sent === undefined ? null : traceParentPattern.exec(sent);
  if (match === null || match[1] === "ff") return undefined;
  if (match[1] === "00" && match[4] === "-") return undefined;
  return { id: match[2] as string, flags: match[3] as string };
}
