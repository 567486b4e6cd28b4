/** The few addresses on the gateway port that the gateway answers itself. */
import type { RequestHead } from "#wire/head.ts";

export interface OwnAnswer {
  readonly kind: "answer";
  readonly status: number;
  readonly reason: string;
  readonly body: string;
}

const live: OwnAnswer = { kind: "answer", status: 200, reason: "OK", body: "live\n" };
const ready: OwnAnswer = { kind: "answer", status: 200, reason: "OK", body: "ready\n" };
const leaving: OwnAnswer = {
  kind: "answer",
  status: 503,
  reason: "Service Unavailable",
  body: "draining\n",
};
const options: OwnAnswer = { kind: "answer", status: 200, reason: "OK", body: "" };

/**
 * `/livez` and `/readyz`, and `*` or Max-Forwards: 0 with OPTIONS (RFC 9110 §7.6.2, §9.3.7).
 * Undefined: the request is for somebody else.
 */
export function answerOf(head: RequestHead, draining: boolean): OwnAnswer | undefined {
  const length = head.pathEnd - head.pathStart;
  if (length === 6 && head.path === "/livez") return live;
  if (length === 7 && head.path === "/readyz") return draining ? leaving : ready;
  if (head.methodEnd - head.methodStart !== 7 || head.method !== "OPTIONS") return undefined;
  return head.path === "*" || head.field("max-forwards") === "0" ? options : undefined;
}
