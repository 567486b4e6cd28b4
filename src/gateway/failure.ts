/**
 * How a problem is told: problem+json (RFC 9457), which REST callers and unknown faces get.
 * Nothing of `cause` goes into it.
 */
import type { Limits } from "#base/limits.ts";
import type { Problem } from "#base/problem.ts";
import { reasonPhrase } from "#base/reason-phrases.ts";
import { errorsAt } from "#call/problems.ts";
import type { FaceResponse } from "#extension/protocol.ts";
import type { UpstreamFailure } from "#wire/ends.ts";
import { parseFaultOf } from "#wire/parse-faults.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import type { Identity } from "./identity.ts";
import { problems } from "./problems.ts";

/** @param exchangeId undefined: no exchange has begun. */
export function problemResponse(problem: Problem, exchangeId: string | undefined): FaceResponse {
  const { definition, detail, place } = problem;
  const document = {
    type: `urn:parlance:problem:${definition.code}`,
    title: definition.title,
    status: definition.httpStatus,
    detail,
    code: definition.code,
    fault: definition.blame,
    exchange: exchangeId,
    ...(place === undefined ? {} : { place, errors: errorsAt(detail, place) }),
  };
  const fields = [
    ["Parlance-Fault", definition.blame],
    ["Content-Type", "application/problem+json"],
    ["Cache-Control", "no-store"],
  ] as const;
  const body = Buffer.from(JSON.stringify(document));
  return { status: definition.httpStatus, fields, body };
}

/** To a connection for which there is no room; no exchange begins. */
export function overloadedAnswer({ connectionsMax }: Limits): Buffer {
  const detail =
    `a worker takes limits.connectionsMax: ${connectionsMax} connections at once, ` +
    "and has as many";
  const problem = problems.overloaded(detail, { retryAfterS: 1 });
  const { status, fields, body } = problemResponse(problem, undefined);
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head =
    `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n${lines}${problemLines(problem, undefined)}` +
    `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), body]);
}

/** A defect of a policy's. */
export function policyFailed(cause: unknown): Problem {
  return problems["gateway-failure"]("a policy failed", { cause });
}

/** Field lines that go with a problem in whatever dialect it is told. */
export function problemLines(problem: Problem, identity: Identity | undefined): string {
  const { definition, retryAfterS } = problem;
  const retry = retryAfterS === undefined ? "" : `Retry-After: ${retryAfterS}\r\n`;
  const { httpStatus } = definition;
  if (httpStatus !== 401 && httpStatus !== 403) return retry;
  if (problem.scopes !== undefined) return retry + scopeLines(problem);
  if (identity !== undefined) return retry + identity.challenges(problem);
  return httpStatus === 401 ? `${retry}WWW-Authenticate: Bearer realm="parlance"\r\n` : retry;
}

/** RFC 6750 §3.1; "" where it is not scopes that are missing. */
export function scopeLines({ scopes }: Problem): string {
  if (scopes === undefined) return "";
  const error = `error="insufficient_scope", scope="${scopes.join(" ")}"`;
  return `WWW-Authenticate: Bearer realm="parlance", ${error}\r\n`;
}

export function noInstance(serviceName: string): Problem {
  const detail = `service ${serviceName} has no instance that can be asked`;
  return problems["instance-unreachable"](detail);
}

/** What an upstream's failure is to the caller. */
export function failureProblem(failure: UpstreamFailure, exchange: ExchangeRecord): Problem {
  const { route, instance } = exchange;
  const where = `service ${route?.service.name ?? ""}, instance ${instance?.url ?? ""}`;
  switch (failure.kind) {
    case "connect": {
      const { cause } = failure;
      return problems["instance-unreachable"](`${where}: no connection${codeOf(cause)}`, {
        cause,
      });
    }
    case "connect-timeout":
      return problems["instance-connect-timeout"](
        `${where}: no connection within connectMs: ${route?.service.connectMs}`,
      );
    case "closed-before-answer":
    case "closed-in-answer": {
      const { cause } = failure;
      const detail = `${where}: closed before the answer was whole${codeOf(cause)}`;
      return problems["instance-closed"](detail, { cause });
    }
    case "malformed":
      return problems["instance-malformed"](
        `${where}: ${parseFaultOf(failure.fault, exchange.limits).detail}`,
      );
  }
}

/** The system's or the TLS library's name for what went wrong, for instance ECONNREFUSED. */
function codeOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
}
