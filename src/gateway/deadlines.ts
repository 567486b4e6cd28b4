/** What an exchange may take: time, and for documents that are translated, memory. */
import type { Limits } from "#base/limits.ts";
import type { Problem } from "#base/problem.ts";
import type { Service } from "#configuration/configuration.ts";
import { problems } from "./problems.ts";

/** Coarse times since when an exchange is in a phase; 0: it is not. */
export interface PhaseTimes {
  readonly startedMs: number;
  /** For a connection. */
  readonly waiting: number;
  /** For the answer's head, or for the instance to take the rest of the request. */
  readonly sent: number;
  /** For the next bytes of the answer. */
  readonly answering: number;
}

/** The time-out that has passed; "connect": another instance may be tried. */
export function overdue(
  service: Service,
  { startedMs, waiting, sent, answering }: PhaseTimes,
  nowMs: number,
): Problem | "connect" | undefined {
  const { timeoutMs, connectMs, firstByteMs, responseIdleMs } = service;
  if (isOver(nowMs - startedMs, timeoutMs)) {
    return problems["exchange-timeout"](`no whole answer within timeoutMs: ${timeoutMs}`);
  }
  if (waiting > 0) return isOver(nowMs - waiting, connectMs) ? "connect" : undefined;
  if (sent > 0 && isOver(nowMs - sent, firstByteMs)) {
    return problems["answer-timeout"](`no answer within firstByteMs: ${firstByteMs}`);
  }
  if (answering > 0 && isOver(nowMs - answering, responseIdleMs)) {
    return problems["answer-timeout"](`the answer stopped for ${responseIdleMs} ms`);
  }
  return undefined;
}

function isOver(passedMs: number, limitMs: number): boolean {
  return limitMs > 0 && passedMs > limitMs;
}

/** A document that is too large to be translated: the caller's, or the instance's answer. */
export function documentTooLarge(
  { documentBytesMax }: Pick<Limits, "documentBytesMax">,
  whose: "client" | "service",
): Problem {
  const detail = `documents to translate may have ${documentBytesMax} bytes (documentBytesMax)`;
  return whose === "client"
    ? problems["body-too-large"](detail)
    : problems["answer-too-large"](detail);
}
