/** What a REST face refuses, and what is wrong with a REST service's answer. */
import { defineProblems } from "#base/problem.ts";
import type { Problem } from "#base/problem.ts";
import type { Fault } from "#call/call.ts";

export const restProblems = defineProblems({
  "no-operation": {
    title: "The service has no operation there",
    httpStatus: 404,
    faultKind: "not_found",
    blame: "client",
  },
  "method-not-offered": {
    title: "The operation is not offered under this method",
    httpStatus: 405,
    faultKind: "unimplemented",
    blame: "client",
  },
  "not-acceptable": {
    title: "The answer is not offered in an acceptable form",
    httpStatus: 406,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "media-type-unsupported": {
    title: "The request's body has a form that is not offered",
    httpStatus: 415,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "invalid-parameter": {
    title: "A parameter is missing, unknown, or has a value that is none of its type",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "invalid-body": {
    title: "The request's body does not fit the contract",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "input-too-large": {
    title: "One of several inputs is larger than a document may be",
    httpStatus: 413,
    faultKind: "resource_exhausted",
    blame: "client",
  },
  "not-representable": {
    title: "A value cannot be told to the service",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "answer-invalid": {
    title: "The service's answer does not fit its contract",
    httpStatus: 502,
    faultKind: "internal",
    blame: "service",
  },
  "answer-not-encodable": {
    title: "The answer cannot be told in the form that was negotiated",
    httpStatus: 500,
    faultKind: "internal",
    blame: "service",
  },
  "service-refused": {
    title: "The service refused the request",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "service-failed": {
    title: "The service failed",
    httpStatus: 502,
    faultKind: "internal",
    blame: "service",
  },
});

export function faultOf({ definition, detail, cause }: Problem, place?: string): Fault {
  const { faultKind, blame, code, httpStatus } = definition;
  return {
    kind: "fault",
    ...{ faultKind, blame, code, httpStatus },
    message: detail,
    ...(place === undefined ? {} : { place }),
    ...(cause === undefined ? {} : { cause }),
  };
}
