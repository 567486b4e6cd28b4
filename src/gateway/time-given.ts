/**
 * How long a caller waits, and what instances are told of it: in `Parlance-Timeout-Ms`, for gRPC
 * in `grpc-timeout`. Time that is left, not a time of day: clocks differ.
 */
import type { Problem } from "#base/problem.ts";
import { readGrpcTimeout, writeGrpcTimeout } from "#call/grpc-timeout.ts";
import type { Dialect } from "#contract/contract.ts";
import { fieldNames } from "#wire/field-names.ts";
import type { RequestHead } from "#wire/head.ts";
import { deadlinePassed, noTimeGiven } from "./deadlines.ts";
import { problems } from "./problems.ts";

const name = "parlance-timeout-ms";

/** @returns milliseconds, undefined: it does not say; or that it gives none, or it is no time. */
export function timeGiven(
  head: RequestHead,
  face: Dialect | undefined,
): number | undefined | Problem {
  const givenMs = readTime(head, face);
  return typeof givenMs === "number" ? (noTimeGiven(givenMs) ?? givenMs) : givenMs;
}

/** Of a call in the course of another exchange, which may have used up what its caller gave. */
export function timeLeftOver(head: RequestHead): number | undefined | Problem {
  const leftMs = readTime(head, undefined);
  return leftMs === 0 ? deadlinePassed(0) : leftMs;
}

function readTime(head: RequestHead, face: Dialect | undefined): number | undefined | Problem {
  const grpcMs = face === "grpc" ? givenToGrpc(head) : undefined;
  if (grpcMs === undefined && !head.has(fieldNames[name])) return undefined;
  const ownMs = head.has(fieldNames[name]) ? readOwn(head.field(name) ?? "") : undefined;
  if (ownMs !== undefined && typeof ownMs !== "number") return ownMs;
  return shorter(grpcMs, ownMs);
}

/** What is malformed is for the instance, or the face, to refuse. */
function givenToGrpc(head: RequestHead): number | undefined {
  const text = head.field("grpc-timeout");
  const givenMs = text === undefined ? NaN : readGrpcTimeout(text);
  return Number.isNaN(givenMs) ? undefined : givenMs;
}

function readOwn(text: string): number | Problem {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const shown = JSON.stringify(text.slice(0, 40));
  return problems["timeout-malformed"](
    `Parlance-Timeout-Ms is ${shown}; expected milliseconds, of one to nine digits`,
  );
}

export function shorter(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}

/** Where the head tells the time already, it is told anew. @returns the line that tells it. */
export function tellTimeLeft(head: RequestHead, leftMs: number): string {
  head.drop(name);
  if (head.value(fieldNames["content-type"])?.startsWith("application/grpc") === true) {
    head.drop("grpc-timeout");
    return `grpc-timeout: ${writeGrpcTimeout(leftMs)}\r\n`;
  }
  return `Parlance-Timeout-Ms: ${Math.max(1, Math.floor(leftMs))}\r\n`;
}
