/**
 * Which bindings of a WSDL count: all SOAP bindings over HTTP of a port type, merged, those of
 * ports first. Other transports count only where a port type has nothing better.
 */
import { attributeOf } from "#formats/xml-schema/names.ts";
import type { Report } from "#formats/xml-schema/report.ts";
import type { XmlElement } from "#formats/xml/element.ts";
import type { Definitions } from "./import-definitions.ts";
import { isHttpTransport, placeIn, soapVersionOf } from "./import-names.ts";
import { elementsOf, type WsdlDefinition, wsdlChildren } from "./import-names.ts";

export interface SoapBindingDefinition {
  /** Undefined: assumed, because the document has no bindings at all. */
  readonly definition: WsdlDefinition | undefined;
  readonly version: "1.1" | "1.2";
  readonly style: "document" | "rpc";
  readonly overHttp: boolean;
}

export interface BoundPortType {
  readonly portType: WsdlDefinition;
  readonly bindings: readonly SoapBindingDefinition[];
}

export function bindPortTypes(definitions: Definitions, report: Report): BoundPortType[] {
  const bound = new Map<WsdlDefinition, SoapBindingDefinition[]>();
  const withoutSoap = new Set<WsdlDefinition>();
  for (const definition of bindingsInOrder(definitions)) {
    const binding = soapBindingOf(definition, report);
    const portType = definitions.find("portType", "type", definition.element, definition);
    if (portType === undefined) continue;
    if (binding === undefined) withoutSoap.add(portType);
    else if (bound.has(portType)) addBinding(bound.get(portType) ?? [], binding, report);
    else bound.set(portType, [binding]);
  }
  const portTypes = definitions.all("portType");
  if (definitions.all("binding").length === 0) {
    return portTypes.map((portType) => assumeBinding(portType, report));
  }
  for (const portType of portTypes) {
    if (bound.has(portType) || withoutSoap.has(portType)) continue;
    const text = `portType "${portType.name.name}" has no binding; its operations are not offered`;
    report.add("info", "unbound-port-type", text, placeIn(portType, portType.element));
  }
  return [...bound].map(([portType, bindings]) => ({
    portType,
    bindings: overHttpFirst(bindings, report),
  }));
}

const bindingsMax = 100;

function addBinding(
  bindings: SoapBindingDefinition[],
  binding: SoapBindingDefinition,
  report: Report,
): void {
  if (bindings.length < bindingsMax) bindings.push(binding);
  else
    report.add("error", "too-many-bindings", `a port type has more than ${bindingsMax} bindings`);
}

function bindingsInOrder(definitions: Definitions): Set<WsdlDefinition> {
  const bindings = new Set<WsdlDefinition>();
  for (const service of definitions.all("service")) {
    for (const port of wsdlChildren(service.element, "port")) {
      const binding = definitions.find("binding", "binding", port, service);
      if (binding !== undefined) bindings.add(binding);
    }
  }
  for (const binding of definitions.all("binding")) bindings.add(binding);
  return bindings;
}

function soapBindingOf(
  definition: WsdlDefinition,
  report: Report,
): SoapBindingDefinition | undefined {
  const { element, name } = definition;
  for (const child of elementsOf(element)) {
    const version = soapVersionOf(child);
    if (version === undefined || child.name !== "binding") continue;
    const overHttp = isHttpTransport(attributeOf(child, "transport") ?? "");
    return { definition, version, style: styleOf(child) ?? "document", overHttp };
  }
  const text = `binding "${name.name}" is not a SOAP binding; it is not offered`;
  report.add("info", "binding-left-out", text, placeIn(definition, element));
  return undefined;
}

export function styleOf(element: XmlElement): "document" | "rpc" | undefined {
  const style = attributeOf(element, "style");
  return style === "rpc" || style === "document" ? style : undefined;
}

function overHttpFirst(
  bindings: readonly SoapBindingDefinition[],
  report: Report,
): readonly SoapBindingDefinition[] {
  const overHttp = bindings.filter((binding) => binding.overHttp);
  for (const { definition, overHttp: ours } of bindings) {
    if (ours || definition === undefined) continue;
    const name = `binding "${definition.name.name}"`;
    const place = placeIn(definition, definition.element);
    if (overHttp.length > 0) {
      const text = `${name} has another transport than HTTP; it is left out`;
      report.add("info", "transport-left-out", text, place);
    } else {
      const text = `${name} has another transport than HTTP; expected instances that take HTTP`;
      report.add("warning", "transport-assumed", text, place);
    }
  }
  return overHttp.length > 0 ? overHttp : bindings;
}

function assumeBinding(portType: WsdlDefinition, report: Report): BoundPortType {
  const name = portType.name.name;
  const text = `no binding anywhere; portType "${name}" is taken as SOAP 1.1 document/literal`;
  report.add("warning", "binding-assumed", text, placeIn(portType, portType.element));
  const binding: SoapBindingDefinition = {
    definition: undefined,
    version: "1.1",
    style: "document",
    overHttp: true,
  };
  return { portType, bindings: [binding] };
}
