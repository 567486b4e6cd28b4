/** A larger buffer that begins with the same `filled` bytes and has room for at least `more`. */
export function enlarged(bytes: Buffer, filled: number, more: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.max(2 * bytes.length, filled + more));
  bytes.copy(larger, 0, 0, filled);
  return larger;
}
