/** Numbers: integer and number with their formats and bounds. */
import type { DecimalType, IntType, Type } from "#contract/types.ts";
import { decimalText, wholeFrom, wholeTo } from "./decimal-text.ts";
import { keyword, type Parts } from "./keywords.ts";
import { countAt, scalarOf, shown, textOf, type Located } from "./located.ts";
import type { SchemaScope } from "./scope.ts";

const intFormats: Readonly<Record<string, Pick<IntType, "bits" | "signed">>> = {
  int8: { bits: 8, signed: true },
  int16: { bits: 16, signed: true },
  int32: { bits: 32, signed: true },
  int64: { bits: 64, signed: true },
  long: { bits: 64, signed: true },
  uint8: { bits: 8, signed: false },
  uint16: { bits: 16, signed: false },
  uint32: { bits: 32, signed: false },
  uint64: { bits: 64, signed: false },
  integer: { bits: "big", signed: true },
  "non-negative-integer": { bits: "big", signed: false },
};

/** Formats that make a string a number, so that no digit of it is lost in JSON. */
export function numberOfString(format: string | undefined): Type | undefined {
  if (format === "decimal") return { kind: "decimal", spelling: "string" };
  const int = format !== undefined && format !== "long" ? intFormats[format] : undefined;
  return int && { kind: "int", ...int, spelling: "string" };
}

/**
 * Without a format an integer is of any size, unless its bounds fit 32 bits: JSON Schema knows no
 * other, and a service that means 64 bits says so.
 */
export function importInteger(scope: SchemaScope, parts: Parts, format?: string): IntType {
  const { low, high } = boundsOf(scope, parts);
  const minimum = low && wholeFrom(low.text, low.excluded);
  const maximum = high && wholeTo(high.text, high.excluded);
  const named = format === undefined ? undefined : intFormats[format];
  const fits = minimum !== undefined && maximum !== undefined && minimum >= -(2n ** 31n);
  const small = fits && maximum < 2n ** 31n ? 32 : "big";
  const { bits, signed } = named ?? { bits: small, signed: true };
  reportMultiple(scope, parts);
  return {
    kind: "int",
    bits,
    signed,
    ...(minimum === undefined ? {} : { minimum: String(minimum) }),
    ...(maximum === undefined ? {} : { maximum: String(maximum) }),
    ...(bits === 64 || bits === "big" ? { spelling: "number" as const } : {}),
  };
}

/** A number is a decimal, exact as JSON writes it, unless a format makes it a binary one. */
export function importNumber(scope: SchemaScope, parts: Parts, format?: string): Type {
  if (format !== undefined && format !== "float" && intFormats[format] !== undefined) {
    return importInteger(scope, parts, format);
  }
  const { low, high } = boundsOf(scope, parts);
  if (format === "float" || format === "double") {
    for (const bound of [low, high]) {
      if (bound !== undefined) notEnforced(scope, bound.at, `a bound of a ${format}`);
    }
    reportMultiple(scope, parts);
    return { kind: "float", bits: format === "float" ? 32 : 64 };
  }
  const multiple = textOf(keyword(parts, "multipleOf"));
  const scale = multiple === undefined ? undefined : scaleOf(multiple);
  if (scale === undefined) reportMultiple(scope, parts);
  const own = keyword(parts, "x-parlance");
  const digits = own && countAt(own, "digits");
  return {
    ...decimalBounds(low, high),
    ...(digits === undefined ? {} : { digits }),
    ...(scale === undefined ? {} : { scale }),
  };
}

/** How many digits stand behind the point in multiples of 0.01 and the like. */
function scaleOf(multiple: string): number | undefined {
  const text = decimalText(multiple);
  if (text === "1") return 0;
  return text !== undefined && /^0\.0*1$/.test(text) ? text.length - 2 : undefined;
}

interface Bound {
  readonly text: string;
  readonly excluded: boolean;
  readonly at: Located;
}

function decimalBounds(low: Bound | undefined, high: Bound | undefined): DecimalType {
  return {
    kind: "decimal",
    ...(low === undefined ? {} : { minimum: low.text }),
    ...(high === undefined ? {} : { maximum: high.text }),
    ...(low?.excluded === true ? { minimumExcluded: true } : {}),
    ...(high?.excluded === true ? { maximumExcluded: true } : {}),
    spelling: "number",
  };
}

function boundsOf(scope: SchemaScope, parts: Parts) {
  return { low: boundOf(scope, parts, "Minimum"), high: boundOf(scope, parts, "Maximum") };
}

/** Both spellings: `exclusiveMinimum: 5`, and `exclusiveMinimum: true` beside `minimum: 5`. */
function boundOf(scope: SchemaScope, parts: Parts, name: "Minimum" | "Maximum"): Bound | undefined {
  const inclusive = keyword(parts, name.toLowerCase());
  const exclusive = keyword(parts, `exclusive${name}`);
  const flag = scalarOf(exclusive);
  const excluded = flag === true || (typeof flag === "number" && inclusive === undefined);
  const at = typeof flag === "number" && inclusive === undefined ? exclusive : inclusive;
  if (at === undefined) return undefined;
  if (typeof flag === "number" && inclusive !== undefined) {
    notEnforced(scope, exclusive as Located, `\`exclusive${name}\` beside another bound`);
  }
  const written = textOf(at) ?? "";
  const text = typeof scalarOf(at) === "number" ? decimalText(written) : undefined;
  if (text !== undefined) return { text, excluded, at };
  scope.report.warning("bad-bound", at, `${shown(written)} is no bound; expected a number`);
  return undefined;
}

function reportMultiple(scope: SchemaScope, parts: Parts): void {
  const multiple = keyword(parts, "multipleOf");
  if (multiple === undefined || decimalText(textOf(multiple) ?? "") === "1") return;
  notEnforced(scope, multiple, "`multipleOf`");
}

export function notEnforced(scope: SchemaScope, at: Located, what: string): void {
  scope.report.info("not-enforced", at, `${what} is not enforced`);
}
