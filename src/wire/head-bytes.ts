/** Puts message heads together in the scratch buffer. Returns the offset behind the last byte. */
import { latin1 } from "#base/latin1.ts";
import type { RequestPlan } from "./ends.ts";
import {
  copyFields,
  droppedFromBodiless,
  droppedFromRequests,
  droppedFromResponses,
  droppedFromTrailers,
  droppedFromUntracedRequests,
} from "./forwarded-fields.ts";
import type { RequestHead, ResponseHead } from "./head.ts";
import { scratch } from "./scratch.ts";

const crlf = "\r\n";

/** A request head for an instance. */
export function writeRequestHead(head: RequestHead, plan: RequestPlan, connection: string): number {
  const out = scratch();
  const { method, target, host, added } = plan;
  const ownLines = `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n${added}${connection}`;
  let at = out.write(ownLines, 0, "latin1");
  const dropped = plan.traced ? droppedFromRequests : droppedFromUntracedRequests;
  at = copyFields(head, dropped, out, at);
  return endHead(out, at);
}

/** The status line of an answer is copied too, but with our own version. */
export function writeResponseHead(
  head: ResponseHead,
  added: string,
  connection: string,
  bodiless: boolean,
): number {
  const out = scratch();
  let at = out.write("HTTP/1.1", 0, "latin1");
  const { bytes, start, fieldsStart } = head;
  for (let next = start + 8; next < fieldsStart; next++) out[at++] = bytes[next] as number;
  at = copyFields(head, bodiless ? droppedFromBodiless : droppedFromResponses, out, at);
  at += out.write(connection === "" ? added : added + connection, at, "latin1");
  return endHead(out, at);
}

/** The end of a chunked body: `0`, the trailer fields, the empty line. */
export function lastChunk(trailers: ResponseHead | undefined, withZero: boolean): string {
  const zero = withZero ? "0\r\n" : "";
  if (trailers === undefined) return zero + crlf;
  const out = Buffer.allocUnsafe(trailers.end - trailers.start);
  const length = copyFields(trailers, droppedFromTrailers, out, 0);
  return zero + latin1(out, 0, length) + crlf;
}

/** The size line of a chunk. */
export function chunkSizeLine(bytes: number): string {
  return bytes.toString(16) + crlf;
}

function endHead(out: Buffer, at: number): number {
  out[at] = 0x0d;
  out[at + 1] = 0x0a;
  return at + 2;
}
