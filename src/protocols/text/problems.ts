/** What a text face refuses, and what is wrong with the answer of a program. */
import { defineProblems } from "#base/problem.ts";

export const textProblems = defineProblems({
  "text-request-invalid": {
    title: "The text of the request is not what the contract says",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "text-operation-unknown": {
    title: "No operation of the service begins so",
    httpStatus: 400,
    faultKind: "unimplemented",
    blame: "client",
  },
  "text-not-representable": {
    title: "A value has no place in the text of the program",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "text-answer-invalid": {
    title: "The program's answer is not what its contract says",
    httpStatus: 502,
    faultKind: "internal",
    blame: "service",
  },
  "text-answer-not-encodable": {
    title: "The answer has no place in the text that the caller reads",
    httpStatus: 500,
    faultKind: "internal",
    blame: "service",
  },
});
