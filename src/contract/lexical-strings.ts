/** Strings under their facets: white space, length in code points, patterns. */
import type { ScalarText } from "./lexical-numbers.ts";
import { compilePattern, type PatternTest } from "./lexical-pattern.ts";
import type { StringType } from "./types.ts";

export function compileString(type: StringType): ScalarText {
  const tests = stringTests(type);
  const normalise = whitespace(type.whitespace);
  const check = (text: string): string | undefined => {
    const normal = normalise(text);
    for (const holds of tests) if (!holds(normal)) return undefined;
    return normal;
  };
  return {
    expected: describe(type),
    read: tests.length === 0 ? normalise : check,
    write: (value) => (typeof value === "string" ? check(value) : undefined),
  };
}

/** Patterns of the type that are never checked, for the importer to say so. */
export function uncheckedPatterns(type: StringType): readonly string[] {
  return patternsOf(type).filter(
    (pattern) => compilePattern(pattern, type.patternDialect) === undefined,
  );
}

function patternsOf(type: StringType): readonly string[] {
  return [...(type.pattern === undefined ? [] : [type.pattern]), ...(type.patternsAlso ?? [])];
}

function stringTests(type: StringType): readonly PatternTest[] {
  const { lengthMin = 0, lengthMax = Infinity } = type;
  const tests = patternsOf(type).flatMap(
    (pattern) => compilePattern(pattern, type.patternDialect) ?? [],
  );
  if (lengthMin > 0 || lengthMax < Infinity) {
    tests.unshift((text) => hasLength(text, lengthMin, lengthMax));
  }
  return tests;
}

/** Counts code points only where surrogates could decide. */
function hasLength(text: string, min: number, max: number): boolean {
  const units = text.length;
  if (units < min) return false;
  if (units <= max && units >= min * 2) return true;
  let count = units;
  for (let index = 0; index < units; index += 1) {
    if ((text.charCodeAt(index) & 0xfc00) !== 0xd800) continue;
    if ((text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) count -= 1;
  }
  return count >= min && count <= max;
}

function whitespace(facet: StringType["whitespace"]): (text: string) => string {
  if (facet === "preserve") return (text) => text;
  if (facet === "replace") {
    return (text) => (/[\t\n\r]/.test(text) ? text.replace(/[\t\n\r]/g, " ") : text);
  }
  return collapse;
}

/** XSD Part 2 §4.3.6: single spaces inside, none at the ends. */
function collapse(text: string): string {
  if (!/[\t\n\r]|^ | $| {2}/.test(text)) return text;
  return text
    .split(/[ \t\n\r]+/)
    .filter((word) => word !== "")
    .join(" ");
}

function describe(type: StringType): string {
  const { lengthMin, lengthMax } = type;
  const patterns = patternsOf(type).map((pattern) => pattern.slice(0, 100));
  const exact = lengthMin !== undefined && lengthMin === lengthMax;
  return [
    "text",
    exact ? ` of ${lengthMin} characters` : "",
    !exact && lengthMin !== undefined ? ` of at least ${lengthMin} characters` : "",
    !exact && lengthMax !== undefined ? ` of at most ${lengthMax} characters` : "",
    patterns.length === 0 ? "" : ` that matches ${patterns.join(" and ")}`,
  ].join("");
}
