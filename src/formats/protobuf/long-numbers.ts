/** 64-bit numbers between their two halves and their decimal digits. */
import type { ProtoOutput } from "./proto-output.ts";

const half = 0x1_0000_0000;
const safeHigh = 0x20_0000;

export function unsignedDigits(low: number, high: number): string {
  if (high < safeHigh) return String(high * half + low);
  return String((BigInt(high) << 32n) | BigInt(low));
}

export function signedDigits(low: number, high: number): string {
  if (high < safeHigh) return String(high * half + low);
  return String(BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)));
}

/** The same number as the zigzag of which these are the halves. */
export function zigzagDigits(low: number, high: number): string {
  const sign = -(low & 1);
  const lower = (((low >>> 1) | (high << 31)) ^ sign) >>> 0;
  return signedDigits(lower, ((high >>> 1) ^ sign) >>> 0);
}

type Take = (out: ProtoOutput, low: number, high: number) => void;

/** @param digits of a number that fits 64 bits, signed or not. */
export function writeDigits(out: ProtoOutput, digits: string, take: Take): void {
  const number = Number(digits);
  if (number >= 0 && Number.isSafeInteger(number)) {
    return take(out, number % half, Math.floor(number / half));
  }
  const whole = BigInt.asUintN(64, BigInt(digits));
  take(out, Number(whole & 0xffff_ffffn), Number(whole >> 32n));
}

export function writeZigzagDigits(out: ProtoOutput, digits: string, take: Take): void {
  const whole = BigInt(digits);
  const zigzag = BigInt.asUintN(64, whole >= 0n ? whole << 1n : (-whole << 1n) - 1n);
  take(out, Number(zigzag & 0xffff_ffffn), Number(zigzag >> 32n));
}
