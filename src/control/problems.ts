/** What the admin API itself can refuse with. */
import { defineProblems, type Problem } from "#base/problem.ts";

export const problems = defineProblems({
  "host-not-allowed": {
    title: "The admin API is not called by this name",
    httpStatus: 421,
    faultKind: "permission_denied",
    blame: "client",
  },
  "cross-origin": {
    title: "Pages of other origins may not call the admin API",
    httpStatus: 403,
    faultKind: "permission_denied",
    blame: "client",
  },
  "unknown-operation": {
    title: "The admin API has no such address",
    httpStatus: 404,
    faultKind: "not_found",
    blame: "client",
  },
  "operation-method": {
    title: "The address does not take this method",
    httpStatus: 405,
    faultKind: "unimplemented",
    blame: "client",
  },
  "bad-parameter": {
    title: "A parameter is missing or wrong",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
  "no-ledger": {
    title: "The gateway has no ledger",
    httpStatus: 404,
    faultKind: "failed_precondition",
    blame: "client",
  },
  "exchange-not-over": {
    title: "Only the beginning of the exchange is on record",
    httpStatus: 409,
    faultKind: "failed_precondition",
    blame: "client",
  },
  "unknown-service": {
    title: "The configuration has no such service",
    httpStatus: 404,
    faultKind: "not_found",
    blame: "client",
  },
  "leases-not-taken": {
    title: "Instances of the service cannot be registered",
    httpStatus: 409,
    faultKind: "failed_precondition",
    blame: "client",
  },
  "too-many-leases": {
    title: "The service has too many leases",
    httpStatus: 429,
    faultKind: "resource_exhausted",
    blame: "client",
  },
  "unknown-lease": {
    title: "There is no such lease, or not any more",
    httpStatus: 404,
    faultKind: "not_found",
    blame: "client",
  },
  "operation-failed": {
    title: "The operation failed",
    httpStatus: 500,
    faultKind: "internal",
    blame: "gateway",
  },
});

export function noLedger(): Problem {
  return problems["no-ledger"]("`ledger` is `off` in the configuration");
}

export function notOver(exchange: string): Problem {
  const detail = `only its beginning is on record; parlance ledger show ${exchange} has it`;
  return problems["exchange-not-over"](detail);
}

export function unknownLease(given: string): Problem {
  const shown = JSON.stringify(given.slice(0, 100));
  return problems["unknown-lease"](`lease is ${shown}; register the instance again`);
}

export function badExchange(given: string): Problem {
  const shown = JSON.stringify(given.slice(0, 100));
  return problems["bad-parameter"](
    `exchange is ${shown}; expected the 32 hexadecimal digits of Parlance-Exchange`,
  );
}
