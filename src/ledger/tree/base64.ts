/** Base64 in its one canonical spelling (RFC 4648 §4, §3.5), on which Node does not insist. */

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const letters = Uint8Array.from(alphabet, (letter) => letter.charCodeAt(0));
const padding = 0x3d;

/** Undefined: not base64, without its padding, or with bits that mean nothing. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

/** Letters that as many octets make. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/**
 * Writes octets as base64 to `out` at `at`, for a hash in a tenth of the time that a string takes
 * which is made and written.
 *
 * @returns the offset behind it.
 */
export function writeBase64(
  bytes: Uint8Array,
  from: number,
  to: number,
  out: Uint8Array,
  at: number,
): number {
  for (let next = from; next < to; next += 3) {
    const group = groupAt(bytes, next, to);
    out[at] = letters[group >>> 18] as number;
    out[at + 1] = letters[(group >>> 12) & 63] as number;
    out[at + 2] = next + 1 < to ? (letters[(group >>> 6) & 63] as number) : padding;
    out[at + 3] = next + 2 < to ? (letters[group & 63] as number) : padding;
    at += 4;
  }
  return at;
}

function groupAt(bytes: Uint8Array, at: number, to: number): number {
  const second = at + 1 < to ? (bytes[at + 1] as number) : 0;
  const third = at + 2 < to ? (bytes[at + 2] as number) : 0;
  return ((bytes[at] as number) << 16) | (second << 8) | third;
}
