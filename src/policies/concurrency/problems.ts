/** What this policy refuses with. */
import { defineProblems } from "#base/problem.ts";

export const problems = defineProblems({
  "too-many-at-once": {
    title: "Too many requests are under way at once",
    httpStatus: 503,
    faultKind: "unavailable",
    blame: "policy",
  },
  "no-room-in-time": {
    title: "The time of the request was over before there was room for it",
    httpStatus: 504,
    faultKind: "deadline_exceeded",
    blame: "policy",
  },
  "concurrency-unavailable": {
    title: "Requests under way cannot be counted",
    httpStatus: 503,
    faultKind: "unavailable",
    blame: "gateway",
  },
});
