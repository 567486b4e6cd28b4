/** All definitions of the schemas that a contract is made of, by symbol space and name. */
import type { QualifiedName } from "#contract/contract.ts";
import type { SourcePlace } from "#base/diagnostic.ts";
import type { XmlElement } from "#formats/xml/element.ts";
import { expandName, isSchemaNamespace, keyOf, placeOf, wsdlNamespace } from "./names.ts";

/** One xs:schema, under one target namespace: a chameleon is one per namespace it is taken into. */
export interface SchemaDocument {
  readonly file: string;
  readonly root: XmlElement;
  readonly targetNamespace: string;
  /** Included without a namespace of its own: names without one are of the including schema's. */
  readonly chameleon: boolean;
  readonly elementsQualified: boolean;
  readonly attributesQualified: boolean;
}

export interface Definition {
  readonly name: QualifiedName;
  readonly element: XmlElement;
  readonly document: SchemaDocument;
}

/** XSD Part 1 §2.5: simple and complex types share one symbol space. */
export type SymbolSpace = "type" | "element" | "attribute" | "group" | "attributeGroup";

export interface SchemaSet {
  readonly spaces: Readonly<Record<SymbolSpace, ReadonlyMap<string, Definition>>>;
  /** Complex types by the key of the type that they extend or restrict. */
  readonly derived: ReadonlyMap<string, readonly Definition[]>;
  /** Elements by the key of the head of their substitution group. */
  readonly members: ReadonlyMap<string, readonly Definition[]>;
}

export function placeIn(document: SchemaDocument, element: XmlElement): SourcePlace {
  return placeOf(element, document.file);
}

/** A QName as written in a schema. Undefined: its prefix is not declared. */
export function nameIn(
  document: SchemaDocument,
  element: XmlElement,
  text: string,
): QualifiedName | undefined {
  const name = expandName(text, element);
  if (name === undefined || name.namespace !== "" || !document.chameleon) return name;
  return { name: name.name, namespace: document.targetNamespace };
}

/**
 * Deviation: a name without a prefix whose default namespace is XML Schema's, WSDL's or none is
 * also looked for in the target namespace, because hand-written contracts leave the prefix out.
 */
export function findDefinition(
  set: SchemaSet,
  space: SymbolSpace,
  name: QualifiedName,
  targetNamespace: string,
): Definition | undefined {
  const definitions = set.spaces[space];
  const found = definitions.get(keyOf(name));
  if (found !== undefined) return found;
  const { namespace } = name;
  const guess = namespace === "" || namespace === wsdlNamespace || isSchemaNamespace(namespace);
  if (!guess) return undefined;
  return definitions.get(keyOf({ name: name.name, namespace: targetNamespace }));
}
