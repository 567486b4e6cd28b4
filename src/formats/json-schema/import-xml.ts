/** The `xml` objects of OpenAPI: how properties and bodies stand in XML. */
import type { XmlBinding } from "#contract/types.ts";
import { child, isTrueAt, itemsOf, textAt, type Located } from "./located.ts";
import type { References } from "./references.ts";
import { cleanName } from "./type-names.ts";

/** Own, or that of what is referred to, through single allOf too. */
export function xmlOf(schema: Located, references: References): Located | undefined {
  let at: Located | undefined = schema;
  for (let count = 0; at !== undefined && count < 20; count++) {
    const own = child(at, "xml");
    if (own !== undefined) return own;
    const end = references.resolve(at);
    const all = itemsOf(child(at, "allOf"));
    at = end !== undefined && end.node !== at.node ? end : all.length === 1 ? all[0] : undefined;
  }
  return undefined;
}

/**
 * OpenAPI knows no default namespace: what names none is in none. The name of a list without
 * wrapper is that of its items.
 */
export function bindProperty(
  name: string,
  schema: Located,
  list: Located | undefined,
  references: References,
): XmlBinding {
  const xml = xmlOf(schema, references);
  const own = xmlName(xml, cleanName(name));
  const node = nodeOf(xml);
  if (list === undefined || node !== "element") return { node, ...own };
  const items = child(list, "items");
  const itemXml = items && xmlOf(items, references);
  if (xml === undefined || !isWrapped(xml)) {
    return { node, ...xmlName(itemXml, cleanName(name), own.namespace) };
  }
  const { name: wrapperName, namespace } = own;
  return { node, ...xmlName(itemXml, wrapperName), wrapper: { name: wrapperName, namespace } };
}

function isWrapped(xml: Located): boolean {
  // OpenAPI 3.2: a list that is an element of its own is wrapped.
  return isTrueAt(xml, "wrapped") || textAt(xml, "nodeType") === "element";
}

const nodes: readonly XmlBinding["node"][] = [
  ...(["element", "attribute", "text", "inline", "any", "anyAttribute"] as const),
];

function nodeOf(xml: Located | undefined): XmlBinding["node"] {
  if (xml === undefined) return "element";
  if (isTrueAt(xml, "attribute")) return "attribute";
  const named = textAt(xml, "x-node") ?? textAt(xml, "nodeType");
  if (named === "cdata") return "text";
  return nodes.find((node) => node === named) ?? "element";
}

export function xmlName(
  xml: Located | undefined,
  name: string,
  namespaceElse = "",
): { readonly name: string; readonly namespace: string; readonly prefix?: string } {
  const given = xml && textAt(xml, "name");
  const namespace = (xml && textAt(xml, "namespace")) ?? namespaceElse;
  const prefix = xml && textAt(xml, "prefix");
  return {
    name: given === undefined ? name : cleanName(given),
    namespace,
    ...(prefix === undefined || prefix === "" ? {} : { prefix: cleanName(prefix) }),
  };
}
