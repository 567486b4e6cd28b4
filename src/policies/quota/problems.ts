/** What this policy refuses with. */
import { defineProblems } from "#base/problem.ts";

export const problems = defineProblems({
  "quota-used-up": {
    title: "The quota is used up",
    httpStatus: 429,
    faultKind: "resource_exhausted",
    blame: "policy",
  },
  "quota-unavailable": {
    title: "The quota cannot be counted",
    httpStatus: 503,
    faultKind: "unavailable",
    blame: "gateway",
  },
});
