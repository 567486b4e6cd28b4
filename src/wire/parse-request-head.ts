/** Request heads (RFC 9112 §3): strict, in one pass, into a `RequestHead` of offsets. */
import type { Limits } from "#base/limits.ts";
import { queryCharacter, tokenCharacter } from "./characters.ts";
import { equalsIgnoringCase } from "./field-names.ts";
import { framing, type RequestHead } from "./head.ts";
import { framingFields, parseFields } from "./parse-fields.ts";
import { parseFault } from "./parse-faults.ts";
import { checkAuthority, readTarget } from "./target.ts";

const methodBytesMax = 32;
const continueExpectation = Buffer.from("100-continue");

/**
 * Parses one request head that begins at `from`.
 * @returns the offset of the first byte behind it, 0 when bytes are missing, a negative
 * `parseFault`.
 */
export function parseRequestHead(
  head: RequestHead,
  bytes: Buffer,
  from: number,
  end: number,
  limits: Limits,
): number {
  let at = from;
  // RFC 9112 §2.2: one empty line before the request line is ignored.
  if (bytes[at] === 0x0d) {
    if (at + 1 >= end) return 0;
    if (bytes[at + 1] !== 0x0a) return parseFault.lineEndInvalid;
    at += 2;
  }
  head.reset(bytes, at);
  head.methodStart = at;
  while (at < end && tokenCharacter[bytes[at] as number] !== 0) at++;
  if (at - head.methodStart > methodBytesMax) return parseFault.methodInvalid;
  if (at >= end) return 0;
  if (bytes[at] !== 0x20 || at === head.methodStart) return parseFault.methodInvalid;
  head.methodEnd = at++;
  head.targetStart = at;
  while (at < end && queryCharacter[bytes[at] as number] === 1) at++;
  if (at - head.targetStart > limits.targetBytesMax) return parseFault.targetTooLong;
  if (at >= end) return 0;
  if (bytes[at] !== 0x20) {
    return bytes[at] === 0x0d || bytes[at] === 0x0a
      ? parseFault.requestLineInvalid
      : parseFault.targetInvalid;
  }
  if (at === head.targetStart) return parseFault.requestLineInvalid;
  head.targetEnd = at++;
  const version = readVersion(head, bytes, at, end);
  if (version <= 0) return version;
  const result = parseFields(head, bytes, version, end, limits);
  if (result <= 0) return result;
  const fault = settle(head, bytes);
  return fault === 0 ? result : fault;
}

const versionPrefix = Buffer.from("HTTP/1.");

/** `HTTP/1.1` and the line's end: offset behind it, 0 when incomplete, else a fault. */
function readVersion(head: RequestHead, bytes: Buffer, at: number, end: number): number {
  for (let index = 0; index < versionPrefix.length; index++) {
    if (at + index >= end) return 0;
    if (bytes[at + index] === versionPrefix[index]) continue;
    return index >= 5 ? parseFault.versionUnsupported : parseFault.requestLineInvalid;
  }
  if (at + 10 > end) return 0;
  const minor = (bytes[at + 7] as number) - 0x30;
  if (bytes[at + 8] !== 0x0d || bytes[at + 9] !== 0x0a) return parseFault.requestLineInvalid;
  if (minor !== 0 && minor !== 1) return parseFault.versionUnsupported;
  head.minorVersion = minor;
  return at + 10;
}

/** What the fields mean together. Returns 0 or a fault. */
function settle(head: RequestHead, bytes: Buffer): number {
  const fields = framingFields;
  if (fields.chunked) {
    if (fields.contentLength >= 0) return parseFault.framingAmbiguous;
    // RFC 9112 §6.1: such a message is to be treated as if its framing were faulty.
    if (head.minorVersion === 0) return parseFault.transferCodingInOldVersion;
    head.framing = framing.chunked;
  } else if (fields.contentLength > 0) {
    head.framing = framing.length;
    head.contentLength = fields.contentLength;
  }
  head.keepAlive = head.minorVersion === 1 ? !fields.close : fields.keepAlive && !fields.close;
  head.upgrade = fields.upgradeOption && fields.upgradeField && head.minorVersion === 1;
  if (fields.expect >= 0) {
    const at = fields.expect * 4;
    const from = head.spans[at + 2] as number;
    if (
      (head.spans[at + 3] as number) - from !== continueExpectation.length ||
      !equalsIgnoringCase(bytes, from, continueExpectation)
    ) {
      return parseFault.expectationUnknown;
    }
    head.expectContinue = true;
  }
  if (fields.hostCount > 1 || (fields.hostCount === 0 && head.minorVersion === 1)) {
    return parseFault.hostMissing;
  }
  if (fields.hostCount === 1) {
    const at = fields.hostIndex * 4;
    head.authorityStart = head.spans[at + 2] as number;
    head.authorityEnd = head.spans[at + 3] as number;
    const fault = checkAuthority(bytes, head.authorityStart, head.authorityEnd);
    if (fault !== 0) return fault;
  }
  return readTarget(head);
}
