/** Types that are text in XML as XML Schema simple types (XSD Part 2). */
import type {
  BytesType,
  DecimalType,
  EnumType,
  IntType,
  StringType,
  Type,
} from "#contract/types.ts";
import { resolveType } from "#formats/xml/bindings.ts";
import { lose, referTo, type Schemas, type SchemaText } from "./describe-schemas.ts";
import { patternOf } from "./describe-pattern.ts";
import { escapeText } from "./xml-text.ts";

/** A name to refer to, or the restriction, list or union that xs:simpleType holds. */
export type SimpleUse = { readonly name: string } | { readonly definition: string };

/** @param type one of which isTextual holds. */
export function simpleUse(schemas: Schemas, from: SchemaText, type: Type): SimpleUse {
  if (type.kind === "ref") {
    const { named } = resolveType(schemas.contract, type);
    if (named !== undefined) {
      return { name: referTo(schemas, from, schemas.nameOfType(named.name)) };
    }
  }
  return simpleDefinition(schemas, from, resolveType(schemas.contract, type).type);
}

/** The same, but never the name of a type of the contract. */
export function simpleDefinition(schemas: Schemas, from: SchemaText, type: Type): SimpleUse {
  switch (type.kind) {
    case "bool":
      return { name: "xs:boolean" };
    case "int":
      return intUse(schemas, type);
    case "decimal":
      return decimalUse(schemas, type);
    case "float":
      return { name: type.bits === 32 ? "xs:float" : "xs:double" };
    case "string":
      return stringUse(schemas, type);
    case "bytes":
      return bytesUse(type);
    case "date":
    case "time":
    case "dateTime":
      return zonedUse(schemas, type);
    case "duration":
      if (type.style === "seconds") {
        lose(schemas, "duration-widened", "durations of seconds alone are described as any");
      }
      return { name: "xs:duration" };
    case "uri":
      return { name: "xs:anyURI" };
    case "qname":
      return { name: "xs:QName" };
    case "uuid":
      lose(schemas, "uuid-as-string", "a UUID is described as a string of its pattern");
      return restriction("xs:string", [facet("pattern", uuidPattern)]);
    case "enum":
      return enumUse(type);
    case "list": {
      const item = simpleUse(schemas, from, type.item);
      const bounds = lengthFacets(type.min, type.max);
      const list =
        "name" in item
          ? `<xs:list itemType="${item.name}"/>`
          : `<xs:list><xs:simpleType>${item.definition}</xs:simpleType></xs:list>`;
      if (bounds.length === 0) return { definition: list };
      return { definition: restrictionText(`<xs:simpleType>${list}</xs:simpleType>`, bounds) };
    }
    case "union": {
      const members = type.variants.map((variant) => {
        const member = simpleUse(schemas, from, variant.type);
        return "name" in member
          ? `<xs:simpleType><xs:restriction base="${member.name}"/></xs:simpleType>`
          : `<xs:simpleType>${member.definition}</xs:simpleType>`;
      });
      return { definition: `<xs:union>${members.join("")}</xs:union>` };
    }
    default:
      return { name: "xs:string" };
  }
}

const uuidPattern = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

function facet(name: string, value: string | number): string {
  return `<xs:${name} value="${escapeText(String(value))}"/>`;
}

function restriction(base: string, facets: readonly string[]): SimpleUse {
  if (facets.length === 0) return { name: base };
  return { definition: `<xs:restriction base="${base}">${facets.join("")}</xs:restriction>` };
}

function restrictionText(inner: string, facets: readonly string[]): string {
  return `<xs:restriction>${inner}${facets.join("")}</xs:restriction>`;
}

function lengthFacets(min: number | undefined, max: number | undefined): string[] {
  if (min !== undefined && min === max) return [facet("length", min)];
  return [
    ...(min === undefined || min === 0 ? [] : [facet("minLength", min)]),
    ...(max === undefined ? [] : [facet("maxLength", max)]),
  ];
}

const intNames = {
  8: ["xs:byte", "xs:unsignedByte"],
  16: ["xs:short", "xs:unsignedShort"],
  32: ["xs:int", "xs:unsignedInt"],
  64: ["xs:long", "xs:unsignedLong"],
  big: ["xs:integer", "xs:nonNegativeInteger"],
} as const;

function reportSpelling(schemas: Schemas, spelling: "string" | "number" | undefined): void {
  if (spelling !== "number") return;
  lose(schemas, "json-spelling", "a schema cannot say that JSON spells long numbers as numbers");
}

