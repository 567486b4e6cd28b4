/**
 * Narrows a simple type by the facets of one restriction, so that the facets of a whole chain end
 * up in one type. What the contract model cannot hold (an order on dates, a pattern on numbers) is
 * reported and not checked.
 */
import type { BytesType, EnumType, ListType, StringType, Type } from "#contract/types.ts";
import { compareDecimals, isDecimal } from "./compare-decimals.ts";
import type { Bound, Facets } from "./facets.ts";
import { narrowInt } from "./narrow-int.ts";

/** Says which facet is not kept, for a diagnostic. */
export type Unkept = (facet: string, why: string) => void;

export function applyFacets(base: Type, facets: Facets, unkept: Unkept): Type {
  if (facets.values !== undefined && base.kind !== "list") return enumerate(base, facets, unkept);
  switch (base.kind) {
    case "string":
      reportAll(facets, ["minimum", "maximum", "digits", "scale"], "a string", unkept);
      return narrowString(base, facets);
    case "bytes":
      reportAll(facets, ["pattern"], "binary data", unkept);
      return { ...base, ...lengths(base, facets) };
    case "list":
      reportAll(facets, ["pattern", "values"], "a list", unkept);
      return narrowList(base, facets);
    case "int":
      reportAll(facets, ["pattern"], "a number", unkept);
      return narrowInt(base, facets, unkept);
    case "decimal": {
      reportAll(facets, ["pattern"], "a number", unkept);
      const minimum = tighter(facets.minimum, base.minimum, base.minimumExcluded, 1, unkept);
      const maximum = tighter(facets.maximum, base.maximum, base.maximumExcluded, -1, unkept);
      return {
        kind: "decimal",
        ...least("digits", base.digits, facets.digits),
        ...least("scale", base.scale, facets.scale),
        ...(minimum === undefined ? {} : { minimum: minimum.value }),
        ...(maximum === undefined ? {} : { maximum: maximum.value }),
        ...(minimum?.excluded === true ? { minimumExcluded: true } : {}),
        ...(maximum?.excluded === true ? { maximumExcluded: true } : {}),
      };
    }
    default:
      reportAll(facets, ["pattern", "minimum", "maximum", "digits"], nameOf(base), unkept);
      return base;
  }
}

function nameOf(type: Type): string {
  return type.kind === "float" ? "a floating-point number" : `a value of kind ${type.kind}`;
}

function reportAll(
  facets: Facets,
  names: readonly (keyof Facets)[],
  of: string,
  unkept: Unkept,
): void {
  for (const name of names) if (facets[name] !== undefined) unkept(name, `on ${of}`);
}

function narrowString(base: StringType, facets: Facets): StringType {
  const { pattern } = facets;
  const narrowed: StringType = {
    ...base,
    ...lengths(base, facets),
    whitespace: facets.whitespace ?? base.whitespace,
  };
  if (pattern === undefined) return narrowed;
  if (base.pattern === undefined) return { ...narrowed, pattern, patternDialect: "xsd" };
  // XSD Part 2 §4.3.4.3: patterns of different steps must all match.
  const patternsAlso = [...(base.patternsAlso ?? []), base.pattern];
  return { ...narrowed, pattern, patternDialect: "xsd", patternsAlso };
}

function lengths(base: StringType | BytesType, facets: Facets) {
  return {
    ...most("lengthMin", base.lengthMin, facets.length ?? facets.lengthMin),
    ...least("lengthMax", base.lengthMax, facets.length ?? facets.lengthMax),
  };
}

function narrowList(base: ListType, facets: Facets): ListType {
  const min = Math.max(base.min, facets.length ?? facets.lengthMin ?? 0);
  return { ...base, min, ...least("max", base.max, facets.length ?? facets.lengthMax) };
}

/** Enumerated values are compared as text; those of numbers keep their spelling in JSON. */
function enumerate(base: Type, facets: Facets, unkept: Unkept): Type {
  const written = [...new Set(facets.values)];
  if (base.kind === "qname") {
    unkept("values", "on qualified names, whose prefixes are free");
    return base;
  }
  if (base.kind === "opaque" || base.kind === "union" || base.kind === "record") return base;
  const keeps = base.kind === "string" && base.whitespace === "preserve";
  const collapse = (value: string) => (keeps ? value : value.trim().replace(/\s+/g, " "));
  let values = [...new Set(written.map(collapse))];
  if (base.kind === "enum") {
    const known = valuesOf(base);
    if (!base.open) values = values.filter((value) => known.has(value));
  }
  if (base.kind === "bool") {
    unkept("values", "on a boolean");
    return base;
  }
  return {
    kind: "enum",
    values: values.map((value) => ({ value })),
    open: false,
    spelling: spellingOf(base),
  };
}

/** One enumeration may be restricted many times. */
const valueSets = new WeakMap<EnumType, ReadonlySet<string>>();

function valuesOf(type: EnumType): ReadonlySet<string> {
  const known = valueSets.get(type) ?? new Set(type.values.map(({ value }) => value));
  valueSets.set(type, known);
  return known;
}

function spellingOf(base: Type): EnumType["spelling"] {
  if (base.kind === "enum") return base.spelling;
  return base.kind === "int" && typeof base.bits === "number" && base.bits <= 32
    ? "number"
    : "string";
}

/** The tighter of two bounds; `direction` 1 for minima, -1 for maxima. */
function tighter(
  written: Bound | undefined,
  base: string | undefined,
  baseExcluded: boolean | undefined,
  direction: 1 | -1,
  unkept: Unkept,
): Bound | undefined {
  const inherited =
    base === undefined ? undefined : { value: base, excluded: baseExcluded === true };
  if (written === undefined) return inherited;
  if (!isDecimal(written.value)) {
    unkept(direction === 1 ? "minimum" : "maximum", "that is not a decimal number");
    return inherited;
  }
  if (inherited === undefined) return written;
  const order = compareDecimals(written.value, inherited.value) * direction;
  if (order === 0) return { ...written, excluded: written.excluded || inherited.excluded };
  return order > 0 ? written : inherited;
}

function least<Key extends string>(key: Key, base?: number, own?: number) {
  const value = base === undefined ? own : own === undefined ? base : Math.min(base, own);
  return (value === undefined ? {} : { [key]: value }) as Partial<Record<Key, number>>;
}

function most<Key extends string>(key: Key, base?: number, own?: number) {
  const value = base === undefined ? own : own === undefined ? base : Math.max(base, own);
  return (value === undefined ? {} : { [key]: value }) as Partial<Record<Key, number>>;
}
