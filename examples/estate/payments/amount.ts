/** Exact rupees: decimal text in and out, paise as bigint between; never a JavaScript number. */
export function toPaise(text: string): bigint | undefined {
  const match = /^(0|[1-9][0-9]{0,8})(?:\.([0-9]{1,2}))?$/.exec(text);
  return match === null ? undefined : BigInt(`${match[1]}${(match[2] ?? "").padEnd(2, "0")}`);
}

export function toRupees(paise: bigint): string {
  const digits = paise.toString().padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