function intUse(schemas: Schemas, type: IntType): SimpleUse {
  const { bits, signed, minimum, maximum } = type;
  if (bits === 64 || bits === "big") reportSpelling(schemas, type.spelling);
  const name = intNames[bits][signed ? 0 : 1];
  const implied = signed ? undefined : "0";
  return restriction(name, [
    ...(minimum === undefined || minimum === implied ? [] : [facet("minInclusive", minimum)]),
    ...(maximum === undefined ? [] : [facet("maxInclusive", maximum)]),
  ]);
}

function decimalUse(schemas: Schemas, type: DecimalType): SimpleUse {
  reportSpelling(schemas, type.spelling);
  const { digits, scale, minimum, maximum, minimumExcluded, maximumExcluded } = type;
  return restriction("xs:decimal", [
    ...(digits === undefined ? [] : [facet("totalDigits", digits)]),
    ...(scale === undefined ? [] : [facet("fractionDigits", scale)]),
    ...(minimum === undefined
      ? []
      : [facet(minimumExcluded === true ? "minExclusive" : "minInclusive", minimum)]),
    ...(maximum === undefined
      ? []
      : [facet(maximumExcluded === true ? "maxExclusive" : "maxInclusive", maximum)]),
  ]);
}

const whitespaceNames = {
  preserve: "xs:string",
  replace: "xs:normalizedString",
  collapse: "xs:token",
} as const;

/** Formats that are types of their own in XML Schema. */
const builtInFormats = ["gYear", "gYearMonth", "gMonth", "gMonthDay", "gDay"];

function stringUse(schemas: Schemas, type: StringType): SimpleUse {
  if (builtInFormats.includes(type.format ?? "") && type.whitespace === "collapse") {
    return { name: `xs:${type.format ?? ""}` };
  }
  const facets = lengthFacets(type.lengthMin, type.lengthMax);
  const patterns = [...(type.patternsAlso ?? []), type.pattern]
    .filter((pattern) => pattern !== undefined)
    .flatMap((pattern) => {
      const written = type.patternDialect === "ecma" ? patternOf(pattern) : pattern;
      if (written !== undefined) return [written];
      const text = `the pattern ${pattern} cannot be said in XML Schema; it is left out`;
      lose(schemas, "pattern-left-out", text);
      return [];
    });
  const base = whitespaceNames[type.whitespace];
  const [first, ...others] = patterns;
  if (first === undefined) return restriction(base, facets);
  // XSD Part 2 §4.3.4.3: patterns of one step are alternatives, those of several must all match.
  let use = restriction(base, [...facets, facet("pattern", first)]);
  for (const pattern of others) {
    const inner = "definition" in use ? `<xs:simpleType>${use.definition}</xs:simpleType>` : "";
    use = { definition: restrictionText(inner, [facet("pattern", pattern)]) };
  }
  return use;
}

function bytesUse({ encoding, lengthMin, lengthMax }: BytesType): SimpleUse {
  const name = encoding === "hex" ? "xs:hexBinary" : "xs:base64Binary";
  return restriction(name, lengthFacets(lengthMin, lengthMax));
}

function zonedUse(
  schemas: Schemas,
  { kind, zone }: { readonly kind: "date" | "time" | "dateTime"; readonly zone: string },
): SimpleUse {
  if (zone === "optional") return { name: `xs:${kind}` };
  if (zone === "none") {
    lose(schemas, "zone-widened", "a schema cannot say that a time has no zone");
    return { name: `xs:${kind}` };
  }
  lose(schemas, "zone-widened", "that a zone is required is said by a pattern, which few check");
  return restriction(`xs:${kind}`, [facet("pattern", ".*(Z|[+\\-][0-9]{2}:[0-9]{2})")]);
}

function enumUse({ values, open, spelling }: EnumType): SimpleUse {
  const numbers = spelling === "number" && values.every(({ value }) => /^-?\d{1,9}$/.test(value));
  const facets = values.map(({ value }) => facet("enumeration", value));
  const base = numbers ? "xs:int" : "xs:string";
  const closed = `<xs:restriction base="${base}">${facets.join("")}</xs:restriction>`;
  if (!open) return { definition: closed };
  const inner = `<xs:simpleType>${closed}</xs:simpleType>`;
  return { definition: `<xs:union memberTypes="xs:string">${inner}</xs:union>` };
}

/** For attributes of elements and attributes: `type="..."`, or the type inside. */
export function simpleTypeText(use: SimpleUse): { readonly type: string; readonly inner: string } {
  if ("name" in use) return { type: ` type="${use.name}"`, inner: "" };
  return { type: "", inner: `<xs:simpleType>${use.definition}</xs:simpleType>` };
}

/** A definition as it stands under a name: aliases become empty restrictions. */
export function definitionText(use: SimpleUse): string {
  return "name" in use ? `<xs:restriction base="${use.name}"/>` : use.definition;
}
