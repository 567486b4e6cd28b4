/** Strings and what their formats make of them. */
import type { StringType, Type } from "#contract/types.ts";
import { keyword, type Parts } from "./keywords.ts";
import { child, countAt, itemsOf, textAt, textOf, type Located } from "./located.ts";
import { notEnforced, numberOfString } from "./import-number.ts";
import type { SchemaScope } from "./scope.ts";

/**
 * RFC 3339 wants an offset in times and dates with time and knows none for dates. Its durations
 * hold years and months.
 */
const formats: Readonly<Record<string, Type>> = {
  date: { kind: "date", zone: "none" },
  "date-time": { kind: "dateTime", zone: "required" },
  "date-time-local": { kind: "dateTime", zone: "none" },
  time: { kind: "time", zone: "required" },
  "time-local": { kind: "time", zone: "none" },
  duration: { kind: "duration", style: "calendar" },
  uri: { kind: "uri" },
  uuid: { kind: "uuid" },
  qname: { kind: "qname" },
  // Where an offset may stand and need not, as XML Schema has it.
  "xsd-date": { kind: "date", zone: "optional" },
  "xsd-date-time": { kind: "dateTime", zone: "optional" },
  "xsd-time": { kind: "time", zone: "optional" },
};

export function importString(scope: SchemaScope, parts: Parts, format: string | undefined): Type {
  const own = keyword(parts, "x-parlance");
  const opaque = own && textAt(own, "opaque");
  if (opaque === "xml" || opaque === "protoAny") return { kind: "opaque", content: opaque };
  const encoding = textOf(keyword(parts, "contentEncoding"));
  const mediaType = textOf(keyword(parts, "contentMediaType"));
  const known = format === undefined ? undefined : (formats[format] ?? numberOfString(format));
  if (known !== undefined) {
    reportFacets(scope, parts, format as string);
    return refine(known, parts);
  }
  const isBytes = format === "byte" || format === "binary" || format === "base64";
  if (isBytes || encoding === "base64" || encoding === "base16") {
    reportFacets(scope, parts, "bytes");
    const media = mediaType === undefined ? {} : { mediaType };
    const lengthMin = own && countAt(own, "lengthMin");
    const lengthMax = own && countAt(own, "lengthMax");
    return {
      kind: "bytes",
      ...media,
      encoding: encoding === "base16" ? "hex" : "base64",
      ...(lengthMin === undefined ? {} : { lengthMin }),
      ...(lengthMax === undefined ? {} : { lengthMax }),
    };
  }
  if (encoding !== undefined && !/^(7bit|8bit|binary|quoted-printable)$/.test(encoding)) {
    const at = keyword(parts, "contentEncoding") as Located;
    notEnforced(scope, at, `content in the encoding ${encoding} is carried as text; it`);
  }
  return plainString(parts, format);
}

function plainString(parts: Parts, format: string | undefined): StringType {
  const lengthMin = countOf(parts, "minLength");
  const lengthMax = countOf(parts, "maxLength");
  const pattern = textOf(keyword(parts, "pattern"));
  const own = keyword(parts, "x-parlance");
  const whitespace = own && textOf(child(own, "whitespace"));
  const dialect = own && textOf(child(own, "pattern"));
  const also = itemsOf(own && child(own, "patternsAlso")).flatMap((item) => textOf(item) ?? []);
  return {
    kind: "string",
    ...(lengthMin === undefined || lengthMin === 0 ? {} : { lengthMin }),
    ...(lengthMax === undefined ? {} : { lengthMax }),
    ...(dialect !== undefined
      ? { pattern: dialect, patternDialect: "xsd" as const }
      : pattern === undefined
        ? {}
        : { pattern, patternDialect: "ecma" as const }),
    ...(also.length === 0 ? {} : { patternsAlso: also }),
    whitespace: whitespace === "replace" || whitespace === "collapse" ? whitespace : "preserve",
    ...(format === undefined || format === "password" ? {} : { format }),
  };
}

/** What describing adds where the standard keywords cannot say it. */
function refine(type: Type, parts: Parts): Type {
  const own = keyword(parts, "x-parlance");
  if (own === undefined) return type;
  const text = (key: string) => textOf(child(own, key));
  if (type.kind === "date" || type.kind === "time" || type.kind === "dateTime") {
    const zone = text("zone");
    return zone === "optional" || zone === "required" || zone === "none" ? { ...type, zone } : type;
  }
  if (type.kind === "duration" && text("duration") === "seconds")
    return { ...type, style: "seconds" };
  if (type.kind !== "int" && type.kind !== "decimal") return type;
  const bounds: Record<string, string | number | boolean> = {};
  for (const key of ["minimum", "maximum"]) {
    const bound = text(key);
    if (bound !== undefined) bounds[key] = bound;
  }
  if (type.kind === "int") return { ...type, ...bounds };
  for (const key of ["digits", "scale"]) {
    const count = text(key);
    if (count !== undefined && /^\d{1,6}$/.test(count)) bounds[key] = Number(count);
  }
  for (const key of ["minimumExcluded", "maximumExcluded"]) {
    if (text(key) === "true") bounds[key] = true;
  }
  return { ...type, ...bounds };
}

/** Facets of text that a type of its own makes needless, or that are lost on it. */
function reportFacets(scope: SchemaScope, parts: Parts, what: string): void {
  if (keyword(parts, "x-parlance") !== undefined) return;
  for (const key of ["pattern", "minLength", "maxLength"]) {
    const at = keyword(parts, key);
    if (at !== undefined) notEnforced(scope, at, `\`${key}\` beside the format ${what}`);
  }
}

function countOf(parts: Parts, key: string): number | undefined {
  const text = textOf(keyword(parts, key));
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
