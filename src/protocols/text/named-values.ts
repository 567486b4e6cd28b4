/**
 * What an answer says by name, in any order and whether or not it is the answer of the contract:
 * keys, elements of a root, fields of a line. For faults that a value tells.
 */
import { orFault } from "#contract/document-fault.ts";
import type { TextLayout } from "#contract/text-layout.ts";
import { defaultDocumentLimits } from "#base/limits.ts";
import { decodeMessage, type TextCharset } from "#formats/delimited-text/charset.ts";
import type { MessageCodec } from "#formats/delimited-text/compile.ts";
import { joinPairs, splitPairs } from "#formats/delimited-text/pairs.ts";
import { parseXmlTree } from "#formats/xml/parse-tree.ts";
import { xmlDocument } from "./xml-document.ts";
import { elementsIn, escapeXml, textIn } from "./xml-rpc-values.ts";

export type NamedValues = ReadonlyMap<string, string>;

/** Name of what the root element is called. */
const rootName = "/";

/** Undefined: it says nothing by name. */
export function readNamed(
  layout: TextLayout,
  body: Buffer,
  charset: TextCharset,
  answer: MessageCodec,
): NamedValues | undefined {
  const read = orFault(() => ({
    kind: "value" as const,
    value: named(layout, body, charset, answer),
  }));
  return read.kind === "value" ? read.value : undefined;
}

function named(
  layout: TextLayout,
  body: Buffer,
  charset: TextCharset,
  answer: MessageCodec,
): NamedValues | undefined {
  switch (layout.kind) {
    case "pairs":
      return new Map(splitPairs(decodeMessage(charset, body), layout, charset));
    case "xml": {
      const parsed = parseXmlTree(xmlDocument(charset, body), defaultDocumentLimits);
      if (!("root" in parsed)) return undefined;
      const { root } = parsed;
      const inside = elementsIn(root).map((one): [string, string] => [one.name, textIn(one)]);
      return new Map([[rootName, root.name], ...inside]);
    }
    case "lines": {
      const read = answer.read(body);
      if (read.kind === "fault") return undefined;
      const texts = Object.entries(read.value).flatMap(([name, value]): [string, string][] =>
        typeof value === "object" ? [] : [[name, String(value)]],
      );
      return new Map(texts);
    }
    case "xml-rpc":
    case "empty":
      return undefined;
  }
}

/** Undefined: the layout has no place for values that are not of the answer. */
export function writeNamed(
  layout: TextLayout,
  values: NamedValues,
  charset: TextCharset,
): string | undefined {
  if (layout.kind === "pairs") return joinPairs([...values], layout, charset);
  if (layout.kind !== "xml") return undefined;
  const root = values.get(rootName) ?? layout.root;
  const inside = [...values].filter(([name]) => name !== rootName);
  const elements = inside.map(([name, value]) => `<${name}>${escapeXml(value, "")}</${name}>`);
  const declaration = `<?xml version="1.0" encoding="${charset.name}"?>\n`;
  return `${declaration}<${root}>${elements.join("")}</${root}>`;
}
