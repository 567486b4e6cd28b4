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
  const byte = bytes[bad]?.toString(16).toUpperCase().padStart(2, "0") ?? "";
  const message = `byte ${bad + 1} (${byte}) is not UTF-8; JSON is always UTF-8`;
  throw new JsonRefusal(message, 0);
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

/** The last character may be cut: up to three bytes of it are left out. */
function isUtf8Prefix(bytes: Buffer): boolean {
  for (let cut = 0; cut <= 3 && cut <= bytes.length; cut++) {
    const lead = bytes[bytes.length - cut] ?? 0;
    if (cut > 0 && lead < 0xc2) continue;
    if (isUtf8(bytes.subarray(0, bytes.length - cut))) return true;
  }
  return false;
}
