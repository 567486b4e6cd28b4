/** Whether every value of one scalar is a value of another, and spelled alike. */
import type { DecimalType, EnumType, IntType, ScalarType, StringType } from "./types.ts";

/** What does not fit, in words; undefined: everything does. */
export function scalarMisfit(
  from: ScalarType | EnumType,
  to: ScalarType | EnumType,
): string | undefined {
  if (from.kind === "enum" && to.kind === "enum") return enumMisfit(from, to);
  if (from.kind === "enum" && to.kind === "string" && from.spelling === "string") return undefined;
  if (from.kind !== to.kind) return `a ${from.kind} is no ${to.kind}`;
  switch (to.kind) {
    case "int":
      return intMisfit(from as IntType, to);
    case "decimal":
      return decimalMisfit(from as DecimalType, to);
    case "string":
      return stringMisfit(from as StringType, to);
    case "float":
      return (from as typeof to).bits > to.bits ? "64 bits do not fit 32" : undefined;
    case "bytes": {
      const { encoding, lengthMin, lengthMax } = from as typeof to;
      if (encoding !== to.encoding) return `${encoding} is not ${to.encoding}`;
      return lengthMisfit({ lengthMin, lengthMax }, to);
    }
    case "date":
    case "time":
    case "dateTime": {
      const { zone } = from as typeof to;
      if (zone === to.zone || to.zone === "optional") return undefined;
      return `an offset that is ${zone} does not fit one that is ${to.zone}`;
    }
    case "duration":
      if ((from as typeof to).style === to.style || to.style === "calendar") return undefined;
      return "months and years do not fit a duration of seconds";
    default:
      return undefined;
  }
}

function enumMisfit(from: EnumType, to: EnumType): string | undefined {
  if (from.spelling !== to.spelling) return `${from.spelling}s are no ${to.spelling}s`;
  if (to.open) return undefined;
  if (from.open) return "other values than those listed are no longer taken";
  const known = new Set(to.values.map(({ value }) => value));
  const missing = from.values.flatMap(({ value }) => (known.has(value) ? [] : [`\`${value}\``]));
  return missing.length === 0
    ? undefined
    : `${missing.slice(0, 5).join(", ")} is not among the values`;
}

function intMisfit(from: IntType, to: IntType): string | undefined {
  const spelling = (type: IntType) =>
    type.spelling ?? (type.bits === 64 || type.bits === "big" ? "string" : "number");
  if (spelling(from) !== spelling(to)) {
    return `JSON spells it as a ${spelling(to)}, not as a ${spelling(from)}`;
  }
  const [fromLow, fromHigh] = range(from);
  const [low, high] = range(to);
  if (low !== undefined && (fromLow === undefined || fromLow < low)) return `less than ${low}`;
  if (high !== undefined && (fromHigh === undefined || fromHigh > high)) return `more than ${high}`;
  return undefined;
}

function range({ bits, signed, minimum, maximum }: IntType): readonly (bigint | undefined)[] {
  const width = bits === "big" ? undefined : BigInt(signed ? bits - 1 : bits);
  const least = !signed ? 0n : width === undefined ? undefined : -(2n ** width);
  const most = width === undefined ? undefined : 2n ** width - 1n;
  const low = minimum === undefined ? undefined : BigInt(minimum);
  const high = maximum === undefined ? undefined : BigInt(maximum);
  return [
    least === undefined || (low !== undefined && low > least) ? low : least,
    most === undefined || (high !== undefined && high < most) ? high : most,
  ];
}

function decimalMisfit(from: DecimalType, to: DecimalType): string | undefined {
  if ((from.spelling ?? "string") !== (to.spelling ?? "string")) {
    return `JSON spells it as a ${to.spelling ?? "string"}, not as a ${from.spelling ?? "string"}`;
  }
  if (exceeds(from.digits, to.digits)) return `more than ${to.digits} digits`;
  if (exceeds(from.scale, to.scale)) return `more than ${to.scale} digits behind the point`;
  const isLower =
    to.minimum !== undefined &&
    (from.minimum === undefined ||
      compareDecimals(from.minimum, to.minimum) < 0 ||
      (compareDecimals(from.minimum, to.minimum) === 0 &&
        to.minimumExcluded === true &&
        from.minimumExcluded !== true));
  if (isLower) return `less than ${to.minimum}`;
  const isHigher =
    to.maximum !== undefined &&
    (from.maximum === undefined ||
      compareDecimals(from.maximum, to.maximum) > 0 ||
      (compareDecimals(from.maximum, to.maximum) === 0 &&
        to.maximumExcluded === true &&
        from.maximumExcluded !== true));
  return isHigher ? `more than ${to.maximum}` : undefined;
}

function stringMisfit(from: StringType, to: StringType): string | undefined {
  const patterns = new Set([from.pattern, ...(from.patternsAlso ?? [])]);
  for (const pattern of [to.pattern, ...(to.patternsAlso ?? [])]) {
    if (pattern !== undefined && !patterns.has(pattern)) return `what does not match ${pattern}`;
  }
  return lengthMisfit(from, to);
}

interface Lengths {
  readonly lengthMin?: number | undefined;
  readonly lengthMax?: number | undefined;
}

function lengthMisfit(from: Lengths, to: Lengths): string | undefined {
  if (exceeds(from.lengthMax, to.lengthMax)) return `longer than ${to.lengthMax}`;
  if ((from.lengthMin ?? 0) < (to.lengthMin ?? 0)) return `shorter than ${to.lengthMin}`;
  return undefined;
}

/** Whether a bound that may be absent is wider than another one. */
export function exceeds(from: number | undefined, to: number | undefined): boolean {
  return to !== undefined && (from === undefined || from > to);
}

/** Decimal texts as numbers, exactly. */
function compareDecimals(one: string, other: string): number {
  const scale = Math.max(fractionOf(one), fractionOf(other));
  const [a, b] = [scaled(one, scale), scaled(other, scale)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function fractionOf(text: string): number {
  const point = text.indexOf(".");
  return point < 0 ? 0 : text.length - point - 1;
}

function scaled(text: string, scale: number): bigint {
  const [whole = "0", fraction = ""] = text.replace("+", "").split(".");
  return BigInt(`${whole === "-" ? "-0" : whole || "0"}${fraction.padEnd(scale, "0")}`);
}
