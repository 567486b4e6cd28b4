/** Response heads (RFC 9112 §4): as strict as for requests, for a poisoned answer harms as much. */
import type { Limits } from "#base/limits.ts";
import { fieldCharacter } from "./characters.ts";
import { framing, type ResponseHead } from "./head.ts";
import { framingFields, parseFields } from "./parse-fields.ts";
import { parseFault } from "./parse-faults.ts";

const statusLinePrefix = Buffer.from("HTTP/1.");

/**
 * Parses one response head that begins at `from`.
 * @param toHead whether the request was HEAD, whose answer has no body whatever its fields say.
 * @returns the offset of the first byte behind it, 0 when bytes are missing, a negative
 * `parseFault`.
 */
export function parseResponseHead(
  head: ResponseHead,
  bytes: Buffer,
  from: number,
  end: number,
  limits: Limits,
  toHead: boolean,
): number {
  head.reset(bytes, from);
  for (let index = 0; index < statusLinePrefix.length; index++) {
    if (from + index >= end) return 0;
    if (bytes[from + index] !== statusLinePrefix[index]) return parseFault.statusLineInvalid;
  }
  if (end - from < 13) return 0;
  const minor = (bytes[from + 7] as number) - 0x30;
  if (minor !== 0 && minor !== 1) return parseFault.statusLineInvalid;
  head.minorVersion = minor;
  if (bytes[from + 8] !== 0x20 || bytes[from + 12] !== 0x20) return parseFault.statusLineInvalid;
  let status = 0;
  for (let at = from + 9; at < from + 12; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return parseFault.statusLineInvalid;
    status = status * 10 + digit;
  }
  if (status < 100 || status > 599) return parseFault.statusLineInvalid;
  head.status = status;
  let at = from + 13;
  while (at < end && fieldCharacter[bytes[at] as number] === 1) at++;
  if (at + 1 >= end) return end - from > limits.headBytesMax ? parseFault.headTooLarge : 0;
  if (bytes[at] !== 0x0d || bytes[at + 1] !== 0x0a) return parseFault.lineEndInvalid;
  const result = parseFields(head, bytes, at + 2, end, limits);
  if (result <= 0) return result;
  const fault = settle(head, toHead);
  return fault === 0 ? result : fault;
}

/** RFC 9112 §6.3, the rules for responses. Returns 0 or a fault. */
function settle(head: ResponseHead, toHead: boolean): number {
  const fields = framingFields;
  if (fields.chunked) {
    if (fields.contentLength >= 0) return parseFault.framingAmbiguous;
    if (head.minorVersion === 0) return parseFault.transferCodingInOldVersion;
  }
  head.keepAlive = head.minorVersion === 1 ? !fields.close : fields.keepAlive && !fields.close;
  head.upgrade = head.status === 101 && fields.upgradeOption && fields.upgradeField;
  if (fields.contentLength >= 0) head.contentLength = fields.contentLength;
  const { status } = head;
  // RFC 9110 §8.6, RFC 9112 §6.1: an interim answer has no length; one that has is read two ways.
  if (status < 200 && (fields.chunked || fields.contentLength > 0)) {
    return parseFault.framingAmbiguous;
  }
  if (toHead || status < 200 || status === 204 || status === 304) head.framing = framing.none;
  else if (fields.chunked) head.framing = framing.chunked;
  else if (fields.contentLength < 0) head.framing = framing.close;
  else head.framing = fields.contentLength === 0 ? framing.none : framing.length;
  // Nothing tells where a body without a length ends but the end of the connection.
  if (head.framing === framing.close) head.keepAlive = false;
  return 0;
}
