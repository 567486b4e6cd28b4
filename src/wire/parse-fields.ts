/**
 * Field lines of a head or trailer section (RFC 9112 §5): strict, in one pass, into offsets.
 * It refuses and never repairs: what it accepts is forwarded as the very bytes it read.
 */
import type { Limits } from "#base/limits.ts";
import { fieldCharacter, tokenCharacter } from "./characters.ts";
import { equalsIgnoringCase, fieldIdOf, fieldNames, isDisguisedFieldName } from "./field-names.ts";
import type { RequestHead, ResponseHead } from "./head.ts";
import { parseFault } from "./parse-faults.ts";

const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;
const HTAB = 0x09;
const COLON = 0x3a;
const COMMA = 0x2c;

const chunkedCoding = Buffer.from("chunked");
const closeOption = Buffer.from("close");
const keepAliveOption = Buffer.from("keep-alive");
const upgradeOption = Buffer.from("upgrade");

/** What the field lines said about framing; read right after `parseFields`, then stale. */
export const framingFields = {
  contentLength: -1,
  chunked: false,
  hostCount: 0,
  hostIndex: -1,
  close: false,
  keepAlive: false,
  upgradeOption: false,
  upgradeField: false,
  expect: -1,
};

function resetFramingFields(): void {
  framingFields.contentLength = -1;
  framingFields.chunked = false;
  framingFields.hostCount = 0;
  framingFields.hostIndex = -1;
  framingFields.close = false;
  framingFields.keepAlive = false;
  framingFields.upgradeOption = false;
  framingFields.upgradeField = false;
  framingFields.expect = -1;
}

/**
 * Reads field lines from `at` to the empty line.
 * @returns the offset behind the empty line, 0 when bytes are missing, a negative `parseFault`.
 */
export function parseFields(
  head: RequestHead | ResponseHead,
  bytes: Buffer,
  at: number,
  end: number,
  limits: Limits,
): number {
  resetFramingFields();
  head.fieldsStart = at;
  const headEndMax = head.start + limits.headBytesMax;
  for (;;) {
    if (at >= end) return end >= headEndMax ? parseFault.headTooLarge : 0;
    const first = bytes[at] as number;
    if (first === CR) {
      if (at + 1 >= end) return 0;
      if (bytes[at + 1] !== LF) return parseFault.lineEndInvalid;
      break;
    }
    if (first === SP || first === HTAB) return parseFault.lineFolded;
    const nameStart = at;
    let seen = 0;
    let kind = 0;
    while (at < end && (kind = tokenCharacter[bytes[at] as number] as number) !== 0) {
      seen |= kind;
      at++;
    }
    if (at >= end) return end >= headEndMax ? parseFault.headTooLarge : 0;
    if (bytes[at] !== COLON || at === nameStart) {
      return first === LF ? parseFault.lineEndInvalid : parseFault.fieldNameInvalid;
    }
    const nameEnd = at++;
    while (at < end && (bytes[at] === SP || bytes[at] === HTAB)) at++;
    const valueStart = at;
    while (at < end && fieldCharacter[bytes[at] as number] === 1) at++;
    if (at + 1 >= end) return end >= headEndMax ? parseFault.headTooLarge : 0;
    if (bytes[at] !== CR) {
      return bytes[at] === LF ? parseFault.lineEndInvalid : parseFault.fieldValueInvalid;
    }
    if (bytes[at + 1] !== LF) return parseFault.lineEndInvalid;
    let valueEnd = at;
    while (valueEnd > valueStart) {
      const last = bytes[valueEnd - 1];
      if (last !== SP && last !== HTAB) break;
      valueEnd--;
    }
    at += 2;
    if (at > headEndMax) return parseFault.headTooLarge;
    if (head.fieldCount >= limits.headFieldsMax) return parseFault.tooManyFields;
    if (seen > 1 && isDisguisedFieldName(bytes, nameStart, nameEnd)) {
      return parseFault.fieldNameDisguised;
    }
    const id = fieldIdOf(bytes, nameStart, nameEnd);
    head.addField(id, nameStart, nameEnd, valueStart, valueEnd);
    if (id !== 0) {
      const fault = readOwnField(head, bytes, id, valueStart, valueEnd);
      if (fault !== 0) return fault;
    }
  }
  head.end = at + 2;
  return at + 2;
}

