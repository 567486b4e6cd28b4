/** What this policy refuses with, or reports. */
import { defineProblems } from "#base/problem.ts";

export const problems = defineProblems({
  "request-unfit": {
    title: "The request does not fit the contract",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "request-beyond-limits": {
    title: "The request is larger than the operator allows",
    httpStatus: 413,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "answer-unfit": {
    title: "The service's answer does not fit its contract",
    httpStatus: 502,
    faultKind: "internal",
    blame: "service",
  },
  "answer-beyond-limits": {
    title: "The service's answer is larger than the operator allows",
    httpStatus: 502,
    faultKind: "internal",
    blame: "service",
  },
});
