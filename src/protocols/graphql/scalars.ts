/**
 * Scalars of the contract model in GraphQL. What 32 bits or a double cannot hold is a string in
 * answers; callers may also write it as a number, of which no digit is lost.
 */
import {
  GraphQLError,
  GraphQLScalarType,
  Kind,
  valueFromASTUntyped,
  type ValueNode,
} from "graphql";
import { GraphQLBoolean, GraphQLString } from "graphql";
import { compileScalarText, type ScalarText } from "#contract/check-scalar.ts";
import type { EnumType, OpaqueType, ScalarType, Zone } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import { ExactNumber, exactNumber, readExactValue } from "#formats/json/exact-value.ts";
import { plainDecimal, wholeDigits } from "#formats/json/plain-number.ts";

const xsd = "https://www.w3.org/TR/xmlschema-2/#";
const rfc = "https://www.rfc-editor.org/rfc/rfc";

interface Spelling {
  /** Whether it may stand there as a number, and whether also as a string. */
  readonly number?: "whole" | "any";
  readonly string?: boolean;
  readonly url?: string;
  readonly description: string;
}

const digitsMax = 1_000;

function scalar(
  name: string,
  type: ScalarType,
  { number, string = true, url, description }: Spelling,
): GraphQLScalarType {
  const text = compileScalarText(type);
  const read = (source: string, isNumber: boolean): Value => {
    const plain = isNumber ? plainDecimal(source, digitsMax) : source;
    const digits =
      number === "whole" && isNumber && plain !== undefined ? wholeDigits(plain) : plain;
    const value = digits === undefined ? undefined : text.read(digits);
    if (value === undefined) throw refusal(name, text, source);
    return value;
  };
  return new GraphQLScalarType({
    name,
    description,
    specifiedByURL: url,
    serialize: (value) => write(name, text, value as Value),
    parseValue(value) {
      if (typeof value === "string" && string) return read(value, false);
      if (number !== undefined && typeof value === "number") return read(String(value), true);
      if (number !== undefined && value instanceof ExactNumber) return read(value.text, true);
      throw refusal(name, text, shown(value));
    },
    parseLiteral(node) {
      if (node.kind === Kind.STRING && string) return read(node.value, false);
      const isNumber = node.kind === Kind.INT || node.kind === Kind.FLOAT;
      if (isNumber && number !== undefined) return read(node.value, true);
      throw refusal(name, text, "value" in node ? String(node.value) : node.kind, node);
    },
  });
}

/** Numbers and texts are what answers hold; bytes become their text. */
function write(name: string, text: ScalarText, value: Value): unknown {
  if (typeof value === "number") {
    // JSON.stringify leaves out its sign.
    if (Object.is(value, -0)) return new ExactNumber("-0");
    if (Number.isFinite(value)) return value;
    throw new GraphQLError(`${name} cannot represent ${value}`);
  }
  const written = typeof value === "string" ? value : text.write(value);
  if (written === undefined) throw new GraphQLError(`${name} cannot represent ${shown(value)}`);
  return written;
}

function refusal(name: string, { expected }: ScalarText, found: string, node?: ValueNode): Error {
  const message = `${name}: expected ${expected}, found ${found.slice(0, 100)}`;
  return new GraphQLError(message, node === undefined ? {} : { nodes: node });
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 100) ?? "nothing";
}

function whole(name: string, bits: 32 | 64 | "big", signed: boolean, description: string) {
  const string = bits !== 32;
  return scalar(name, { kind: "int", bits, signed }, { number: "whole", string, description });
}

/** GraphQL's own of these names lose the text of a number, 1.0 for a whole one. */
const int = whole("Int", 32, true, "A whole number of 32 bits.");
const float = scalar(
  "Float",
  { kind: "float", bits: 64 },
  {
    ...{ number: "any", string: false, description: "A number as IEEE 754 has it." },
  },
);
const uint32 = whole("UInt32", 32, false, "A whole number from 0 to 4294967295.");
const int64 = whole("Int64", 64, true, "A whole number of 64 bits, as a string of digits.");
const uint64 = whole(
  "UInt64",
  64,
  false,
  "A whole number from 0 to 2^64-1, as a string of digits.",
);
const bigInt = whole("BigInt", "big", true, "A whole number of any size, as a string of digits.");
const decimal = scalar(
  "Decimal",
  { kind: "decimal" },
  {
    ...{ number: "any", url: `${xsd}decimal` },
    description: "A decimal number as a string, exact to the digit.",
  },
);
const bytes = scalar(
  "Base64",
  { kind: "bytes", encoding: "base64" },
  {
    ...{ url: `${rfc}4648`, description: "Bytes in base64." },
  },
);
const hex = scalar(
  "Hex",
  { kind: "bytes", encoding: "hex" },
  {
    description: "Bytes as hexadecimal digits.",
  },
);
const duration = scalar(
  "Duration",
  { kind: "duration", style: "seconds" },
  {
    ...{ url: `${xsd}dayTimeDuration`, description: "A length of time: PT1.5S." },
  },
);
const calendarDuration = scalar(
  "CalendarDuration",
  { kind: "duration", style: "calendar" },
  {
    ...{
      url: `${xsd}duration`,
      description: "A length of time that may hold years and months: P1M.",
    },
  },
);
const uri = scalar("URI", { kind: "uri" }, { url: `${rfc}3986`, description: "A URI." });
const qname = scalar(
  "QName",
  { kind: "qname" },
  {
    description: "A name in a namespace: {namespace}local, or local.",
  },
);
const uuid = scalar("UUID", { kind: "uuid" }, { url: `${rfc}9562`, description: "A UUID." });