/** Notes what a field says that frames or routes the message. Returns 0 or a `parseFault`. */
function readOwnField(
  head: RequestHead | ResponseHead,
  bytes: Buffer,
  id: number,
  from: number,
  to: number,
): number {
  switch (id) {
    case fieldNames.host:
      framingFields.hostCount++;
      framingFields.hostIndex = head.fieldCount - 1;
      return 0;
    case fieldNames["content-length"]: {
      // RFC 9112 §6.3: a list of equal values may be merged; we refuse it.
      if (framingFields.contentLength >= 0) return parseFault.contentLengthRepeated;
      const length = decimal(bytes, from, to);
      if (length < 0) return parseFault.contentLengthInvalid;
      framingFields.contentLength = length;
      return 0;
    }
    case fieldNames["transfer-encoding"]:
      // RFC 9112 §6.3: without chunked at the end nobody knows where the body ends.
      if (!endsInChunked(bytes, from, to)) return parseFault.transferCodingNotFinal;
      if (framingFields.chunked || to - from !== 7) return parseFault.transferCodingUnsupported;
      framingFields.chunked = true;
      return 0;
    case fieldNames.connection:
      return readConnectionOptions(head, bytes, from, to);
    case fieldNames.upgrade:
      framingFields.upgradeField = true;
      return 0;
    case fieldNames.expect:
      framingFields.expect = head.fieldCount - 1;
      return 0;
    default:
      return 0;
  }
}

/** 1 to 15 digits, so that the number is exact; else -1. */
function decimal(bytes: Uint8Array, from: number, to: number): number {
  if (from === to || to - from > 15) return -1;
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function endsInChunked(bytes: Uint8Array, from: number, to: number): boolean {
  const start = to - chunkedCoding.length;
  if (start < from || !isLetters(bytes, start, to)) return false;
  if (!equalsIgnoringCase(bytes, start, chunkedCoding)) return false;
  const before = bytes[start - 1];
  return start === from || before === COMMA || before === SP || before === HTAB;
}

/** Guards the case-folding comparison, which would take `\x43` for `c` but also `\x03` for `#`. */
function isLetters(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const letter = (bytes[at] as number) | 0x20;
    if (letter < 0x61 || letter > 0x7a || (bytes[at] as number) >= 0x80) return false;
  }
  return true;
}

/** The options of a `Connection` field (RFC 9110 §7.6.1), a comma-separated list of tokens. */
function readConnectionOptions(
  head: RequestHead | ResponseHead,
  bytes: Buffer,
  from: number,
  to: number,
): number {
  let at = from;
  while (at < to) {
    while (at < to && (bytes[at] === SP || bytes[at] === HTAB || bytes[at] === COMMA)) at++;
    const start = at;
    while (at < to && tokenCharacter[bytes[at] as number] !== 0) at++;
    if (at < to && bytes[at] !== COMMA && bytes[at] !== SP && bytes[at] !== HTAB) {
      return parseFault.fieldValueInvalid;
    }
    const length = at - start;
    if (length === 0) continue;
    if (length === 5 && equalsIgnoringCase(bytes, start, closeOption)) {
      framingFields.close = true;
    } else if (length === 10 && equalsIgnoringCase(bytes, start, keepAliveOption)) {
      framingFields.keepAlive = true;
    } else if (length === 7 && equalsIgnoringCase(bytes, start, upgradeOption)) {
      framingFields.upgradeOption = true;
    } else {
      head.hasNominatedFields = true;
    }
  }
  return 0;
}
