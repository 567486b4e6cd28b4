/** SOAP envelopes by hand, and documents compared by what they say: no prefixes, no spelling. */
import assert from "node:assert/strict";
import type { XmlElement } from "#formats/xml/element.ts";
import { parseXmlTree } from "#formats/xml/parse-tree.ts";

const envelope11 = "http://schemas.xmlsoap.org/soap/envelope/";
export const envelope12 = "http://www.w3.org/2003/05/soap-envelope";

export function envelopeOf(body: string, header = "", namespace = envelope11): string {
  const head = header === "" ? "" : `<s:Header>${header}</s:Header>`;
  return `<s:Envelope xmlns:s="${namespace}">${head}<s:Body>${body}</s:Body></s:Envelope>`;
}

export const types = {
  "1.1": "text/xml; charset=utf-8",
  "1.2": "application/soap+xml; charset=utf-8",
} as const;

/** Names with namespaces, attributes in order of names, texts of elements without children. */
export interface Infoset {
  readonly name: string;
  readonly attributes: readonly string[];
  readonly content: string | readonly Infoset[];
}

export function infosetOf(document: string): Infoset {
  const parsed = parseXmlTree(document);
  assert.ok("root" in parsed && parsed.root !== undefined, `no XML: ${document.slice(0, 500)}`);
  return infosetIn(parsed.root);
}

function infosetIn({ name, namespace, attributes, children }: XmlElement): Infoset {
  const elements = children.filter((child) => typeof child !== "string");
  const text = children.filter((child) => typeof child === "string").join("");
  return {
    name: `{${namespace}}${name}`,
    attributes: attributes
      .filter((one) => one.namespace !== "http://www.w3.org/2000/xmlns/" && one.name !== "xmlns")
      .map((one) => `{${one.namespace}}${one.name}=${one.value}`)
      .sort(),
    content: elements.length === 0 ? text : elements.map((child) => infosetIn(child)),
  };
}

/** The element of a document whose local name is given, wherever it stands. */
export function find(infoset: Infoset, name: string): Infoset | undefined {
  if (infoset.name.endsWith(`}${name}`)) return infoset;
  if (typeof infoset.content === "string") return undefined;
  for (const child of infoset.content) {
    const found = find(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function textOf(document: string, name: string): string | undefined {
  const found = find(infosetOf(document), name);
  return typeof found?.content === "string" ? found.content : undefined;
}
