/** Scalars and lists of values as JSON Schema. */
import type { DecimalType, EnumType, IntType, ScalarType, StringType } from "#contract/types.ts";
import { compact, rawNumber, withOwn, type Schema } from "./describe-scope.ts";

export function describeScalar(type: ScalarType): Schema {
  switch (type.kind) {
    case "bool":
      return { type: "boolean" };
    case "int":
      return describeInt(type);
    case "decimal":
      return describeDecimal(type);
    case "float":
      return { type: "number", format: type.bits === 32 ? "float" : "double" };
    case "string":
      return describeString(type);
    case "bytes": {
      const encoding = type.encoding === "hex" ? "base16" : "base64";
      const { mediaType, lengthMin, lengthMax } = type;
      const schema = { type: "string", contentEncoding: encoding, contentMediaType: mediaType };
      return withOwn(compact(schema), { lengthMin, lengthMax });
    }
    case "date":
    case "time":
    case "dateTime":
      return describeTime(type);
    case "duration":
      return withOwn(text("duration"), type.style === "seconds" ? { duration: "seconds" } : {});
    case "uri":
    case "qname":
    case "uuid":
      return text(type.kind);
  }
}

function text(format: string): Schema {
  return { type: "string", format };
}

function describeInt({ bits, signed, minimum, maximum, spelling }: IntType): Schema {
  const isLarge = bits === 64 || bits === "big";
  const large = signed ? "integer" : "non-negative-integer";
  const format = bits === "big" ? large : `${signed ? "" : "u"}int${bits}`;
  if ((spelling ?? (isLarge ? "string" : "number")) === "string") {
    const pattern = signed ? "^[+-]?[0-9]+$" : "^\\+?[0-9]+$";
    return withOwn({ ...text(format), pattern }, { minimum, maximum });
  }
  const isBounded = minimum !== undefined && maximum !== undefined;
  const isPlainInteger = bits === "big" && signed && !isBounded;
  return compact({
    type: "integer",
    // Without a format, bounds that fit 32 bits would make it a number of 32 bits.
    format: isPlainInteger ? undefined : format,
    minimum: minimum === undefined ? undefined : rawNumber(minimum),
    maximum: maximum === undefined ? undefined : rawNumber(maximum),
  });
}

function describeDecimal(type: DecimalType): Schema {
  const { digits, scale, minimum, maximum, minimumExcluded, maximumExcluded } = type;
  if (type.spelling !== "number") {
    const own = { digits, scale, minimum, maximum, minimumExcluded, maximumExcluded };
    return withOwn({ ...text("decimal"), pattern: "^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)$" }, own);
  }
  const step =
    scale === undefined ? undefined : scale === 0 ? "1" : `0.${"1".padStart(scale, "0")}`;
  return withOwn(
    compact({
      type: "number",
      [minimumExcluded === true ? "exclusiveMinimum" : "minimum"]: minimum && rawNumber(minimum),
      [maximumExcluded === true ? "exclusiveMaximum" : "maximum"]: maximum && rawNumber(maximum),
      multipleOf: step && rawNumber(step),
    }),
    { digits },
  );
}

function describeString(type: StringType): Schema {
  const { lengthMin, lengthMax, pattern, patternDialect, patternsAlso, whitespace, format } = type;
  const isXsd = patternDialect === "xsd";
  const schema = {
    type: "string",
    minLength: lengthMin,
    maxLength: lengthMax,
    pattern: isXsd ? undefined : pattern,
    format,
  };
  return withOwn(compact(schema), {
    pattern: isXsd ? pattern : undefined,
    patternsAlso,
    whitespace: whitespace === "preserve" ? undefined : whitespace,
  });
}

/**
 * RFC 3339 wants an offset in what has a time and knows none in dates; where XML Schema leaves it
 * open the format is one of our own, because `date-time` would refuse good values.
 */
function describeTime(type: Extract<ScalarType, { zone: unknown }>): Schema {
  const { kind, zone } = type;
  const word = kind === "dateTime" ? "date-time" : kind;
  if (zone === "optional") return text(`xsd-${word}`);
  if (kind === "date") return withOwn(text("date"), zone === "required" ? { zone } : {});
  return text(zone === "none" ? `${word}-local` : word);
}

export function describeEnum({ values, open, spelling }: EnumType): Schema {
  const written = values.map(({ value }) => (spelling === "number" ? rawNumber(value) : value));
  const isWhole = values.every(({ value }) => /^-?\d+$/.test(value));
  const type = spelling === "string" ? "string" : isWhole ? "integer" : "number";
  const closed = { type, enum: written };
  return open ? { anyOf: [closed, { type }] } : closed;
}
