/** A parsed XML document as a tree, for contract documents; messages never become one. */
export interface XmlElement {
  /** Local name. */
  readonly name: string;
  /** Namespace URI, "" for none. */
  readonly namespace: string;
  readonly prefix: string;
  readonly attributes: readonly XmlAttribute[];
  /** Elements and text (entities resolved, CDATA merged), in document order. */
  readonly children: readonly (XmlElement | string)[];
  /** Prefixes in scope, the default namespace under "". */
  readonly namespaces: ReadonlyMap<string, string>;
  /** 1-based place of the start tag. */
  readonly line: number;
  readonly column: number;
}

export interface XmlAttribute {
  readonly name: string;
  readonly namespace: string;
  readonly value: string;
}
