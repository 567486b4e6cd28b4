/** What names and passwords are refused with. */
import { defineProblems } from "#base/problem.ts";

export const problems = defineProblems({
  "basic-malformed": {
    title: "The Basic credentials are not well-formed",
    httpStatus: 401,
    faultKind: "unauthenticated",
    blame: "client",
  },
  "basic-wrong": {
    title: "Name or password is wrong",
    httpStatus: 401,
    faultKind: "unauthenticated",
    blame: "client",
  },
  "basic-busy": {
    title: "Too many passwords are being compared",
    httpStatus: 503,
    faultKind: "unavailable",
    blame: "gateway",
  },
});
