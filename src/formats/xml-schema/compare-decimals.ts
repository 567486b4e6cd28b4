/** Order of decimal numbers by their digits, without ever becoming binary fractions. */

export function isDecimal(text: string): boolean {
  return /^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$/.test(text) && text.length <= 1_000;
}

/** Negative, zero or positive, as `first` is less, equal or more. Both must be decimals. */
export function compareDecimals(first: string, second: string): number {
  const scale = Math.max(fractionOf(first).length, fractionOf(second).length);
  const difference = scaled(first, scale) - scaled(second, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function fractionOf(text: string): string {
  const point = text.indexOf(".");
  return point < 0 ? "" : text.slice(point + 1);
}

function scaled(text: string, scale: number): bigint {
  const [whole = ""] = text.replace(/^[+-]/, "").split(".");
  const digits = BigInt(whole + fractionOf(text).padEnd(scale, "0") || "0");
  return text.startsWith("-") ? -digits : digits;
}
