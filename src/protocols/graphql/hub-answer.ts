/** Results as responses (GraphQL over HTTP §6): statuses, media types, errors with their codes. */
import { GraphQLError, type ExecutionResult } from "graphql";
import { faultTable } from "#call/fault-table.ts";
import type { Fault } from "#call/call.ts";
import type { FaceResponse, Fields } from "#extension/protocol.ts";
import { errorOf, faultOf } from "./faults.ts";
import { mediaTypes, type AnswerForm } from "./hub-media.ts";
import type { GraphqlProblem } from "./problems.ts";

/** What one operation came to. */
export interface Outcome {
  readonly result: ExecutionResult;
  /** For callers who take a status as GraphQL's; absent: 200, or 400 when nothing was executed. */
  readonly status?: number;
  /** That the status holds in the older form as well, whose answers are 200 otherwise. */
  readonly isPlain?: boolean;
  readonly fields?: Fields;
}

const codes: Readonly<Record<string, string>> = {
  "malformed-request": "BAD_REQUEST",
  "invalid-request": "BAD_REQUEST",
  "media-type-unsupported": "BAD_REQUEST",
  "not-acceptable": "BAD_REQUEST",
  "mutation-by-get": "BAD_REQUEST",
  "unknown-document": "PERSISTED_QUERY_NOT_FOUND",
};

export function outcomeOf({ definition, message }: GraphqlProblem, exchangeId: string): Outcome {
  const { code, faultKind, blame, httpStatus } = definition;
  const error = new GraphQLError(message, {
    extensions: {
      ...{ code: codes[code] ?? faultTable[faultKind].graphql, kind: faultKind, fault: blame },
      ...{ problem: code, exchange: exchangeId },
    },
  });
  return {
    result: { errors: [error] },
    status: httpStatus,
    // Documents that are not there are GraphQL's affair, all else is HTTP's.
    isPlain: code !== "unknown-document",
    ...(httpStatus === 405 && { fields: [["allow", "POST"]] }),
  };
}

/** What keeps a request from being read is HTTP's affair, in whatever form it is told. */
export function failureOutcome(fault: Fault, exchangeId: string): Outcome {
  const { httpStatus = faultTable[fault.faultKind].http } = fault;
  return { result: { errors: [errorOf(fault, exchangeId)] }, status: httpStatus, isPlain: true };
}

export function textOf({ errors, data }: ExecutionResult): string {
  // GraphQL §7.1: errors first, and no `data` when nothing was executed.
  try {
    return JSON.stringify(data === undefined ? { errors } : { errors, data });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return JSON.stringify({ errors: [tooLarge()], data: null });
  }
}

/** More than a text can be: the calls were made, and what they say has no place together. */
function tooLarge(): GraphQLError {
  const told = { code: "RESOURCE_EXHAUSTED", kind: "resource_exhausted", fault: "client" };
  return new GraphQLError("the results together are too large; ask for less at once", {
    extensions: { ...told, problem: "limit-exceeded" },
  });
}

export function respond(outcome: Outcome, form: AnswerForm): FaceResponse {
  const text = textOf(outcome.result);
  return answer(text, statusOf(outcome, form), form, [outcome], outcome.fields);
}

export function respondToBatch(outcomes: readonly Outcome[], form: AnswerForm): FaceResponse {
  return answer(`[${outcomes.map(({ result }) => textOf(result)).join(",")}]`, 200, form, outcomes);
}

/** The first that is told. */
function faultIn(outcomes: readonly Outcome[]): Fault | undefined {
  const error = outcomes.flatMap(({ result }) => result.errors ?? [])[0];
  return error && faultOf(error);
}

function statusOf({ result, status, isPlain = false }: Outcome, form: AnswerForm): number {
  if (result.data !== undefined) return 200;
  return form === "json" && !isPlain ? 200 : (status ?? 400);
}

function answer(
  text: string,
  status: number,
  form: AnswerForm,
  outcomes: readonly Outcome[],
  more: Fields = [],
): FaceResponse {
  const fault = faultIn(outcomes);
  const mediaType = mediaTypes[form === "events" ? "json" : form];
  const fields: Fields = [["content-type", `${mediaType}; charset=utf-8`], ...more];
  return { status, fields, body: Buffer.from(text), ...(fault && { fault }) };
}
