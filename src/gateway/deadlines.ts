/** What an exchange may take: time, and for documents that are translated, memory. */
import type { Limits } from "#base/limits.ts";
import type { Problem } from "#base/problem.ts";
import type { Call } from "#call/call.ts";
import type { Service } from "#configuration/configuration.ts";
import { problems } from "./problems.ts";

/** Coarse times since when an exchange is in a phase; 0: it is not. */
export interface PhaseTimes {
  readonly startedMs: number;
  /** By the caller, for all of it; undefined: it does not say. */
  readonly givenMs: number | undefined;
  /** By policies. */
  readonly allowedMs: number | undefined;
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
  { startedMs, givenMs, allowedMs, waiting, sent, answering }: PhaseTimes,
  nowMs: number,
): Problem | "connect" | undefined {
  const { timeoutMs, connectMs, firstByteMs, responseIdleMs } = service;
  if (isOver(nowMs - startedMs, timeoutMs)) {
    return problems["exchange-timeout"](`no whole answer within timeoutMs: ${timeoutMs}`);
  }
  const over = timeIsUp({ startedMs, givenMs, allowedMs }, nowMs);
  if (over !== undefined) return over;
  if (waiting > 0) return isOver(nowMs - waiting, connectMs) ? "connect" : undefined;
  if (sent > 0 && isOver(nowMs - sent, firstByteMs)) {
    return problems["answer-timeout"](`no answer within firstByteMs: ${firstByteMs}`);
  }
  if (answering > 0 && isOver(nowMs - answering, responseIdleMs)) {
    return problems["answer-timeout"](`the answer stopped for ${responseIdleMs} ms`);
  }
  return undefined;
}

/** Of the time that is given; of the caller's and a policy's the shorter one is told. */
export function timeIsUp(
  { startedMs, givenMs, allowedMs }: Pick<PhaseTimes, "startedMs" | "givenMs" | "allowedMs">,
  nowMs: number,
): Problem | undefined {
  const passedMs = nowMs - startedMs;
  if (passedMs < Math.min(givenMs ?? Infinity, allowedMs ?? Infinity)) return undefined;
  if (allowedMs !== undefined && (givenMs === undefined || allowedMs <= givenMs)) {
    return notAllowed(allowedMs);
  }
  return deadlinePassed(givenMs ?? 0);
}

export function notAllowed(allowedMs: number): Problem {
  return problems["exchange-timeout"](
    `no whole answer within ${allowedMs} ms, which a policy allows (timeout, totalMs)`,
  );
}

/** Nobody is asked for a caller that gives less than can be told to an instance. */
const givenMsMin = 1;

export function noTimeGiven(givenMs: number): Problem | undefined {
  if (givenMs >= givenMsMin) return undefined;
  return problems["no-time-given"](
    `the caller gives ${givenMs} ms, so nobody is asked; expected ${givenMsMin} ms or more`,
  );
}

export function deadlinePassed(givenMs: number): Problem {
  return problems["deadline-passed"](
    `no whole answer within ${givenMs} ms, which the caller gives`,
  );
}

/** The call with what is left of its time, to be passed on; or that nothing is left. */
export function withTimeLeft(call: Call, service: Service, passedMs: number): Call | Problem {
  const { timeoutMs } = call;
  if (timeoutMs === undefined) return call;
  if (passedMs >= timeoutMs) return noTimeGiven(timeoutMs) ?? deadlinePassed(timeoutMs);
  return { ...call, timeoutMs: Math.max(timeLeft(timeoutMs, service, passedMs), 0) };
}

/** What is left for an instance: the service's own time-out is kept as well. */
export function timeLeft(givenMs: number, { timeoutMs }: Service, passedMs: number): number {
  return (timeoutMs > 0 ? Math.min(givenMs, timeoutMs) : givenMs) - passedMs;
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

/** It was not the service that took its time. */
export function neverWhole({ detail }: Problem): Problem {
  return problems["body-timeout"](`the request is not whole: ${detail}`);
}
