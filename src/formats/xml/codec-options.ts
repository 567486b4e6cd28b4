/** What a compiled XML codec offers, and what the contract leaves open to its user. */
import type { DocumentLimits } from "#base/limits.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import type { Value } from "#contract/value.ts";
import type { XmlTokenizer } from "./tokenizer.ts";

export interface XmlReadOptions {
  /** Elements and attributes that the contract does not know, in records that are not open. */
  readonly unknown: "reject" | "drop";
  /** SOAP encoding: any order, href to multiRef elements, xsi:type of types that are not ours. */
  readonly encoded?: boolean;
  /** Namespaces of attributes that may stand anywhere, such as mustUnderstand and wsu:Id. */
  readonly attributesIgnored?: readonly string[];
  /** Whether the root element may be nil. */
  readonly nullable?: boolean;
  readonly limits?: DocumentLimits;
}

export type XmlRead = { readonly kind: "value"; readonly value: Value } | DocumentFault;

export interface XmlReader {
  /** Reads a whole document; text counts as decoded. */
  readonly read: (document: Uint8Array | string, charset?: string) => XmlRead;
  /**
   * Reads the element whose start tag the tokenizer stands at, and its end tag; the token at hand
   * is that end tag then. Throws DocumentFailure.
   */
  readonly readAt: (tokenizer: XmlTokenizer) => Value;
}

export interface XmlWriteOptions {
  /** Whether the root element may be nil. */
  readonly nullable?: boolean;
}

export type XmlWrite = { readonly kind: "text"; readonly text: string } | DocumentFault;

/**
 * Takes bytes that are the whole content of an element, to be carried elsewhere; what it gives
 * stands in their place. Undefined: they stand there themselves, as base64.
 */
export type BytesTaker = (bytes: Uint8Array, mediaType: string | undefined) => string | undefined;

export interface XmlWriter {
  /** The element with all namespace declarations that it needs. */
  readonly write: (value: Value, takeBytes?: BytesTaker) => XmlWrite;
  /** The same behind an XML declaration for UTF-8. */
  readonly writeDocument: (value: Value) => XmlWrite;
}
