/** Contract documents (WSDL, XSD) as trees of elements with places; messages never become one. */
import { contractDocumentLimits, type DocumentLimits } from "#base/limits.ts";
import { faultOf, type DocumentFault } from "#contract/document-fault.ts";
import { decodeXmlBytes } from "./decode-bytes.ts";
import type { XmlAttribute, XmlElement } from "./element.ts";
import { contractXmlLimits } from "./limits.ts";
import { prefixesInScope } from "./namespace-scope.ts";
import { createPositionTracker } from "./position.ts";
import { endOfDocument, endTag, startTag, textToken, XmlTokenizer } from "./tokenizer.ts";

export type ParsedXmlTree =
  { readonly root: XmlElement } | { readonly diagnostic: XmlTreeDiagnostic };

/** Says what is wrong; the caller knows the file. */
export interface XmlTreeDiagnostic {
  readonly code: string;
  readonly severity: "error";
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

interface OpenElement extends XmlElement {
  readonly children: (XmlElement | string)[];
}

/** Never throws. A text is taken as decoded, whatever its declaration says of the encoding. */
export function parseXmlTree(
  document: string | Uint8Array,
  limits: DocumentLimits = contractDocumentLimits,
): ParsedXmlTree {
  try {
    const text =
      typeof document === "string" ? document : decodeXmlBytes(document, undefined, limits).text;
    return { root: readTree(new XmlTokenizer(text, contractXmlLimits(limits))) };
  } catch (error) {
    return { diagnostic: diagnosticOf(faultOf(error)) };
  }
}

function diagnosticOf(fault: DocumentFault): XmlTreeDiagnostic {
  const { code, message, line = 1, column = 1 } = fault;
  const inside = fault.place === "" ? "" : `, in ${fault.place}`;
  return { code, severity: "error", message: `${message}${inside}`, line, column };
}

function readTree(tokenizer: XmlTokenizer): XmlElement {
  const position = createPositionTracker(tokenizer.source);
  const open: OpenElement[] = [];
  let root: OpenElement | undefined;
  for (let token = tokenizer.next(); token !== endOfDocument; token = tokenizer.next()) {
    const parent = open.at(-1);
    if (token === startTag) {
      const element = readElement(tokenizer, parent, position(tokenizer.tagStart));
      root ??= element;
      parent?.children.push(element);
      open.push(element);
    } else if (token === endTag) open.pop();
    else if (token === textToken && parent !== undefined) addText(parent, tokenizer.text);
  }
  return root as OpenElement;
}

function readElement(
  tokenizer: XmlTokenizer,
  parent: XmlElement | undefined,
  { line, column }: { readonly line: number; readonly column: number },
): OpenElement {
  return {
    name: tokenizer.name,
    namespace: tokenizer.namespace,
    prefix: tokenizer.prefix,
    attributes: readAttributes(tokenizer),
    children: [],
    namespaces:
      parent !== undefined && !tokenizer.declaresNamespaces
        ? parent.namespaces
        : prefixesInScope(tokenizer.scope),
    line,
    column,
  };
}

const noAttributes: readonly XmlAttribute[] = [];

function readAttributes({ attributes }: XmlTokenizer): readonly XmlAttribute[] {
  if (attributes.count === 0) return noAttributes;
  return Array.from({ length: attributes.count }, (_, index) => ({
    name: attributes.name(index),
    namespace: attributes.namespace(index),
    value: attributes.value(index),
  }));
}

/** Texts that only a comment or a CDATA section parts become one. */
function addText({ children }: OpenElement, text: string): void {
  const last = children.at(-1);
  if (typeof last === "string") children[children.length - 1] = last + text;
  else children.push(text);
}
