/** Times of messages: neither too old nor ahead of us, as far as clocks may differ. */
import { fail } from "./fail.ts";
import type { Timestamp } from "./read-header.ts";

export interface Freshness {
  readonly nowMs: number;
  readonly ageMsMax: number;
  readonly skewMs: number;
}

/** Throws DocumentFailure. @returns from when on the message does not count any more. */
export function checkTimestamp({ created, expires }: Timestamp, freshness: Freshness): number {
  const createdMs = timeOf(created ?? "", "wsu:Created");
  const untilMs = checkCreated(createdMs, "wsu:Created", freshness);
  if (expires === undefined) return untilMs;
  const expiresMs = timeOf(expires, "wsu:Expires");
  if (expiresMs <= createdMs) fail("soap-security", "wsu:Expires is not behind wsu:Created");
  const { nowMs, skewMs } = freshness;
  if (nowMs >= expiresMs + skewMs) {
    fail("soap-security-expired", `the message has expired: wsu:Expires is ${expires}`);
  }
  return Math.min(untilMs, expiresMs + skewMs);
}

/** The same, for a UsernameToken's own time. */
export function checkCreation(created: string, freshness: Freshness): number {
  const createdMs = timeOf(created, "wsu:Created of wsse:UsernameToken");
  return checkCreated(createdMs, "wsu:Created of wsse:UsernameToken", freshness);
}

function checkCreated(
  createdMs: number,
  of: string,
  { nowMs, ageMsMax, skewMs }: Freshness,
): number {
  if (createdMs > nowMs + skewMs) {
    fail("soap-security", `${of} is further ahead than ${skewMs} ms (skewMs)`);
  }
  const untilMs = createdMs + ageMsMax + skewMs;
  if (nowMs < untilMs) return untilMs;
  return fail("soap-security-expired", `${of} is older than ${ageMsMax} ms (ageMsMax)`);
}

function timeOf(text: string, of: string): number {
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
  const time = form.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(time)) return time;
  const shown = text === "" ? "missing" : JSON.stringify(text.slice(0, 60));
  return fail("soap-security", `${of} is ${shown}; expected a time such as 2026-11-25T10:00:00Z`);
}
