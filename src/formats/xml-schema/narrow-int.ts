/**
 * Bounds of whole numbers. An xs:integer whose bounds fit 32 or 64 bits gets that width, so that a
 * quantity of 1 to 999 is a number and not a string in JSON; narrower types keep their width.
 */
import type { IntType } from "#contract/types.ts";
import type { Unkept } from "./apply-facets.ts";
import { isDecimal } from "./compare-decimals.ts";
import type { Bound, Facets } from "./facets.ts";

const digitsMax = 40;

export function narrowInt(base: IntType, facets: Facets, unkept: Unkept): IntType {
  let minimum = base.minimum === undefined ? undefined : BigInt(base.minimum);
  let maximum = base.maximum === undefined ? undefined : BigInt(base.maximum);
  const low = bound(facets.minimum, 1n, "minimum", unkept);
  const high = bound(facets.maximum, -1n, "maximum", unkept);
  if (low !== undefined && (minimum === undefined || low > minimum)) minimum = low;
  if (high !== undefined && (maximum === undefined || high < maximum)) maximum = high;
  const { digits } = facets;
  if (digits !== undefined && digits <= digitsMax && digits < digitsOf(base)) {
    const most = 10n ** BigInt(digits) - 1n;
    if (maximum === undefined || maximum > most) maximum = most;
    if (base.signed && (minimum === undefined || minimum < -most)) minimum = -most;
  }
  return {
    kind: "int",
    ...width(base, minimum, maximum),
    ...(minimum === undefined ? {} : { minimum: String(minimum) }),
    ...(maximum === undefined ? {} : { maximum: String(maximum) }),
  };
}

function digitsOf(base: IntType): number {
  return { 8: 3, 16: 5, 32: 10, 64: 20, big: Infinity }[base.bits];
}

function width(
  base: IntType,
  minimum: bigint | undefined,
  maximum: bigint | undefined,
): Pick<IntType, "bits" | "signed"> {
  const { bits, signed } = base;
  if (bits !== "big" || minimum === undefined || maximum === undefined) return { bits, signed };
  for (const candidate of [32, 64] as const) {
    const range = 1n << BigInt(candidate);
    if (minimum >= -range / 2n && maximum < range / 2n) return { bits: candidate, signed: true };
    if (minimum >= 0n && maximum < range) return { bits: candidate, signed: false };
  }
  return { bits, signed };
}

/** The first whole number inside the bound; `inward` is the way from the bound into the range. */
function bound(
  written: Bound | undefined,
  inward: 1n | -1n,
  name: string,
  unkept: Unkept,
): bigint | undefined {
  if (written === undefined) return undefined;
  if (!isDecimal(written.value)) {
    unkept(name, "that is not a whole number");
    return undefined;
  }
  const [whole = "", fraction = ""] = written.value.replace(/^\+/, "").split(".");
  const value = BigInt(whole === "" || whole === "-" ? "0" : whole);
  if (/^0*$/.test(fraction)) return written.excluded ? value + inward : value;
  // Between two whole numbers: truncation went towards zero, the range may begin one further.
  const truncatedInward = inward === 1n ? whole.startsWith("-") : !whole.startsWith("-");
  return truncatedInward ? value : value + inward;
}
