/**
 * Request targets (RFC 9112 §3.2) and their paths. A path is forwarded as it was sent, so it must
 * mean the same to us and to every back end: whatever some of them would normalise is refused.
 */
import { latin1 } from "#base/latin1.ts";
import { authorityCharacter, hexValue, nameCharacter, pathCharacter } from "./characters.ts";
import type { RequestHead } from "./head.ts";
import { parseFault } from "./parse-faults.ts";

const SLASH = 0x2f;
const DOT = 0x2e;
const PERCENT = 0x25;
const QUESTION = 0x3f;
const BACKSLASH = 0x5c;
const SEMICOLON = 0x3b;

/** Bits; faults are below 0. */
const found = { encodedSlash: 1, parameters: 2 } as const;

/** Finds path and authority in the target and checks both. Returns 0 or a fault. */
export function readTarget(head: RequestHead): number {
  const { bytes, targetStart, targetEnd } = head;
  const methodBytes = head.methodEnd - head.methodStart;
  const method = methodBytes === 7 || methodBytes === 5 ? head.method : "";
  if (method === "CONNECT") return parseFault.connectRefused;
  // RFC 9110 §9.3.8: it would show a caller what the gateway adds for services alone.
  if (method === "TRACE") return parseFault.traceRefused;
  let pathStart = targetStart;
  if (bytes[targetStart] !== SLASH) {
    if (bytes[targetStart] === 0x2a && targetEnd - targetStart === 1) {
      head.pathStart = targetStart;
      head.pathEnd = targetEnd;
      return method === "OPTIONS" ? 0 : parseFault.targetFormInvalid;
    }
    pathStart = readAbsoluteForm(head);
    if (pathStart <= 0) return pathStart === 0 ? parseFault.targetFormInvalid : pathStart;
  }
  head.pathStart = pathStart;
  let at = pathStart;
  let previous = 0;
  let careful = false;
  while (at < targetEnd) {
    const octet = bytes[at] as number;
    if (octet === QUESTION) break;
    if (pathCharacter[octet] !== 1) {
      return octet === BACKSLASH ? parseFault.pathBackslash : parseFault.targetInvalid;
    }
    if (
      octet === PERCENT ||
      octet === SEMICOLON ||
      (previous === SLASH && (octet === DOT || octet === SLASH))
    ) {
      careful = true;
    }
    previous = octet;
    at++;
  }
  head.pathEnd = at;
  if (!careful) return 0;
  const fault = checkPathSegments(bytes, pathStart, at);
  if (fault > 0) {
    head.encodedSlash = (fault & found.encodedSlash) !== 0;
    head.hasPathParameters = (fault & found.parameters) !== 0;
    return 0;
  }
  return fault;
}

/** `http://authority/path`: RFC 9112 §3.2.2 lets the authority win over `Host`. */
function readAbsoluteForm(head: RequestHead): number {
  const { bytes, targetStart, targetEnd } = head;
  const start = latin1(bytes, targetStart, Math.min(targetEnd, targetStart + 8)).toLowerCase();
  const scheme = start.startsWith("http://") ? 7 : start.startsWith("https://") ? 8 : 0;
  if (scheme === 0) return 0;
  const authorityStart = targetStart + scheme;
  let at = authorityStart;
  while (at < targetEnd && bytes[at] !== SLASH && bytes[at] !== QUESTION) at++;
  const fault = checkAuthority(bytes, authorityStart, at);
  if (fault !== 0) return fault;
  head.authorityStart = authorityStart;
  head.authorityEnd = at;
  // Without a path it is well-formed too (RFC 9112 §3.2.2); no route leads there.
  return at;
}

/** Host and optional port, nothing else: no user information, no list. Returns 0 or a fault. */
export function checkAuthority(bytes: Uint8Array, from: number, to: number): number {
  if (from === to) return parseFault.hostInvalid;
  let plain = from;
  while (plain < to && nameCharacter[bytes[plain] as number] === 1) plain++;
  if (plain === to) return 0;
  // A port of one to five digits behind a plain name.
  if (bytes[plain] === 0x3a && plain > from && to - plain > 1 && to - plain < 7) {
    let digit = plain + 1;
    while (digit < to && (bytes[digit] as number) >= 0x30 && (bytes[digit] as number) <= 0x39) {
      digit++;
    }
    if (digit === to) return 0;
  }
  return checkRareAuthority(bytes, from, to);
}

