/** What keeps a call from being made at all, whatever the dialect. */
import { defineProblems } from "#base/problem.ts";
import type { Operation } from "#contract/contract.ts";
import type { Problem } from "#base/problem.ts";
import type { Fault } from "./call.ts";

export const callProblems = defineProblems({
  "operation-not-offered": {
    title: "The operation cannot be carried in this dialect",
    httpStatus: 501,
    faultKind: "unimplemented",
    blame: "gateway",
  },
});

export function notOffered(reason: string): Fault {
  const { definition, detail } = callProblems["operation-not-offered"](reason);
  const { code, faultKind, blame, httpStatus } = definition;
  return { kind: "fault", code, faultKind, blame, httpStatus, message: detail };
}

export function isStream({ mode }: Operation): boolean {
  return mode !== "unary" && mode !== "one-way";
}

/** Whether callers send more than one input: what few dialects have. */
export function takesStream({ mode }: Operation): boolean {
  return mode === "client-stream" || mode === "bidi";
}

/** For dialects that have no streams, by their name as callers know it. */
export function streamNotOffered({ id, mode }: Operation, dialect: string): Fault {
  return notOffered(`${id} is ${mode}: ${dialect} has one request and one answer`);
}

/** A problem as it is told in a dialect. */
export function faultOfProblem({ definition, detail, cause, place }: Problem): Fault {
  const { faultKind, blame, code, httpStatus } = definition;
  const fault = { kind: "fault", faultKind, blame, code, message: detail, httpStatus } as const;
  return {
    ...fault,
    ...(cause === undefined ? {} : { cause }),
    ...(place === undefined ? {} : { place }),
  };
}

/**
 * What is wrong and where, as RFC 9457 §3 shows it: the pointer is a fragment (RFC 6901 §6).
 * Undefined: the place is none in JSON.
 */
export function errorsAt(detail: string, place: string | undefined) {
  if (place?.startsWith("/") !== true) return undefined;
  const pointer = `#${encodeURI(place.toWellFormed()).replaceAll("#", "%23")}`;
  return [{ detail, pointer }];
}
