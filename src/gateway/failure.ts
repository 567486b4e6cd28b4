/**
 * How a problem is told: problem+json (RFC 9457), which REST callers and unknown faces get.
 * Nothing of `cause` goes into it.
 */
import { STATUS_CODES } from "node:http";
import type { Problem } from "#base/problem.ts";
import type { CallerEnd } from "#wire/ends.ts";

export function sendProblem(
  caller: CallerEnd,
  problem: Problem,
  exchangeId: string,
  added: string,
): void {
  const { definition, detail, retryAfterS } = problem;
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
  if (retryAfterS !== undefined) fields += `Retry-After: ${retryAfterS}\r\n`;
  if (definition.httpStatus === 401) fields += 'WWW-Authenticate: Bearer realm="parlance"\r\n';
  const reason = STATUS_CODES[definition.httpStatus] ?? "";
  caller.sendOwn(definition.httpStatus, reason, fields, Buffer.from(JSON.stringify(body)));
}