type Timed = "date" | "time" | "dateTime";

/** The plain names are those of RFC 3339; XML Schema lets callers choose whether to tell a zone. */
const timed: Readonly<Record<Timed, Readonly<Record<Zone, GraphQLScalarType>>>> = {
  date: zoned("date", ["ZonedDate", "XsdDate", "Date"]),
  time: zoned("time", ["Time", "XsdTime", "LocalTime"]),
  dateTime: zoned("dateTime", ["DateTime", "XsdDateTime", "LocalDateTime"]),
};

function zoned(
  kind: Timed,
  [required, optional, none]: readonly [string, string, string],
): Readonly<Record<Zone, GraphQLScalarType>> {
  const one = (zone: Zone, name: string, description: string): GraphQLScalarType => {
    const url = /^(?:Date|Time|DateTime)$/.test(name) ? `${rfc}3339` : `${xsd}${kind}`;
    return scalar(name, { kind, zone }, { url, description });
  };
  return {
    required: one("required", required, `A ${kind} with its offset from UTC.`),
    optional: one("optional", optional, `A ${kind}, with or without its offset from UTC.`),
    none: one("none", none, `A ${kind} without an offset.`),
  };
}

/** The value is the text of the JSON, exact to the digit. */
export const json: GraphQLScalarType = new GraphQLScalarType({
  name: "JSON",
  description: "JSON of any shape.",
  specifiedByURL: `${rfc}8259`,
  serialize(text) {
    const read = readExactValue(String(text));
    if (read.kind === "value") return read.value;
    throw new GraphQLError(`JSON cannot represent it: ${read.message}`);
  },
  parseValue: (value) => JSON.stringify(value),
  parseLiteral(node, variables) {
    const text = JSON.stringify(valueOf(node, variables ?? undefined));
    // What a literal may be is what a variable may be; those have been read by the limits.
    const read = readExactValue(text);
    if (read.kind === "value") return text;
    throw new GraphQLError(`JSON: ${read.message}`, { nodes: node });
  },
});

function valueOf(node: ValueNode, variables: Record<string, unknown> | undefined): unknown {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      return exactNumber(node.value);
    case Kind.LIST:
      return node.values.map((one) => valueOf(one, variables));
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map(({ name, value }) => [name.value, valueOf(value, variables)]),
      );
    case Kind.VARIABLE: {
      // What a variable of this type holds is its text.
      const text = variables?.[node.name.value];
      const read = typeof text === "string" ? readExactValue(text) : undefined;
      return read?.kind === "value" ? read.value : (text ?? null);
    }
    default:
      return valueFromASTUntyped(node, variables);
  }
}

const xml = new GraphQLScalarType({ name: "XML", description: "XML as its text." });

export function scalarOf(type: ScalarType | OpaqueType): GraphQLScalarType {
  switch (type.kind) {
    case "bool":
      return GraphQLBoolean;
    case "int":
      if (type.bits === 64) return type.signed ? int64 : uint64;
      if (type.bits === "big") return bigInt;
      return type.bits === 32 && !type.signed ? uint32 : int;
    case "decimal":
      return decimal;
    case "float":
      return float;
    case "string":
      return GraphQLString;
    case "bytes":
      return type.encoding === "hex" ? hex : bytes;
    case "date":
    case "time":
    case "dateTime":
      return timed[type.kind][type.zone];
    case "duration":
      return type.style === "seconds" ? duration : calendarDuration;
    case "uri":
      return uri;
    case "qname":
      return qname;
    case "uuid":
      return uuid;
    case "opaque":
      return type.content === "json" ? json : type.content === "xml" ? xml : bytes;
  }
}

/** Names that types of a contract cannot have. */
export const scalarNames: readonly string[] = [
  ...["Int", "Float", "String", "Boolean", "ID", "Query", "Mutation", "Subscription"],
  ...[uint32, int64, uint64, bigInt, decimal, bytes, hex, duration, calendarDuration, uri]
    .concat([qname, uuid, json, xml, ...Object.values(timed).flatMap((one) => Object.values(one))])
    .map(({ name }) => name),
];

/** Checks a value that GraphQL has read as one of the type's kind; undefined: all are good. */
export function compileCheck(
  type: ScalarType | EnumType,
): { readonly check: (value: Value) => Value | undefined; readonly expected: string } | undefined {
  if (type.kind === "bool") return undefined;
  const text = compileScalarText(type);
  const check = (value: Value): Value | undefined => {
    const written = typeof value === "string" ? value : text.write(value);
    return written === undefined ? undefined : text.read(written);
  };
  return { check, expected: text.expected };
}
