/** When a request may be sent a second time because the first one met a dead connection. */
import type { Operation } from "#contract/contract.ts";
import type { UpstreamFailure } from "#wire/ends.ts";

/** Methods whose requests may be sent twice (RFC 9110 §9.2.2, RFC 10008 §2 for QUERY). */
const idempotentMethods = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "QUERY"]);

/**
 * A kept connection turned out stale before any answer: the instance said that it processed
 * nothing, or the method allows for its having done so.
 */
export function mayRepeat(failure: UpstreamFailure, method: string): boolean {
  if (failure.kind !== "closed-before-answer" || !failure.reused) return false;
  return failure.unprocessed === true || idempotentMethods.has(method);
}

/** Methods whose requests change no more when they are repeated; by us they are sent once. */
const repeatableMethods = new Set([...idempotentMethods, "TRACE"]);

/** @param operation of the contract, whose word counts; undefined: it is not known. */
export function mayBeRepeated(method: string, operation: Operation | undefined): boolean {
  return operation === undefined ? repeatableMethods.has(method) : operation.safety !== "unsafe";
}
