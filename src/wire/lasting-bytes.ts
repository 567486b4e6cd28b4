/**
 * Bytes that stay as they are once they are given: those of node:http2, which reads each time into
 * memory of its own. Who queues them need not copy them; all others reuse what they read into.
 */
let lasting: Buffer | undefined;

/** Less is copied all the same: a piece keeps alive all that was read with it. */
const lentBytesMin = 4 * 1024;

/** Until they are given: the next thing to do. */
export function markLasting(bytes: Buffer): void {
  lasting = bytes;
}

/** What may be queued in the place of `bytes`: themselves, or a copy. */
export function toQueue(bytes: Buffer, from: number, to: number): Buffer {
  const piece = bytes.subarray(from, to);
  return bytes === lasting && to - from >= lentBytesMin ? piece : Buffer.from(piece);
}
