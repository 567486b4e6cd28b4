/**
 * Answers of GraphQL services, whole or as results of a subscription, to replies. What has errors
 * is a fault, also when there is data beside them: callers of other dialects have no place where
 * they could see that some of it is missing.
 */
import type { Fault, Reply } from "#call/call.ts";
import { faultKindOfHttp } from "#call/fault-table.ts";
import { createRecord } from "#contract/value.ts";
import { readValueSpans } from "#formats/json/value-spans.ts";
import { readError } from "./faults.ts";
import type { GraphqlOperation } from "./graphql-operation.ts";

/** @param status undefined for a result of a subscription. */
export function replyIn(
  body: Buffer | string,
  status: number | undefined,
  operation: GraphqlOperation,
): Reply {
  const spans = readValueSpans(body);
  const isResult =
    spans.kind === "object" && (spans.members.has("data") || spans.members.has("errors"));
  if (!isResult) return status === undefined ? broken("it is no result") : notGraphql(status);
  const { members } = spans;
  const errors = readValueSpans(members.get("errors") ?? "null");
  if (errors.kind === "array" && errors.items.length > 0) {
    return faultIn(errors.items, status, operation);
  }
  if (status !== undefined && (status < 200 || status > 299)) return notGraphql(status);
  const data = members.get("data") ?? "null";
  if (data === "null") return broken("it has neither data nor errors");
  const read = operation.read(data);
  if (read.kind === "fault") {
    const { code, message, place } = read;
    const faultKind = code === "limit-exceeded" ? "resource_exhausted" : "internal";
    return { kind: "fault", faultKind, blame: "service", code, message, place: `/data${place}` };
  }
  if (read.value === undefined) return noResult();
  return { kind: "answer", output: read.value, headers: createRecord() };
}

/** Codes by which a service says that it does not know what the contract says it does. */
const disagreements = ["graphql-parse-failed", "graphql-validation-failed"];

function faultIn(
  errors: readonly string[],
  status: number | undefined,
  { details }: GraphqlOperation,
): Fault {
  const [first = ""] = errors;
  const told = readError(first, details);
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more errors)` : "";
  const place = told.place ?? placeIn(first);
  const fault: Fault = {
    ...told,
    message: told.message + more,
    ...(place === undefined ? {} : { place }),
  };
  if (disagreements.includes(told.code)) {
    const message = `the service does not take the operation of the contract: ${fault.message}`;
    return { ...fault, faultKind: "internal", blame: "service", code: "contract-differs", message };
  }
  // Services that name no code often say it by the status.
  if (told.faultKind !== "unknown" || status === undefined || status < 400) return fault;
  const faultKind = faultKindOfHttp(status);
  return { ...fault, faultKind, blame: status < 500 ? "client" : "service" };
}

/** GraphQL §7.1.2: the path in the data. */
function placeIn(error: string): string | undefined {
  const spans = readValueSpans(error);
  const path = spans.kind === "object" ? spans.members.get("path") : undefined;
  const parts = path === undefined ? undefined : readValueSpans(path);
  if (parts?.kind !== "array" || parts.items.length > 100) return undefined;
  const names = parts.items.map((one) => (one.startsWith('"') ? String(JSON.parse(one)) : one));
  return ["/data", ...names].join("/");
}

function notGraphql(status: number): Fault {
  if (status < 400) return broken("it is no object with data or errors");
  const message = `the service answered with status ${status} and no GraphQL`;
  const faultKind = faultKindOfHttp(status);
  return { kind: "fault", faultKind, blame: "service", code: "no-graphql", message };
}

/** What is null without an error is not there. */
function noResult(): Fault {
  const told = { faultKind: "not_found", blame: "client", code: "no-result" } as const;
  return { kind: "fault", ...told, message: "the service has no such object: its answer is null" };
}

export function broken(message: string): Fault {
  const told = { faultKind: "internal", blame: "service", code: "bad-answer" } as const;
  return { kind: "fault", ...told, message: `the service's answer is no GraphQL: ${message}` };
}
