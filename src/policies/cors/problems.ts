/** What this policy refuses with. */
import { defineProblems } from "#base/problem.ts";

export const problems = defineProblems({
  "origin-not-allowed": {
    title: "Pages of this origin may not ask",
    httpStatus: 403,
    faultKind: "permission_denied",
    blame: "policy",
  },
});
