/** Puts message heads together in the scratch buffer. Returns the offset behind the last byte. */
import { latin1 } from "#base/latin1.ts";
import type { RequestPlan } from "./ends.ts";
import type { OwnLines } from "./own-lines.ts";
import {
  copyFields,
  droppedFromBodiless,
  droppedFromRequest,
  droppedFromResponses,
  droppedFromTrailers,
} from "./forwarded-fields.ts";
import type { RequestHead, ResponseHead } from "./head.ts";
import { scratch } from "./scratch.ts";

const crlf = "\r\n";

/** A request head for an instance. `startLineEnd` is what stands behind the target. */
export function writeRequestHead(
  head: RequestHead,
  plan: RequestPlan,
  startLineEnd: string,
  connection: string,
): number {
  const out = scratch();
  const { bytes, methodEnd } = head;
  let at = 0;
  for (let next = head.methodStart; next < methodEnd; next++) out[at++] = bytes[next] as number;
  out[at++] = 0x20;
  at = plan.writeTarget(out, at);
  at += out.write(startLineEnd, at, "latin1");
  at = plan.writeLines(out, at);
  if (connection !== "") at += out.write(connection, at, "latin1");
  const dropped = droppedFromRequest(head, plan.traced);
  at = copyFields(head, dropped, out, at, plan.withheld);
  return endHead(out, at);
}

/** The status line of an answer is copied too, but with our own version. */
export function writeResponseHead(
  head: ResponseHead,
  own: OwnLines | undefined,
  connection: string,
  bodiless: boolean,
): number {
  const out = scratch();
  const { bytes, start, fieldsStart } = head;
  let at = 0;
  for (let next = start; next < fieldsStart; next++) out[at++] = bytes[next] as number;
  out[7] = 0x31;
  at = copyFields(head, bodiless ? droppedFromBodiless : droppedFromResponses, out, at);
  if (own !== undefined) at = own.writeLines(out, at);
  if (connection !== "") at += out.write(connection, at, "latin1");
  return endHead(out, at);
}

/** Own lines as text, for heads that are not put together in bytes. */
export function ownLinesText(own: OwnLines): string {
  const out = scratch();
  return latin1(out, 0, own.writeLines(out, 0));
}

/** The end of a chunked body: `0`, the trailer fields, the empty line. */
export function lastChunk(trailers: ResponseHead | undefined, withZero: boolean): string {
  const zero = withZero ? "0\r\n" : "";
  if (trailers === undefined) return zero + crlf;
  const out = Buffer.allocUnsafe(trailers.end - trailers.start);
  const length = copyFields(trailers, droppedFromTrailers, out, 0);
  return zero + latin1(out, 0, length) + crlf;
}

function endHead(out: Buffer, at: number): number {
  out[at] = 0x0d;
  out[at + 1] = 0x0a;
  return at + 2;
}
