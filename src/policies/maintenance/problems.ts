/** What this policy refuses with. */
import { defineProblems } from "#base/problem.ts";

export const problems = defineProblems({
  "in-maintenance": {
    title: "The service is in maintenance",
    httpStatus: 503,
    faultKind: "unavailable",
    blame: "policy",
  },
});
