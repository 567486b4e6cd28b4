/** Exact money: decimal strings with two places in and out, whole hundredths between. */
export function toHundredths(decimal: string): bigint {
  const match = /^(0|[1-9][0-9]*)\.([0-9]{2})$/.exec(decimal);
  if (match === null) throw new RangeError(`"${decimal}" is not a decimal with two places`);
  return BigInt(`${match[1]}${match[2]}`);
}

export function toDecimal(hundredths: bigint): string {
  const digits = hundredths.toString().padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
