/** What this policy refuses with: draft-ietf-httpapi-idempotency-key-header, section 2.7. */
import { defineProblems } from "#base/problem.ts";

export const problems = defineProblems({
  "idempotency-key-missing": {
    title: "An Idempotency-Key is required",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "idempotency-key-malformed": {
    title: "The Idempotency-Key is malformed",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "idempotency-key-for-stream": {
    title: "Calls whose inputs come one by one take no Idempotency-Key",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "idempotency-key-reused": {
    title: "The Idempotency-Key belongs to another request",
    httpStatus: 422,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "idempotency-in-flight": {
    title: "The first request with this Idempotency-Key is under way",
    httpStatus: 409,
    faultKind: "aborted",
    blame: "client",
  },
  "idempotency-outcome-unknown": {
    title: "What became of the first request is not known",
    httpStatus: 409,
    faultKind: "failed_precondition",
    blame: "policy",
  },
  "idempotency-answer-not-kept": {
    title: "The first request was carried out, and its answer is not kept",
    httpStatus: 409,
    faultKind: "failed_precondition",
    blame: "policy",
  },
  "idempotency-request-too-large": {
    title: "The request is too large for an Idempotency-Key",
    httpStatus: 413,
    faultKind: "resource_exhausted",
    blame: "client",
  },
  "idempotency-unavailable": {
    title: "Idempotency-Keys cannot be kept",
    httpStatus: 503,
    faultKind: "unavailable",
    blame: "gateway",
  },
});
