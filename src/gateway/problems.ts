/** Everything the gateway itself can answer with, apart from what services say. */
import { defineProblems, type ProblemDefinition } from "#base/problem.ts";

export const problems = defineProblems({
  "malformed-request": {
    title: "The request is not well-formed HTTP",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "head-timeout": {
    title: "The request's head came too slowly",
    httpStatus: 408,
    faultKind: "deadline_exceeded",
    blame: "client",
  },
  "body-timeout": {
    title: "The request's body came too slowly",
    httpStatus: 408,
    faultKind: "deadline_exceeded",
    blame: "client",
  },
  "no-route": {
    title: "No route leads there",
    httpStatus: 404,
    faultKind: "not_found",
    blame: "client",
  },
  "method-not-allowed": {
    title: "The route does not take this method",
    httpStatus: 405,
    faultKind: "unimplemented",
    blame: "client",
  },
  "encoded-slash": {
    title: "The service takes no encoded slash",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "path-parameters": {
    title: "The path is that of another operation to some services",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "target-too-long": {
    title: "The request target is too long",
    httpStatus: 414,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "head-too-large": {
    title: "The request's head is too large",
    httpStatus: 431,
    faultKind: "resource_exhausted",
    blame: "client",
  },
  "body-too-large": {
    title: "The request's body is too large",
    httpStatus: 413,
    faultKind: "resource_exhausted",
    blame: "client",
  },
  "transfer-coding-unsupported": {
    title: "The transfer coding is not offered",
    httpStatus: 501,
    faultKind: "unimplemented",
    blame: "client",
  },
  "version-unsupported": {
    title: "The HTTP version is not offered",
    httpStatus: 505,
    faultKind: "unimplemented",
    blame: "client",
  },
  "caller-unknown": {
    title: "The caller is not known",
    httpStatus: 401,
    faultKind: "unauthenticated",
    blame: "client",
  },
  "credentials-conflict": {
    title: "The request proves to be from different callers",
    httpStatus: 401,
    faultKind: "unauthenticated",
    blame: "client",
  },
  "credentials-duplicate": {
    title: "A credential was sent more than once",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "caller-not-permitted": {
    title: "The caller may not call this",
    httpStatus: 403,
    faultKind: "permission_denied",
    blame: "policy",
  },
  "scope-missing": {
    title: "The caller's token is not for this",
    httpStatus: 403,
    faultKind: "permission_denied",
    blame: "policy",
  },
  overloaded: {
    title: "The gateway takes no more connections",
    httpStatus: 503,
    faultKind: "unavailable",
    blame: "gateway",
  },
  "not-ready": {
    title: "The gateway is not ready",
    httpStatus: 503,
    faultKind: "unavailable",
    blame: "gateway",
  },
  "ledger-unavailable": {
    title: "The exchange cannot be put on record",
    httpStatus: 503,
    faultKind: "unavailable",
    blame: "gateway",
  },
  "instance-unreachable": {
    title: "No instance of the service could be reached",
    httpStatus: 502,
    faultKind: "unavailable",
    blame: "service",
  },
  "instance-connect-timeout": {
    title: "No instance of the service took the connection in time",
    httpStatus: 504,
    faultKind: "unavailable",
    blame: "service",
  },
  "instance-closed": {
    title: "The instance closed the connection without an answer",
    httpStatus: 502,
    faultKind: "unavailable",
    blame: "service",
  },
  "instance-malformed": {
    title: "The instance's answer is not well-formed HTTP",
    httpStatus: 502,
    faultKind: "internal",
    blame: "service",
  },
  "face-unavailable": {
    title: "The dialect is not offered",
    httpStatus: 501,
    faultKind: "unimplemented",
    blame: "gateway",
  },
  "content-coding-unsupported": {
    title: "The request's body is compressed, which is not offered where it is translated",
    httpStatus: 415,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "not-forwardable": {
    title: "A value cannot stand in the path or a header of the service",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "answer-coding-unsupported": {
    title: "The instance's answer is compressed, though nobody asked for that",
    httpStatus: 502,
    faultKind: "internal",
    blame: "service",
  },
  "answer-not-forwardable": {
    title: "A value of the instance's answer cannot stand in a header",
    httpStatus: 502,
    faultKind: "internal",
    blame: "service",
  },
  "answer-too-large": {
    title: "The instance's answer is too large to be translated",
    httpStatus: 502,
    faultKind: "resource_exhausted",
    blame: "service",
  },
  "answers-too-large": {
    title: "The answers that the request gathers are too large together",
    httpStatus: 413,
    faultKind: "resource_exhausted",
    blame: "client",
  },
  "answer-timeout": {
    title: "The instance did not answer in time",
    httpStatus: 504,
    faultKind: "deadline_exceeded",
    blame: "service",
  },
  "exchange-timeout": {
    title: "The exchange took longer than the service allows",
    httpStatus: 504,
    faultKind: "deadline_exceeded",
    blame: "service",
  },
  "timeout-malformed": {
    title: "The time that the caller gives is malformed",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "no-time-given": {
    title: "The caller gives the exchange no time",
    httpStatus: 504,
    faultKind: "deadline_exceeded",
    blame: "client",
  },
  "deadline-passed": {
    title: "The exchange took longer than its caller allows",
    httpStatus: 504,
    faultKind: "deadline_exceeded",
    blame: "service",
  },
  "gateway-stopped": {
    title: "The gateway was stopped before the exchange was over",
    httpStatus: 503,
    faultKind: "unavailable",
    blame: "gateway",
  },
  "gateway-failure": {
    title: "The gateway failed",
    httpStatus: 500,
    faultKind: "internal",
    blame: "gateway",
  },
});

/** The problem for a parser's refusal. */
export function malformedRequest(status: number): (detail: string) => {
  readonly definition: ProblemDefinition;
  readonly detail: string;
} {
  switch (status) {
    case 405:
      return problems["method-not-allowed"];
    case 408:
      return problems["head-timeout"];
    case 414:
      return problems["target-too-long"];
    case 431:
      return problems["head-too-large"];
    case 501:
      return problems["transfer-coding-unsupported"];
    case 505:
      return problems["version-unsupported"];
    default:
      return problems["malformed-request"];
  }
}

/** RFC 9110 §15.5.6: a 405 tells what is allowed; CONNECT and TRACE are refused everywhere. */
export function malformedFields(status: number): string {
  return status === 405 ? "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, QUERY\r\n" : "";
}
