/**
 * Names in schema documents: namespaces, qualified names and how they are looked up (XSD Part 1
 * §3.15.3), and small readings of elements that all of this folder shares.
 */
import type { SourcePlace } from "#base/diagnostic.ts";
import type { QualifiedName } from "#contract/contract.ts";
import type { XmlElement } from "#formats/xml/element.ts";

const schemaNamespace = "http://www.w3.org/2001/XMLSchema";
export const xmlNamespace = "http://www.w3.org/XML/1998/namespace";
export const wsdlNamespace = "http://schemas.xmlsoap.org/wsdl/";

const schemaNamespaces: ReadonlySet<string> = new Set([
  schemaNamespace,
  "http://www.w3.org/2000/10/XMLSchema",
  "http://www.w3.org/1999/XMLSchema",
]);

const encodingNamespaces: ReadonlySet<string> = new Set([
  "http://schemas.xmlsoap.org/soap/encoding/",
  "http://schemas.xmlsoap.org/soap/encoding",
  "http://www.w3.org/2003/05/soap-encoding",
]);

export function isSchemaNamespace(namespace: string): boolean {
  return schemaNamespaces.has(namespace);
}

export function isEncodingNamespace(namespace: string): boolean {
  return encodingNamespaces.has(namespace);
}

/** Namespaces whose schemas are built in, so that no document is read for them. */
export function isBuiltInNamespace(namespace: string): boolean {
  return (
    namespace === xmlNamespace || isSchemaNamespace(namespace) || isEncodingNamespace(namespace)
  );
}

/** Whether a name is of XML Schema or SOAP encoding, which no schema needs to define. */
export function isForeign({ namespace }: QualifiedName): boolean {
  return isSchemaNamespace(namespace) || isEncodingNamespace(namespace);
}

/** Clark notation, the key of every table of definitions. */
export function keyOf(name: QualifiedName): string {
  return `{${name.namespace}}${name.name}`;
}

/** For messages: the name, and its namespace where it has one. */
export function spell(name: QualifiedName): string {
  return name.namespace === "" ? `"${name.name}"` : `"${name.name}" of ${name.namespace}`;
}

export function attributeOf(element: XmlElement, name: string): string | undefined {
  for (const attribute of element.attributes) {
    if (attribute.name === name && attribute.namespace === "") return attribute.value.trim();
  }
  return undefined;
}

export function isSchemaElement(element: XmlElement, name: string): boolean {
  return element.name === name && isSchemaNamespace(element.namespace);
}

/** Child elements of XML Schema but annotations. */
export function schemaChildren(element: XmlElement): XmlElement[] {
  const children: XmlElement[] = [];
  for (const child of element.children) {
    if (typeof child === "string" || !isSchemaNamespace(child.namespace)) continue;
    if (child.name !== "annotation") children.push(child);
  }
  return children;
}

export function schemaChild(element: XmlElement, ...names: string[]): XmlElement | undefined {
  return schemaChildren(element).find((child) => names.includes(child.name));
}

export function textOf(element: XmlElement): string {
  return element.children.filter((child) => typeof child === "string").join("");
}

/** Text of the annotation, at most 4,000 characters. */
export function documentationOf(element: XmlElement): string | undefined {
  for (const annotation of element.children) {
    if (typeof annotation === "string" || !isSchemaElement(annotation, "annotation")) continue;
    for (const child of annotation.children) {
      if (typeof child === "string" || !isSchemaElement(child, "documentation")) continue;
      const text = textOf(child).trim().replace(/\s+/g, " ").slice(0, 4_000);
      if (text !== "") return text;
    }
  }
  return undefined;
}

export function placeOf(element: XmlElement, file: string): SourcePlace {
  return { file, line: element.line, column: element.column };
}

/** The expanded form of `prefix:name` as written at this element; undefined: unknown prefix. */
export function expandName(text: string, element: XmlElement): QualifiedName | undefined {
  const colon = text.indexOf(":");
  const prefix = colon < 0 ? "" : text.slice(0, colon);
  const name = text.slice(colon + 1);
  if (prefix === "xml") return { name, namespace: xmlNamespace };
  const namespace = element.namespaces.get(prefix);
  if (namespace === undefined && prefix !== "") return undefined;
  return { name, namespace: namespace ?? "" };
}

/** `true` and `1` of xs:boolean. */
export function isTrue(text: string | undefined): boolean {
  return text === "true" || text === "1";
}