/** The same for what has a port, an IP literal, or odd characters. */
function checkRareAuthority(bytes: Uint8Array, from: number, to: number): number {
  let colon = -1;
  let bracket = -1;
  for (let at = from; at < to; at++) {
    const octet = bytes[at] as number;
    if (authorityCharacter[octet] !== 1) return parseFault.hostInvalid;
    if (octet === 0x5b && at !== from) return parseFault.hostInvalid;
    if (octet === 0x5d) bracket = at;
    if (octet === 0x3a && (bytes[from] !== 0x5b || bracket > 0)) {
      if (colon >= 0) return parseFault.hostInvalid;
      colon = at;
    }
  }
  if (bytes[from] === 0x5b) {
    if (bracket < from + 2 || (bracket !== to - 1 && colon !== bracket + 1)) {
      return parseFault.hostInvalid;
    }
  } else if (bracket >= 0) return parseFault.hostInvalid;
  if (colon < 0) return 0;
  if (colon === from || to - colon > 6) return parseFault.hostInvalid;
  for (let at = colon + 1; at < to; at++) {
    const octet = bytes[at] as number;
    if (octet < 0x30 || octet > 0x39) return parseFault.hostInvalid;
  }
  return 0;
}

/**
 * The slow look at a path with percent signs, semicolons or dots behind slashes. A segment counts
 * up to its first `;` (servlet containers cut parameters off before they resolve dots), and an
 * encoded slash ends a segment too, for back ends that decode before they split.
 * @returns bits of `found` (the service or the router decides), or a fault.
 */
function checkPathSegments(bytes: Uint8Array, from: number, to: number): number {
  let seen = 0;
  /** Octets of the segment's name so far, how many are dots, and whether some are neither dots nor
   *  blanks, which Windows drops at the end of a name. */
  let length = 0;
  let dots = 0;
  let others = false;
  let parameters = false;
  let at = from + 1;
  for (;;) {
    let octet = at < to ? (bytes[at] as number) : SLASH;
    let width = 1;
    if (octet === PERCENT) {
      octet = at + 2 < to ? decodeOctet(bytes, at) : -1;
      if (octet < 0) return parseFault.pathEncodingInvalid;
      if (octet < 0x20 || octet === 0x7f) return parseFault.pathControl;
      if (octet === BACKSLASH) return parseFault.pathBackslash;
      if (octet === PERCENT && isDoublyEncoded(bytes, at + 3, to)) {
        return parseFault.pathDoubleEncoded;
      }
      if (octet >= 0x80 && isOverlong(bytes, at, to, octet)) return parseFault.pathEncodingInvalid;
      width = 3;
      if (octet === SLASH) seen |= found.encodedSlash;
    }
    if (octet === SLASH) {
      if (!others && (dots === 1 || dots === 2)) return parseFault.pathEscapes;
      // An empty segment at the very end is a trailing slash.
      if (length === 0 && (at < to || parameters)) return parseFault.pathEmptySegment;
      if (at >= to) return seen;
      length = 0;
      dots = 0;
      others = false;
      parameters = false;
    } else if (octet === SEMICOLON) {
      parameters = true;
      seen |= found.parameters;
    } else if (!parameters) {
      length++;
      if (octet === DOT) dots++;
      else if (octet !== 0x20) others = true;
    }
    at += width;
  }
}

function decodeOctet(bytes: Uint8Array, at: number): number {
  const high = hexValue[bytes[at + 1] as number] as number;
  const low = hexValue[bytes[at + 2] as number] as number;
  return high > 15 || low > 15 ? -1 : high * 16 + low;
}

/** `%25` followed by `2e`, `2f` or `5c`: a back end that decodes twice would see a way out. */
function isDoublyEncoded(bytes: Uint8Array, at: number, to: number): boolean {
  if (at + 1 >= to) return false;
  const octet = decodeOctet(bytes, at - 1);
  return octet === DOT || octet === SLASH || octet === BACKSLASH || octet === 0;
}

/**
 * Overlong UTF-8 (RFC 3629 §10): `%c0%ae` is a dot to decoders that do not check. Other octets
 * beyond ASCII pass, for legacy services take them in their own encodings.
 */
function isOverlong(bytes: Uint8Array, at: number, to: number, first: number): boolean {
  if (first === 0xc0 || first === 0xc1 || first >= 0xf8) return true;
  if (first !== 0xe0 && first !== 0xf0) return false;
  if (at + 5 >= to || bytes[at + 3] !== PERCENT) return false;
  const second = decodeOctet(bytes, at + 3);
  return second >= 0x80 && second < (first === 0xe0 ? 0xa0 : 0x90);
}
