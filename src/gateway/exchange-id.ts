/**
 * Ids of exchanges: UUIDs of version 7 (RFC 9562 §5.7) as 32 hexadecimal digits. They sort by
 * time, and the same digits serve as W3C trace id and, the last 16, as span id: the low 56 bits
 * are random, as Trace Context level 2 asks for.
 */
import type { Clock, Random } from "#base/platform.ts";

const hexOctets = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, "0"));

export interface ExchangeIds {
  next(): string;
}

/** Seeded once from strong randomness; xoshiro128** after that, for an id is no secret. */
export function createExchangeIds(clock: Clock, random: Random): ExchangeIds {
  const seed = random.bytes(16);
  let a = seed.readUInt32LE(0) | 1;
  let b = seed.readUInt32LE(4);
  let c = seed.readUInt32LE(8);
  let d = seed.readUInt32LE(12);
  let lastMs = -1;
  let time = "";

  function draw(): number {
    const scrambled = Math.imul(b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result >>> 0;
  }

  function hex32(value: number): string {
    return (
      (hexOctets[value >>> 24] as string) +
      (hexOctets[(value >>> 16) & 255] as string) +
      (hexOctets[(value >>> 8) & 255] as string) +
      (hexOctets[value & 255] as string)
    );
  }

  return {
    next() {
      const nowMs = clock.nowMs();
      if (nowMs !== lastMs) {
        lastMs = nowMs;
        time = Math.floor(nowMs).toString(16).padStart(12, "0");
      }
      const first = draw();
      const version = (hexOctets[0x70 | (first & 15)] as string) + hexOctets[(first >>> 4) & 255];
      // Variant 10 in the two highest bits (RFC 9562 §4.1).
      return time + version + hex32((draw() & 0x3fffffff) | 0x80000000) + hex32(draw());
    },
  };
}
