/** The built-in simple types of XSD Part 2 §3 in the contract model. */
import type { ScalarType, StringType, Type } from "#contract/types.ts";

export const anyType: Type = { kind: "opaque", content: "xml" };
export const plainString: StringType = { kind: "string", whitespace: "preserve" };
const collapsed: StringType = { kind: "string", whitespace: "collapse" };

const zone = "(Z|[+\\-](0[0-9]|1[0-4]):[0-5][0-9])?";

function matching(pattern: string, format?: string): StringType {
  const base: StringType = { ...collapsed, pattern, patternDialect: "xsd" };
  return format === undefined ? base : { ...base, format };
}

function int(bits: 8 | 16 | 32 | 64 | "big", signed: boolean): ScalarType {
  return { kind: "int", bits, signed };
}

function listOf(item: Type): Type {
  return { kind: "list", item, itemNullable: false, min: 1, xmlText: true };
}

const nmtoken = matching("\\c+");
const ncName = matching("[\\i-[:]][\\c-[:]]*");

const types: ReadonlyMap<string, Type> = new Map<string, Type>([
  ["anyType", anyType],
  ["anySimpleType", plainString],
  ["anyAtomicType", plainString],
  ["string", plainString],
  ["normalizedString", { kind: "string", whitespace: "replace" }],
  ["token", collapsed],
  ["language", matching("[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")],
  ["Name", matching("\\i\\c*")],
  ["NCName", ncName],
  ["NMTOKEN", nmtoken],
  ["NMTOKENS", listOf(nmtoken)],
  ["ID", ncName],
  ["IDREF", ncName],
  ["IDREFS", listOf(ncName)],
  ["ENTITY", ncName],
  ["ENTITIES", listOf(ncName)],
  ["boolean", { kind: "bool" }],
  ["decimal", { kind: "decimal" }],
  ["integer", int("big", true)],
  ["nonNegativeInteger", { kind: "int", bits: "big", signed: false, minimum: "0" }],
  ["positiveInteger", { kind: "int", bits: "big", signed: false, minimum: "1" }],
  ["nonPositiveInteger", { kind: "int", bits: "big", signed: true, maximum: "0" }],
  ["negativeInteger", { kind: "int", bits: "big", signed: true, maximum: "-1" }],
  ["long", int(64, true)],
  ["int", int(32, true)],
  ["short", int(16, true)],
  ["byte", int(8, true)],
  ["unsignedLong", int(64, false)],
  ["unsignedInt", int(32, false)],
  ["unsignedShort", int(16, false)],
  ["unsignedByte", int(8, false)],
  ["float", { kind: "float", bits: 32 }],
  ["double", { kind: "float", bits: 64 }],
  ["date", { kind: "date", zone: "optional" }],
  ["time", { kind: "time", zone: "optional" }],
  ["dateTime", { kind: "dateTime", zone: "optional" }],
  ["dateTimeStamp", { kind: "dateTime", zone: "required" }],
  ["timeInstant", { kind: "dateTime", zone: "optional" }],
  ["duration", { kind: "duration", style: "calendar" }],
  ["dayTimeDuration", { kind: "duration", style: "seconds" }],
  ["yearMonthDuration", { kind: "duration", style: "calendar" }],
  ["gYear", matching(`-?[0-9]{4,}${zone}`, "gYear")],
  ["gYearMonth", matching(`-?[0-9]{4,}-(0[1-9]|1[0-2])${zone}`, "gYearMonth")],
  ["gMonth", matching(`--(0[1-9]|1[0-2])${zone}`, "gMonth")],
  ["gMonthDay", matching(`--(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])${zone}`, "gMonthDay")],
  ["gDay", matching(`---(0[1-9]|[12][0-9]|3[01])${zone}`, "gDay")],
  ["anyURI", { kind: "uri" }],
  ["QName", { kind: "qname" }],
  ["NOTATION", { kind: "qname" }],
  ["base64Binary", { kind: "bytes", encoding: "base64" }],
  ["base64", { kind: "bytes", encoding: "base64" }],
  ["hexBinary", { kind: "bytes", encoding: "hex" }],
]);

/** By local name; the types of SOAP encoding (`soapenc:string`) have the same ones. */
export function builtInType(name: string): Type | undefined {
  return types.get(name);
}

/** Types that only mean something together with others of the document. */
export function isIdentity(name: string): boolean {
  return ["ID", "IDREF", "IDREFS", "ENTITY", "ENTITIES"].includes(name);
}
