/** soap:header of a binding as typed header fields (WSDL 1.1 §3.7). */
import type { HeaderField } from "#contract/contract.ts";
import { createNumbering } from "#contract/numbering.ts";
import { attributeOf, isTrue, wsdlNamespace } from "#formats/xml-schema/names.ts";
import type { XmlElement } from "#formats/xml/element.ts";
import { type Direction, headersOf } from "./import-body.ts";
import type { Definitions } from "./import-definitions.ts";
import { placeIn, soapChildren, type WsdlDefinition } from "./import-names.ts";
import { type Import, partsOf } from "./import-parts.ts";

/**
 * Deviation: WS-I R2738 wants every declared header to be sent; here one is required only where
 * the contract says wsdl:required, because most declare headers that are sent now and then.
 */
export function headerFields(
  context: Import,
  definitions: Definitions,
  direction: Direction,
  from: WsdlDefinition,
): HeaderField[] {
  if (direction.binding === undefined) return [];
  const number = createNumbering();
  const fields: HeaderField[] = [];
  for (const header of headersOf(direction.binding)) {
    const field = headerField(context, definitions, header, from);
    if (field !== undefined) fields.push({ ...field, name: number(field.name) });
    for (const fault of soapChildren(header, "headerfault")) {
      const text = "faults in headers are passed on as undeclared ones";
      context.report.add("info", "header-fault", text, placeIn(from, fault));
    }
  }
  return fields;
}

function headerField(
  context: Import,
  definitions: Definitions,
  header: XmlElement,
  from: WsdlDefinition,
): HeaderField | undefined {
  const message = definitions.find("message", "message", header, from);
  if (message === undefined) return undefined;
  const wanted = attributeOf(header, "part");
  const part = partsOf(context, message).find(({ name }) => name === wanted);
  if (part === undefined) {
    const name = message.name.name;
    const text = `message "${name}" has no part "${wanted ?? ""}"; the header is left out`;
    context.report.add("warning", "missing-part", text, placeIn(from, header));
    return undefined;
  }
  const xml = part.element ?? {
    name: part.name,
    namespace: attributeOf(header, "namespace") ?? "",
  };
  return { name: xml.name, type: part.type, required: isRequired(header), xml };
}

function isRequired(header: XmlElement): boolean {
  return header.attributes.some(
    ({ name, namespace, value }) =>
      name === "required" && namespace === wsdlNamespace && isTrue(value),
  );
}
