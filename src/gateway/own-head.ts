/** Heads that the gateway makes itself, for what wants a head as one that was received. */
import { defaultLimits } from "#base/limits.ts";
import { assert } from "#base/assert.ts";
import { reasonPhrase } from "#base/reason-phrases.ts";
import { ResponseHead } from "#wire/head.ts";
import { parseResponseHead } from "#wire/parse-response-head.ts";

/**
 * A head whose body goes on until its end is told; what it is framed with is up to the wire.
 * @param fields must have been checked to be field names and values.
 */
export function ownHead(
  status: number,
  fields: readonly (readonly [name: string, value: string])[],
): ResponseHead {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return headOfLines(status, reasonPhrase(status) ?? "", lines, false);
}

/** @param lines of the head, each ended by CR LF. @param toHead the answer is to HEAD. */
export function headOfLines(
  status: number,
  reason: string,
  lines: string,
  toHead: boolean,
): ResponseHead {
  const bytes = Buffer.from(`HTTP/1.1 ${status} ${reason}\r\n${lines}\r\n`, "latin1");
  const head = new ResponseHead();
  // What the gateway says itself has no limit but that of what it is said of.
  const limits = { ...defaultLimits, headBytesMax: bytes.length, headFieldsMax: bytes.length };
  const end = parseResponseHead(head, bytes, 0, bytes.length, limits, toHead);
  assert(end === bytes.length, "a head of the gateway's own is none");
  return head;
}

/** Trailers, as those that were received; undefined: none. */
export function ownTrailers(
  fields: readonly (readonly [name: string, value: string])[] | undefined,
): ResponseHead | undefined {
  return fields === undefined || fields.length === 0 ? undefined : ownHead(200, fields);
}
