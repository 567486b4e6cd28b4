/** What this policy refuses with. */
import { defineProblems } from "#base/problem.ts";

export const problems = defineProblems({
  "not-in-cache": {
    title: "There is no answer that could be given without asking the service",
    httpStatus: 504,
    faultKind: "unavailable",
    blame: "client",
  },
});
