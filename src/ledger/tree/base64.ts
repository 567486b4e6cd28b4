/** Base64 in its one canonical spelling (RFC 4648 §4, §3.5), on which Node does not insist. */

/** Undefined: not base64, without its padding, or with bits that mean nothing. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}
