/** The key of a request, under what it is kept, and what tells its request from another one. */
import { hash } from "node:crypto";
import type { Call } from "#call/call.ts";
import { createRecord, type Value } from "#contract/value.ts";
import { valueText } from "#contract/value-text.ts";
import { isKnownCaller } from "#extension/counted-apart.ts";
import type { PolicyRequest } from "#extension/policy.ts";

/** A structured string (RFC 9651 §3.3.3). */
const quoted = /^"((?:[ !#-[\]-~]|\\["\\]){1,255})"$/;
/** As many programs write it. */
const bare = /^[!#-+\--~]{1,255}$/;

/** @param value of the field. Undefined: it is no key. */
export function readKey(value: string): string | undefined {
  const inner = quoted.exec(value)?.[1];
  if (inner !== undefined) return inner.replaceAll(/\\(.)/g, "$1");
  return bare.test(value) ? value : undefined;
}

/** Of one caller, for one operation: the same key of anybody else is another one. */
export function recordKey(request: PolicyRequest, key: string): string {
  const { serviceName, operation, routeId, callerName, subject, address } = request;
  const who = isKnownCaller(callerName) ? ["caller", callerName, subject] : ["address", address];
  const parts = [serviceName, operation ?? routeId, who, key];
  return hash("sha256", JSON.stringify(parts), "base64url");
}

export function fingerprintOfRequest(request: PolicyRequest, data: Buffer): string {
  const body = hash("sha256", data, "base64url");
  const { method, target } = request;
  return fingerprint(["request", method, target, request.field("content-type") ?? "", body]);
}

/** Whatever dialect it came in. */
export function fingerprintOfCall({ operation, input }: Call): string {
  return fingerprint(["call", operation.id, valueText(withoutEmptyLists(input))]);
}

/** SOAP and Protocol Buffers do not tell them from lists that are not there. */
function withoutEmptyLists(value: Value): Value {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (isList(value)) return value.map(withoutEmptyLists);
  const record = createRecord();
  for (const [name, member] of Object.entries(value)) {
    if (!isList(member) || member.length > 0) record[name] = withoutEmptyLists(member);
  }
  return record;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function fingerprint(parts: readonly string[]): string {
  return hash("sha256", JSON.stringify(parts), "base64url");
}
