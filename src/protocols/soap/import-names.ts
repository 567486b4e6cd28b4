/** Names of WSDL 1.1 and its bindings, and how elements of a WSDL are read. */
import type { SourcePlace } from "#base/diagnostic.ts";
import type { QualifiedName } from "#contract/contract.ts";
import { attributeOf, textOf, wsdlNamespace } from "#formats/xml-schema/names.ts";
import type { XmlElement } from "#formats/xml/element.ts";

export const wsdl2Namespace = "http://www.w3.org/ns/wsdl";
export const extensionsNamespace = "http://www.w3.org/ns/wsdl-extensions";
const mimeNamespace = "http://schemas.xmlsoap.org/wsdl/mime/";

const soapNamespaces: ReadonlyMap<string, "1.1" | "1.2"> = new Map([
  ["http://schemas.xmlsoap.org/wsdl/soap/", "1.1"],
  ["http://schemas.xmlsoap.org/wsdl/soap12/", "1.2"],
]);

const httpTransports: ReadonlySet<string> = new Set([
  "http://schemas.xmlsoap.org/soap/http",
  "http://schemas.xmlsoap.org/soap/http/",
  "http://www.w3.org/2003/05/soap/bindings/HTTP/",
  "http://www.w3.org/2003/05/soap/bindings/HTTP",
  "",
]);

/** Of an element of the SOAP binding, undefined for any other. */
export function soapVersionOf(element: XmlElement): "1.1" | "1.2" | undefined {
  return soapNamespaces.get(element.namespace);
}

export function isHttpTransport(transport: string): boolean {
  return httpTransports.has(transport);
}

export function wsdlChildren(element: XmlElement, ...names: string[]): XmlElement[] {
  return elementsOf(element).filter(
    (child) => child.namespace === wsdlNamespace && names.includes(child.name),
  );
}

export function soapChildren(element: XmlElement, name: string): XmlElement[] {
  return elementsOf(element).filter(
    (child) => child.name === name && soapNamespaces.has(child.namespace),
  );
}

export function mimeChildren(element: XmlElement, name: string): XmlElement[] {
  return elementsOf(element).filter(
    (child) => child.name === name && child.namespace === mimeNamespace,
  );
}

export function elementsOf(element: XmlElement): XmlElement[] {
  return element.children.filter((child) => typeof child !== "string");
}

export function documentationOf(element: XmlElement): string | undefined {
  const [documentation] = wsdlChildren(element, "documentation");
  const text = documentation && textOf(documentation).trim().replace(/\s+/g, " ").slice(0, 4_000);
  return text === "" ? undefined : text;
}

export function nameOf(element: XmlElement): string {
  return attributeOf(element, "name") ?? "";
}

/** One definition of a WSDL (message, portType, binding, service) and the file it stands in. */
export interface WsdlDefinition {
  readonly name: QualifiedName;
  readonly element: XmlElement;
  readonly file: string;
  readonly targetNamespace: string;
}

export function placeIn({ file }: { readonly file: string }, element: XmlElement): SourcePlace {
  return { file, line: element.line, column: element.column };
}
