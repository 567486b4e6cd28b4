/** Where tokens of JSON end (RFC 8259); an end beyond the bytes: the token is not whole. */

export const json = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  openArray: 0x5b,
  backslash: 0x5c,
  openObject: 0x7b,
} as const;

const literals = ["true", "false", "null"].map((word) => Buffer.from(word, "latin1"));

/** Closing brackets stand two behind the opening ones in ASCII. */
export function closes(opening: number | undefined, byte: number): boolean {
  return opening !== undefined && opening + 2 === byte;
}

export function endOfString(bytes: Buffer, start: number): number {
  for (let at = start + 1; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === json.backslash) at++;
    else if (byte === json.quote) return at + 1;
  }
  return bytes.length + 1;
}

/** Of a number or a literal; undefined: it is neither. */
export function endOfScalar(bytes: Buffer, start: number, isCut: boolean): number | undefined {
  let end = start;
  while (isOfNumber(bytes[end])) end++;
  if (end > start) return end;
  for (const literal of literals) {
    const found = bytes.subarray(start, start + literal.length);
    if (found.equals(literal)) return start + literal.length;
    const isBegun = start + found.length === bytes.length && literal.indexOf(found) === 0;
    if (isCut && isBegun) return bytes.length + 1;
  }
  return undefined;
}

/** @param end behind the closing quote. */
export function memberName(bytes: Buffer, start: number, end: number): string | undefined {
  const text = bytes.toString("utf8", start, end);
  if (!text.includes("\\")) return text.slice(1, -1);
  try {
    return String(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Behind a byte order mark. */
export function textStart(bytes: Buffer): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

export function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Digits, sign, point, exponent. */
function isOfNumber(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const isDigit = byte >= 0x30 && byte <= 0x39;
  return isDigit || byte === 0x2d || byte === 0x2b || byte === 0x2e || (byte | 0x20) === 0x65;
}
