/** What this policy refuses with. */
import { defineProblems } from "#base/problem.ts";

export const problems = defineProblems({
  "rate-limited": {
    title: "Too many requests in a time",
    httpStatus: 429,
    faultKind: "resource_exhausted",
    blame: "policy",
  },
  "limit-store-away": {
    title: "Requests cannot be counted",
    httpStatus: 503,
    faultKind: "unavailable",
    blame: "gateway",
  },
});
