/**
 * How a problem is told: problem+json (RFC 9457), which REST callers and unknown faces get.
 * Nothing of `cause` goes into it.
 */
import { reasonPhrase } from "#base/reason-phrases.ts";
import type { Problem } from "#base/problem.ts";
import type { CallerEnd, UpstreamFailure } from "#wire/ends.ts";
import { parseFaultOf } from "#wire/parse-faults.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import { problems } from "./problems.ts";

export function sendProblem(
  caller: CallerEnd,
  problem: Problem,
  exchangeId: string,
  added: string,
): void {
  const { definition, detail } = problem;
  const body = {
    type: `urn:parlance:problem:${definition.code}`,
    title: definition.title,
    status: definition.httpStatus,
    detail,
    code: definition.code,
    fault: definition.blame,
    exchange: exchangeId,
  };
  let fields = `${added}Parlance-Fault: ${definition.blame}\r\n`;
  fields += "Content-Type: application/problem+json\r\nCache-Control: no-store\r\n";
  fields += problemLines(problem);
  const reason = reasonPhrase(definition.httpStatus) ?? "";
  caller.sendOwn(definition.httpStatus, reason, fields, Buffer.from(JSON.stringify(body)));
}

/** Field lines that go with a problem in whatever dialect it is told. */
export function problemLines({ definition, retryAfterS }: Problem): string {
  const retry = retryAfterS === undefined ? "" : `Retry-After: ${retryAfterS}\r\n`;
  const { httpStatus } = definition;
  return httpStatus === 401 ? `${retry}WWW-Authenticate: Bearer realm="parlance"\r\n` : retry;
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
      return problems["instance-connect-timeout"](`${where}: no connection within connectMs`);
    case "closed-before-answer":
    case "closed-in-answer": {
      const { cause } = failure;
      const detail = `${where}: closed before the answer was whole${codeOf(cause)}`;
      return problems["instance-closed"](detail, { cause });
    }
    case "malformed":
      return problems["instance-malformed"](`${where}: ${parseFaultOf(failure.fault).detail}`);
  }
}

/** The system's or the TLS library's name for what went wrong, for instance ECONNREFUSED. */
function codeOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
}
