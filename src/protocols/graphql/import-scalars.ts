/**
 * What scalars of other services hold: by the specification that they name, or by names that have
 * become customary. An operator says it of any other by `@specifiedBy`, with a type of XML Schema:
 * `scalar Weight @specifiedBy(url: "https://www.w3.org/TR/xmlschema-2/#decimal")`.
 */
import type { OpaqueType, ScalarType, Zone } from "#contract/types.ts";

type Scalar = ScalarType | OpaqueType;

const text: Scalar = { kind: "string", whitespace: "preserve" };
const bool: Scalar = { kind: "bool" };
const float: Scalar = { kind: "float", bits: 64 };
const decimal: Scalar = { kind: "decimal" };
const uri: Scalar = { kind: "uri" };
const uuid: Scalar = { kind: "uuid" };
const qname: Scalar = { kind: "qname" };
const seconds: Scalar = { kind: "duration", style: "seconds" };
const calendar: Scalar = { kind: "duration", style: "calendar" };
const base64: Scalar = { kind: "bytes", encoding: "base64" };
const hex: Scalar = { kind: "bytes", encoding: "hex" };
const json: Scalar = { kind: "opaque", content: "json" };
const xml: Scalar = { kind: "opaque", content: "xml" };

function int(bits: 8 | 16 | 32 | 64 | "big", signed = true, minimum?: string): Scalar {
  return { kind: "int", bits, signed, ...(minimum === undefined ? {} : { minimum }) };
}

function zoned(kind: "date" | "time" | "dateTime", zone: Zone): Scalar {
  return { kind, zone };
}

/** Names that services described by Parlance have, whatever specification is named beside them. */
const ours = new Map<string, Scalar>([
  ["ZonedDate", zoned("date", "required")],
  ["XsdDate", zoned("date", "optional")],
  ["XsdTime", zoned("time", "optional")],
  ["LocalTime", zoned("time", "none")],
  ["XsdDateTime", zoned("dateTime", "optional")],
  ["LocalDateTime", zoned("dateTime", "none")],
]);

const custom: readonly (readonly [names: string, type: Scalar])[] = [
  ["String ID", text],
  ["Boolean", bool],
  ["Int", int(32)],
  ["Float Double PositiveFloat NonNegativeFloat NonPositiveFloat NegativeFloat", float],
  ["Short Int16", int(16)],
  ["UInt32 UnsignedInt", int(32, false)],
  ["NonNegativeInt", int(32, true, "0")],
  ["PositiveInt", int(32, true, "1")],
  ["Long Int64 SafeInt bigint", int(64)],
  ["UInt64 UnsignedLong", int(64, false)],
  ["BigInt BigInteger", int("big")],
  ["Decimal BigDecimal BigFloat numeric", decimal],
  ["Date LocalDate date", zoned("date", "none")],
  ["ISO8601Date AWSDate", zoned("date", "optional")],
  ["DateTime Instant OffsetDateTime DateTimeISO ISO8601DateTime", zoned("dateTime", "optional")],
  ["ISODateTime AWSDateTime timestamptz", zoned("dateTime", "optional")],
  ["NaiveDateTime timestamp", zoned("dateTime", "none")],
  ["Time OffsetTime AWSTime timetz", zoned("time", "optional")],
  ["time", zoned("time", "none")],
  ["Duration CalendarDuration ISO8601Duration Period", calendar],
  ["UUID GUID Uuid Guid uuid", uuid],
  ["URL URI Url Uri AWSURL", uri],
  ["QName", qname],
  ["Base64 Base64String Bytes", base64],
  ["Hex", hex],
  ["JSON Json JSONObject JSONValue json jsonb Any _Any Object", json],
  ["XML", xml],
  ["EmailAddress Email AWSEmail PhoneNumber AWSPhone CountryCode Currency CurrencyCode", text],
  ["Locale TimeZone PostalCode HexColorCode HTML Markdown IP IPv4 IPv6 AWSIPAddress MAC", text],
  ["HostName NonEmptyString AWSJSON Cursor ObjectID GitObjectID SemVer Slug JWT", text],
];

const byName = new Map(
  custom.flatMap(([names, type]) => names.split(" ").map((name) => [name, type] as const)),
);

/** Types of XML Schema Part 2. */
const byXsd = new Map<string, Scalar>([
  ["string", text],
  ["boolean", bool],
  ["decimal", decimal],
  ["integer", int("big")],
  ["long", int(64)],
  ["int", int(32)],
  ["short", int(16)],
  ["byte", int(8)],
  ["unsignedLong", int(64, false)],
  ["unsignedInt", int(32, false)],
  ["float", { kind: "float", bits: 32 }],
  ["double", float],
  ["date", zoned("date", "optional")],
  ["time", zoned("time", "optional")],
  ["dateTime", zoned("dateTime", "optional")],
  ["duration", calendar],
  ["dayTimeDuration", seconds],
  ["anyURI", uri],
  ["QName", qname],
  ["base64Binary", base64],
  ["hexBinary", hex],
]);

const byRfc = new Map<string, Scalar>([
  ["3986", uri],
  ["4122", uuid],
  ["9562", uuid],
  ["4648", base64],
  ["7159", json],
  ["8259", json],
]);

/** Last words of addresses at scalars.graphql.org. */
const byWord = new Map<string, Scalar>([
  ["date-time", zoned("dateTime", "required")],
  ["local-date-time", zoned("dateTime", "none")],
  ["local-date", zoned("date", "none")],
  ["local-time", zoned("time", "none")],
  ["decimal", decimal],
  ["long", int(64)],
  ["short", int(16)],
  ["uuid", uuid],
  ["uri", uri],
  ["url", uri],
]);

/** Undefined: nobody knows. @param url of `@specifiedBy`. */
export function scalarNamed(name: string, url: string | undefined): Scalar | undefined {
  return ours.get(name) ?? specified(name, url ?? "") ?? byName.get(name);
}

function specified(name: string, url: string): Scalar | undefined {
  const [, xsd] = /\/(?:xmlschema-2\/?|XMLSchema|xmlschema11-2\/?)#(\w+)$/.exec(url) ?? [];
  if (xsd !== undefined) return byXsd.get(xsd);
  const [, rfc] = /\/rfc(\d+)\b/i.exec(url) ?? [];
  if (rfc === "3339") {
    if (name === "Date") return zoned("date", "none");
    return zoned(name === "Time" ? "time" : "dateTime", "required");
  }
  if (rfc !== undefined) return byRfc.get(rfc);
  const [, word = ""] = /\/\/scalars\.graphql\.org\/.*?([a-z-]+)(?:\.html)?$/.exec(url) ?? [];
  return byWord.get(word);
}
