/**
 * From bytes to text: JSON on the wire is UTF-8 (RFC 8259 §8.1). A byte order mark is passed over;
 * anything that is not UTF-8 is refused.
 */
import { isAscii, isUtf8 } from "node:buffer";
import { JsonRefusal } from "./cursor.ts";

export function decodeJsonBytes(bytes: Buffer): string {
  const from = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  if (isAscii(bytes)) return bytes.toString("latin1", from);
  if (isUtf8(bytes)) return bytes.toString("utf8", from);
  const bad = lengthOfValid(bytes);
  const byte = bytes[bad]?.toString(16).toUpperCase().padStart(2, "0");
  const where = byte === undefined ? "the last character is cut: it" : `byte ${bad + 1} (${byte})`;
  throw new JsonRefusal(`${where} is not UTF-8; JSON is always UTF-8`, 0);
}

/** Bytes before the first that cannot belong to UTF-8. */
function lengthOfValid(bytes: Buffer): number {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (isUtf8Prefix(bytes.subarray(0, middle))) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The last character may be cut: a lead byte and what continues it are left out. */
function isUtf8Prefix(bytes: Buffer): boolean {
  if (isUtf8(bytes)) return true;
  let lead = bytes.length - 1;
  while (lead > 0 && lead > bytes.length - 3 && isContinuation(bytes[lead])) lead--;
  const byte = bytes[lead] ?? 0;
  return byte >= 0xc2 && byte <= 0xf4 && isUtf8(bytes.subarray(0, lead));
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte <= 0xbf;
}
