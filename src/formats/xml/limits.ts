/** Bounds on XML documents: those of every document, and those of markup. */
import { defaultDocumentLimits, type DocumentLimits } from "#base/limits.ts";

export interface XmlLimits extends DocumentLimits {
  /** UTF-16 units of one name. */
  readonly nameLengthMax: number;
  /** Attributes of one element, namespace declarations included. */
  readonly attributesMax: number;
  /** Namespace declarations that are in scope at once. */
  readonly namespacesMax: number;
  /** References resolved inside one document (SOAP encoding's href). */
  readonly referencesMax: number;
}

const markupLimits = {
  nameLengthMax: 1_024,
  attributesMax: 256,
  namespacesMax: 256,
  referencesMax: 10_000,
};

/** For messages. */
export const defaultXmlLimits: XmlLimits = { ...defaultDocumentLimits, ...markupLimits };

/** The bounds of messages under an operator's document limits. */
export function messageXmlLimits(limits: DocumentLimits): XmlLimits {
  return { ...markupLimits, ...limits };
}

/** The bounds of contract documents: they may declare many prefixes. */
export function contractXmlLimits(limits: DocumentLimits): XmlLimits {
  return { ...markupLimits, namespacesMax: 4_096, ...limits };
}
