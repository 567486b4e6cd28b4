/**
 * Ids of exchanges: UUIDs of version 7 (RFC 9562 §5.7) as 32 hexadecimal digits. They sort by
 * time, and the same digits serve as W3C trace id and, the last 16, as span id: the low 56 bits
 * are random, as Trace Context level 2 asks for.
 */
import type { Clock, Random } from "#base/platform.ts";

export const exchangeIdDigits = 32;

const digits = Uint8Array.from(Buffer.from("0123456789abcdef", "latin1"));

export interface ExchangeIds {
  /** Writes the digits of a new id. */
  writeNext(out: Buffer, at: number): void;
}

/** Seeded once from strong randomness; xoshiro128** after that, for an id is no secret. */
export function createExchangeIds(clock: Clock, random: Random): ExchangeIds {
  const seed = random.bytes(16);
  let a = seed.readUInt32LE(0) | 1;
  let b = seed.readUInt32LE(4);
  let c = seed.readUInt32LE(8);
  let d = seed.readUInt32LE(12);

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
    return result;
  }

  return {
    writeNext(out, at) {
      const nowMs = Math.floor(clock.nowMs());
      writeHex(out, at, Math.floor(nowMs / 0x10000));
      // Version 7 in the highest bits of the next half (RFC 9562 §5.7).
      writeHex(out, at + 8, ((nowMs % 0x10000) * 0x10000) | 0x7000 | (draw() & 0xfff));
      // Variant 10 in the two highest bits (RFC 9562 §4.1).
      writeHex(out, at + 16, (draw() & 0x3fffffff) | 0x80000000);
      writeHex(out, at + 24, draw());
    },
  };
}

/** Eight digits. */
function writeHex(out: Buffer, at: number, value: number): void {
  out[at] = digits[value >>> 28] as number;
  out[at + 1] = digits[(value >>> 24) & 15] as number;
  out[at + 2] = digits[(value >>> 20) & 15] as number;
  out[at + 3] = digits[(value >>> 16) & 15] as number;
  out[at + 4] = digits[(value >>> 12) & 15] as number;
  out[at + 5] = digits[(value >>> 8) & 15] as number;
  out[at + 6] = digits[(value >>> 4) & 15] as number;
  out[at + 7] = digits[value & 15] as number;
}
