/** What can be wrong with bytes that claim to be part of a ledger, or proof of what is in one. */
import { defineProblems } from "#base/problem.ts";

export const problems = defineProblems({
  "ledger-malformed": {
    title: "Bytes of a ledger do not have their form",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "ledger-mismatch": {
    title: "A ledger, or a proof of it, contradicts itself or its key",
    httpStatus: 422,
    faultKind: "data_loss",
    blame: "gateway",
  },
  "ledger-unsigned": {
    title: "No checkpoint covers the entry yet",
    httpStatus: 503,
    faultKind: "unavailable",
    blame: "gateway",
  },
});

export const malformed = problems["ledger-malformed"];
export const mismatch = problems["ledger-mismatch"];
