/** What this policy refuses with. */
import { defineProblems } from "#base/problem.ts";

export const problems = defineProblems({
  "circuit-open": {
    title: "The service failed too often to be asked now",
    httpStatus: 503,
    faultKind: "unavailable",
    blame: "service",
  },
});
