/** What HTTP Message Signatures are refused with. */
import { defineProblems } from "#base/problem.ts";

const refused = { httpStatus: 401, faultKind: "unauthenticated", blame: "client" } as const;

export const problems = defineProblems({
  "signature-malformed": { title: "The request's signature is not well-formed", ...refused },
  "signature-incomplete": {
    title: "The signature does not cover what it has to",
    ...refused,
  },
  "signature-wrong": { title: "The request's signature is wrong", ...refused },
  "signature-expired": { title: "The request's signature is too old", ...refused },
  "signature-not-yet-valid": {
    title: "The request's signature was made in the future",
    ...refused,
  },
  "signature-replayed": { title: "The request's signature was received before", ...refused },
  "digest-wrong": { title: "The body is not the one whose digest was signed", ...refused },
});
