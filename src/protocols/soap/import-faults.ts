/** wsdl:fault as declared faults: the elements that may stand in the detail (WSDL 1.1 §3.6). */
import type { DeclaredFault } from "#contract/contract.ts";
import { createNumbering } from "#contract/numbering.ts";
import type { XmlElement } from "#formats/xml/element.ts";
import type { Definitions } from "./import-definitions.ts";
import { documentationOf, nameOf, placeIn, type WsdlDefinition } from "./import-names.ts";
import { wsdlChildren } from "./import-names.ts";
import { type Import, partsOf, recordOfPart } from "./import-parts.ts";

export function declaredFaults(
  context: Import,
  definitions: Definitions,
  operation: XmlElement,
  portType: WsdlDefinition,
): DeclaredFault[] {
  const number = createNumbering();
  const faults: DeclaredFault[] = [];
  for (const fault of wsdlChildren(operation, "fault")) {
    const message = definitions.find("message", "message", fault, portType);
    const name = number(nameOf(fault) || message?.name.name || "fault");
    const documentation = documentationOf(fault);
    const described = documentation === undefined ? {} : { documentation };
    const parts = message === undefined ? [] : partsOf(context, message);
    const [part] = parts;
    if (part === undefined) {
      faults.push({ name, type: undefined, ...described });
      continue;
    }
    if (parts.length > 1) {
      const text = `fault "${name}" has ${parts.length} parts; expected one, the first is taken`;
      context.report.add("warning", "fault-parts", text, placeIn(portType, fault));
    }
    const xml = part.element ?? { name: part.name, namespace: "" };
    faults.push({ name, type: recordOfPart(context, part), xml, ...described });
  }
  return faults;
}
