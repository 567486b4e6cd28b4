/** Every way to damage bytes by one bit. */

/** Each time the same bytes with another single bit turned over. */
export function* singleBitFlips(bytes: Uint8Array): Generator<Buffer> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const damaged = Buffer.from(bytes);
    damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
    yield damaged;
  }
}
