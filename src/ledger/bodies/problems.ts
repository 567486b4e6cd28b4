/** Why a body, or the key of a subject, cannot be had. */
import { defineProblems } from "#base/problem.ts";

export const problems = defineProblems({
  "body-erased": {
    title: "The key of the subject was destroyed, and with it what was kept",
    httpStatus: 410,
    faultKind: "not_found",
    blame: "client",
  },
  "body-unknown": {
    title: "Nothing is kept under this reference",
    httpStatus: 404,
    faultKind: "not_found",
    blame: "client",
  },
  "body-damaged": {
    title: "What was kept is not what was written",
    httpStatus: 500,
    faultKind: "data_loss",
    blame: "gateway",
  },
  "subject-key-damaged": {
    title: "The key of a subject, or the secret of the key store, cannot be used",
    httpStatus: 500,
    faultKind: "data_loss",
    blame: "gateway",
  },
  "subject-unknown": {
    title: "No key belongs to this subject",
    httpStatus: 404,
    faultKind: "not_found",
    blame: "client",
  },
});
