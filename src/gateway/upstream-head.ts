/** The head of a request that an upstream encoded, read by the parser that callers meet. */
import type { Limits } from "#base/limits.ts";
import type { UpstreamRequest } from "#extension/protocol.ts";
import type { RequestHead } from "#wire/head.ts";
import { parseRequestHead } from "#wire/parse-request-head.ts";

/**
 * Whether octets say the same: with a line end in it another head would come of it, and spaces at
 * its ends would be lost (RFC 9110 §5.5).
 */
export function isFieldValue(value: string): boolean {
  return /^(?![ \t])[\t\x20-\x7e\x80-\xff]*$/.test(value) && !/[ \t]$/.test(value);
}

/**
 * @param isWhole whether the body is all there is. @returns false: what the values of a call put
 * into target or fields would not pass as anybody's.
 */
export function readUpstreamHead(
  { method, target, fields, body }: UpstreamRequest,
  limits: Limits,
  head: RequestHead,
  isWhole: boolean,
): boolean {
  if (!/^[\x21-\x7e]*$/.test(target)) return false;
  let lines = `${method} ${target === "" ? "/" : target} HTTP/1.1\r\nHost: instance\r\n`;
  for (const [name, value] of fields) {
    if (!isFieldValue(value)) return false;
    lines += `${name}: ${value}\r\n`;
  }
  lines += isWhole ? `Content-Length: ${body.length}\r\n` : "Transfer-Encoding: chunked\r\n";
  lines += "\r\n";
  const bytes = Buffer.from(lines, "latin1");
  return parseRequestHead(head, bytes, 0, bytes.length, limits) === bytes.length;
}
