/** Lexical forms of whole numbers and decimals (XSD Part 2 §3.2, §3.3), compared as digits. */
import type { DecimalType, IntType } from "./types.ts";
import type { Value } from "./value.ts";

/** What reads, writes and describes one scalar type in text. */
export interface ScalarText {
  /** The value that the text stands for; undefined when it is none of the type. */
  readonly read: (text: string) => Value | undefined;
  /** The text of a value; undefined when the value is none of the type. */
  readonly write: (value: Value) => string | undefined;
  /** For messages, behind "expected": `a whole number from 0 to 255`. */
  readonly expected: string;
}

/** Digits of a number that is checked; more of them are none of ours. */
const digitsMax = 1_000;

const whole = /^([+-]?)(\d+)$/;
const fraction = /^([+-]?)(\d*)(?:\.(\d*))?$/;

/** Canonical digits: no plus, no leading zeros, no minus zero. */
function readWhole(text: string): string | undefined {
  if (text.length > digitsMax) return undefined;
  if (/^[1-9]\d*$/.test(text)) return text;
  const match = whole.exec(text);
  if (match === null) return undefined;
  const digits = (match[2] as string).replace(/^0+(?=\d)/, "");
  return match[1] === "-" && digits !== "0" ? `-${digits}` : digits;
}

/** The digits as they were written, with a digit on both sides of a point and without a plus. */
function readDecimal(text: string): string | undefined {
  if (text.length > digitsMax) return undefined;
  if (isPlainDecimal(text)) return text;
  const match = fraction.exec(text);
  if (match === null) return undefined;
  const [, sign, before = "", behind = ""] = match;
  if (before === "" && behind === "") return undefined;
  const digits = `${before === "" ? "0" : before}${behind === "" ? "" : `.${behind}`}`;
  return sign === "-" ? `-${digits}` : digits;
}

/** A minus or none, digits, and digits behind a point or none: most decimals are written so. */
function isPlainDecimal(text: string): boolean {
  const { length } = text;
  const start = text.charCodeAt(0) === 45 ? 1 : 0;
  let point = -1;
  for (let index = start; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 46 && point < 0 && index > start) point = index;
    else if (code < 48 || code > 57) return false;
  }
  return length > start && point !== length - 1;
}

/** Digits before the point that count. Of a form that readDecimal gave. */
function digitsBefore(text: string): number {
  const point = text.indexOf(".");
  const end = point < 0 ? text.length : point;
  let start = text.charCodeAt(0) === 45 ? 1 : 0;
  while (start < end && text.charCodeAt(start) === 48) start += 1;
  return end - start;
}

/** Digits behind the point that count. */
function digitsBehind(text: string): number {
  const point = text.indexOf(".");
  if (point < 0) return 0;
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end -= 1;
  return end - point - 1;
}

/** Below 0, 0, above 0. Of lexical forms that readWhole or readDecimal gave. */
export function compareDecimals(a: string, b: string): number {
  const [x, y] = [parts(a), parts(b)];
  if (x.negative !== y.negative) return x.negative ? -1 : 1;
  const magnitude =
    x.before.length - y.before.length ||
    compareText(x.before, y.before) ||
    compareText(x.behind, y.behind);
  return x.negative && magnitude !== 0 ? -magnitude : magnitude;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function parts(text: string): { negative: boolean; before: string; behind: string } {
  const minus = text.startsWith("-");
  const [before = "", behind = ""] = (minus ? text.slice(1) : text).split(".");
  const digits = before.replace(/^0+/, "");
  const rest = behind.replace(/0+$/, "");
  return { negative: minus && (digits !== "" || rest !== ""), before: digits, behind: rest };
}

export function compileInt(type: IntType): ScalarText {
  const { low, high } = boundsOf(type);
  const expected = `a whole number${range(low, high)}`;
  if (type.bits === 64 || type.bits === "big") return compileLongInt(low, high, expected);
  const [least, most] = [Number(low), Number(high)];
  const inRange = (value: number): boolean => value >= least && value <= most;
  return {
    expected,
    read: (text) => {
      const value = readSmall(text);
      return value !== undefined && inRange(value) ? value : undefined;
    },
    write: (value) =>
      typeof value === "number" && Number.isInteger(value) && inRange(value)
        ? String(value)
        : undefined,
  };
}

/** Digits without a sign are common, and quick to read. */
function readSmall(text: string): number | undefined {
  const { length } = text;
  if (length === 0 || length > 9) return numberOf(readWhole(text));
  let value = 0;
  for (let index = 0; index < length; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return numberOf(readWhole(text));
    value = value * 10 + digit;
  }
  return value;
}

function numberOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}

