/** Where a value differs from what came back of it, and whether in more than its spelling. */
import { compareDecimals } from "./lexical-numbers.ts";
import type { Value, ValueRecord } from "./value.ts";

export interface Difference {
  /** `/lines/0/price`; "" for the whole. */
  readonly place: string;
  readonly before: Value | undefined;
  readonly after: Value | undefined;
  /** Another spelling of the same: zeros of a decimal, prefixes in opaque XML. */
  readonly isLexical: boolean;
}

export interface DifferenceOptions {
  /** XML Schema's view: an element that repeats is there no times. */
  readonly emptyListIsAbsent: boolean;
}

/** The first difference that is more than lexical, or else the first one; undefined: none. */
export function findDifference(
  before: Value | undefined,
  after: Value | undefined,
  options: DifferenceOptions,
  place = "",
): Difference | undefined {
  if (Object.is(before, after)) return undefined;
  if (options.emptyListIsAbsent && isNothing(before) && isNothing(after)) return undefined;
  const differ = (isLexical: boolean): Difference => ({ place, before, after, isLexical });
  if (typeof before === "string" && typeof after === "string") {
    return differ(isSameNumber(before, after) || isSameXml(before, after));
  }
  if (!isObject(before) || !isObject(after)) return differ(false);
  if (before instanceof Uint8Array || after instanceof Uint8Array) {
    const isSame =
      before instanceof Uint8Array &&
      after instanceof Uint8Array &&
      Buffer.compare(before, after) === 0;
    return isSame ? undefined : differ(false);
  }
  if (Array.isArray(before) !== Array.isArray(after)) return differ(false);
  if (Array.isArray(before) && before.length !== (after as readonly Value[]).length) {
    return differ(false);
  }
  return findInside(before as ValueRecord, after as ValueRecord, options, place);
}

function findInside(
  before: ValueRecord,
  after: ValueRecord,
  options: DifferenceOptions,
  place: string,
): Difference | undefined {
  let lexical: Difference | undefined;
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const found = findDifference(before[name], after[name], options, `${place}/${name}`);
    if (found !== undefined && !found.isLexical) return found;
    lexical ??= found;
  }
  return lexical;
}

function isNothing(value: Value | undefined): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

function isObject(
  value: Value | undefined,
): value is Exclude<Value, null | boolean | number | string> {
  return typeof value === "object" && value !== null;
}

function isSameNumber(one: string, other: string): boolean {
  const isNumber = (text: string): boolean => /^-?\d+(?:\.\d+)?$/.test(text);
  return isNumber(one) && isNumber(other) && compareDecimals(one, other) === 0;
}

/** Near enough: the same but for prefixes, declarations and white space. */
function isSameXml(one: string, other: string): boolean {
  if (!one.startsWith("<") || !other.startsWith("<")) return false;
  const bare = (text: string): string =>
    text
      .replaceAll(/\s+xmlns(?::[\w.-]+)?=(?:"[^"]*"|'[^']*')/g, "")
      .replaceAll(/\s+|(?<=<\/?)[\w.-]+:/g, "");
  return bare(one) === bare(other);
}

const shownMax = 120;

/** A value as a message shows it. */
export function showValue(value: Value | undefined): string {
  if (value === undefined) return "absent";
  const text = JSON.stringify(value, (_, part: unknown) =>
    part instanceof Uint8Array ? `${part.length} bytes` : part,
  );
  return text.length > shownMax ? `${text.slice(0, shownMax)}...` : text;
}
