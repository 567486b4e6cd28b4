/** What this policy refuses with. */
import { defineProblems } from "#base/problem.ts";

export const problems = defineProblems({
  "address-not-allowed": {
    title: "Requests from this address are not allowed",
    httpStatus: 403,
    faultKind: "permission_denied",
    blame: "policy",
  },
});