function compileLongInt(
  low: string | undefined,
  high: string | undefined,
  expected: string,
): ScalarText {
  // Positive numbers with fewer digits are in range.
  const safeBelow = low === undefined || compareDecimals(low, "0") <= 0 ? (high?.length ?? 15) : 0;
  const check = (text: string): string | undefined => {
    const digits = readWhole(text);
    if (digits === undefined) return undefined;
    if (digits.length < safeBelow && digits.charCodeAt(0) !== 45) return digits;
    if (low !== undefined && compareDecimals(digits, low) < 0) return undefined;
    if (high !== undefined && compareDecimals(digits, high) > 0) return undefined;
    return digits;
  };
  return {
    expected,
    read: check,
    write: (value) => (typeof value === "string" ? check(value) : undefined),
  };
}

function boundsOf({ bits, signed, minimum, maximum }: IntType): {
  low: string | undefined;
  high: string | undefined;
} {
  const fixed = bits !== "big";
  const least = signed ? (fixed ? String(-(2n ** BigInt(bits - 1))) : undefined) : "0";
  const most = fixed ? String(2n ** BigInt(signed ? bits - 1 : bits) - 1n) : undefined;
  return { low: tighter(least, minimum, 1), high: tighter(most, maximum, -1) };
}

/** Of two bounds the one that allows less; `sign` 1 for the lower bound. A bad bound is none. */
function tighter(
  own: string | undefined,
  declared: string | undefined,
  sign: 1 | -1,
): string | undefined {
  const bound = declared === undefined ? undefined : readDecimal(declared);
  if (bound === undefined) return own;
  if (own === undefined) return bound;
  return compareDecimals(own, bound) * sign >= 0 ? own : bound;
}

function range(low: string | undefined, high: string | undefined): string {
  const from = low === undefined ? "" : ` from ${low}`;
  return high === undefined ? from : `${from}${low === undefined ? " up" : ""} to ${high}`;
}

export function compileDecimal(type: DecimalType): ScalarText {
  const { digits: total, scale } = type;
  const low = type.minimum === undefined ? undefined : readDecimal(type.minimum);
  const high = type.maximum === undefined ? undefined : readDecimal(type.maximum);
  const check = (text: string): string | undefined => {
    const digits = readDecimal(text);
    if (digits === undefined) return undefined;
    if (scale !== undefined && digitsBehind(digits) > scale) return undefined;
    if (total !== undefined && digitsBefore(digits) + digitsBehind(digits) > total) {
      return undefined;
    }
    if (low !== undefined) {
      const order = compareDecimals(digits, low);
      if (order < 0 || (order === 0 && type.minimumExcluded === true)) return undefined;
    }
    if (high !== undefined) {
      const order = compareDecimals(digits, high);
      if (order > 0 || (order === 0 && type.maximumExcluded === true)) return undefined;
    }
    return digits;
  };
  return {
    expected: describeDecimal(type),
    read: check,
    write: (value) => (typeof value === "string" ? check(value) : undefined),
  };
}

function describeDecimal(type: DecimalType): string {
  const { digits, scale, minimum, maximum } = type;
  const limits = [
    digits === undefined ? "" : ` of at most ${digits} digits`,
    scale === undefined ? "" : ` with at most ${scale} behind the point`,
    minimum === undefined ? "" : ` ${type.minimumExcluded === true ? "above" : "from"} ${minimum}`,
    maximum === undefined ? "" : ` ${type.maximumExcluded === true ? "below" : "up to"} ${maximum}`,
  ];
  return `a decimal${limits.join("")}`;
}

export function compileFloat(bits: 32 | 64): ScalarText {
  const fits = (value: number): boolean =>
    bits === 64 || !Number.isFinite(value) || Number.isFinite(Math.fround(value));
  return {
    expected: `a ${bits}-bit floating point number`,
    read: (text) => {
      const value = readFloat(text);
      return value !== undefined && fits(value) ? value : undefined;
    },
    write: (value) => (typeof value === "number" && fits(value) ? writeFloat(value) : undefined),
  };
}

const floating = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

function readFloat(text: string): number | undefined {
  if (text.length <= digitsMax && floating.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  if (text === "INF") return Infinity;
  if (text === "-INF") return -Infinity;
  return text === "NaN" ? NaN : undefined;
}

function writeFloat(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "INF" : "-INF";
}
