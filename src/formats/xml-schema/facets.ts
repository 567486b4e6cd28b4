/** Reads the constraining facets of a restriction (XSD Part 2 §4.3) from the schema. */
import type { XmlElement } from "#formats/xml/element.ts";
import { attributeOf, placeOf, schemaChildren } from "./names.ts";
import type { Report } from "./report.ts";

export interface Facets {
  readonly length?: number;
  readonly lengthMin?: number;
  readonly lengthMax?: number;
  /** Patterns of one step are alternatives (XSD Part 2 §4.3.4.3). */
  readonly pattern?: string;
  readonly whitespace?: "preserve" | "replace" | "collapse";
  readonly values?: readonly string[];
  readonly minimum?: Bound;
  readonly maximum?: Bound;
  readonly digits?: number;
  readonly scale?: number;
}

export interface Bound {
  /** As written, trimmed. */
  readonly value: string;
  readonly excluded: boolean;
}

const notFacets: ReadonlySet<string> = new Set([
  "simpleType",
  "attribute",
  "attributeGroup",
  "anyAttribute",
  "sequence",
  "choice",
  "all",
  "group",
]);

export function readFacets(restriction: XmlElement, file: string, report: Report): Facets {
  const facets: { -readonly [Key in keyof Facets]: Facets[Key] } = {};
  const patterns: string[] = [];
  const values: string[] = [];
  for (const facet of schemaChildren(restriction)) {
    if (notFacets.has(facet.name)) continue;
    // Not trimmed: the value of an enumeration may be blank, and a pattern may begin with a space.
    const value = facet.attributes.find((attribute) => attribute.name === "value")?.value;
    const place = placeOf(facet, file);
    if (value === undefined) {
      const text = `xs:${facet.name} without a value; expected value="..."`;
      report.add("warning", "invalid-facet", text, place);
      continue;
    }
    switch (facet.name) {
      case "enumeration":
        values.push(value);
        break;
      case "pattern":
        patterns.push(value);
        break;
      case "whiteSpace":
        if (value === "preserve" || value === "replace" || value === "collapse") {
          facets.whitespace = value;
        }
        break;
      case "minInclusive":
      case "minExclusive":
        facets.minimum = { value: value.trim(), excluded: facet.name === "minExclusive" };
        break;
      case "maxInclusive":
      case "maxExclusive":
        facets.maximum = { value: value.trim(), excluded: facet.name === "maxExclusive" };
        break;
      default: {
        const key = countFacets.get(facet.name);
        const count = readCount(attributeOf(facet, "value") ?? "");
        if (key !== undefined && count !== undefined) {
          facets[key] = count;
          break;
        }
        const text =
          key === undefined
            ? `xs:${facet.name} is not a facet of XML Schema 1.0 and is ignored`
            : `xs:${facet.name} is "${value.slice(0, 40)}"; expected a whole number from 0`;
        report.add("warning", "invalid-facet", text, place);
      }
    }
  }
  if (patterns.length > 0) facets.pattern = alternatives(patterns);
  if (values.length > 0) facets.values = values;
  return facets;
}

type CountFacet = "length" | "lengthMin" | "lengthMax" | "digits" | "scale";

const countFacets: ReadonlyMap<string, CountFacet> = new Map([
  ["length", "length"],
  ["minLength", "lengthMin"],
  ["maxLength", "lengthMax"],
  ["totalDigits", "digits"],
  ["fractionDigits", "scale"],
]);

function readCount(text: string): number | undefined {
  if (!/^\+?[0-9]{1,20}$/.test(text)) return undefined;
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
}

function alternatives(patterns: readonly string[]): string {
  return patterns.length === 1 ? patterns.join("") : patterns.map((one) => `(${one})`).join("|");
}
