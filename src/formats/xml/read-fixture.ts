/** Reads pieces of XML under small contracts, for the tests of the reader. */
import type { NamedType, RecordType, Type } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import type { XmlReadOptions } from "./codec-options.ts";
import { compileXmlReader } from "./compile-reader.ts";
import { contractOf, element, field, listOf, orderNamespace, string } from "./order-fixture.ts";

export const strict: XmlReadOptions = { unknown: "reject" };
export const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

/** Records without a prototype, lists and scalars as plain data. */
export function plain(value: Value): unknown {
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return (value as readonly Value[]).map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

export function readAs(
  types: readonly NamedType[],
  type: Type,
  xml: string,
  options = strict,
): unknown {
  const reader = compileXmlReader(contractOf(types), element("r"), type, options);
  const read = reader.read(`<r xmlns="${orderNamespace}" ${xsi}>${xml}</r>`);
  if (read.kind === "value") return plain(read.value);
  return `${read.code} at ${read.place}: ${read.message.replace(/ \(line.*/, "")}`;
}

export function record(...fields: RecordType["fields"]): RecordType {
  return { kind: "record", fields };
}

/** A type that holds itself. */
export const chained: NamedType = {
  name: "Chained",
  xmlName: { name: "Chained", namespace: "u" },
  type: record(
    field("v", string, { presence: "optional", xml: element("v", "") }),
    field("next", listOf({ kind: "ref", name: "Chained" }), {
      presence: "optional",
      xml: element("next", ""),
    }),
  ),
};
