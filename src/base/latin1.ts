/** Octets as text one to one: the encoding of HTTP heads (RFC 9110 §5.5 keeps them opaque). */

export function latin1(bytes: Buffer, from: number, to: number): string {
  return bytes.toString("latin1", from, to);
}
