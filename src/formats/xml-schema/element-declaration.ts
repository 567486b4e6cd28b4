/** Element declarations (XSD Part 1 §3.3): name, type, nil, default; global ones but once. */
import type { Type } from "#contract/types.ts";
import type { XmlElement } from "#formats/xml/element.ts";
import { anyType } from "./built-in-types.ts";
import { type Compilation, fail, nameAt, note, type Site, siteAt } from "./compilation.ts";
import { type EncodedArray, encodedArrayNamed } from "./encoded-array.ts";
import {
  attributeOf,
  documentationOf,
  isTrue,
  keyOf,
  schemaChild,
  schemaChildren,
} from "./names.ts";
import { type Definition, findDefinition, placeIn } from "./schema-set.ts";
import { anonymousType, typeNamed } from "./type-reference.ts";
import type { SourcePlace } from "#base/diagnostic.ts";

const mediaTypeNamespace = "http://www.w3.org/2005/05/xmlmime";

export interface ElementDeclaration {
  readonly name: string;
  readonly namespace: string;
  readonly type: Type;
  /** The type is an array of SOAP encoding, which a field can hold as a list. */
  readonly array?: EncodedArray;
  readonly nullable: boolean;
  readonly abstract: boolean;
  readonly default?: string;
  readonly fixed?: string;
  readonly documentation?: string;
  readonly origin: SourcePlace;
}

export function globalElement(
  compilation: Compilation,
  definition: Definition,
): ElementDeclaration {
  const { elements, namesOf } = compilation;
  const known = elements.get(definition);
  if (known !== undefined) return known;
  const { document, element, name } = definition;
  const path = namesOf.get(definition) ?? name.name;
  const declaration = declare(compilation, { document, element, path }, name.namespace, definition);
  elements.set(definition, declaration);
  return declaration;
}

/** The site's path is that of the enclosing type. */
export function localElement(compilation: Compilation, site: Site): ElementDeclaration {
  const { document, element } = site;
  const form = attributeOf(element, "form");
  const qualified = form === undefined ? document.elementsQualified : form === "qualified";
  const path = `${site.path}.${attributeOf(element, "name") ?? "element"}`;
  const namespace = qualified ? document.targetNamespace : "";
  return declare(compilation, siteAt(site, element, path), namespace, undefined);
}

function declare(
  compilation: Compilation,
  site: Site,
  namespace: string,
  definition: Definition | undefined,
): ElementDeclaration {
  const { element } = site;
  reportIgnored(compilation, site);
  const standard = attributeOf(element, "default");
  const fixed = attributeOf(element, "fixed");
  const documentation = documentationOf(element);
  return {
    name: attributeOf(element, "name") ?? "element",
    namespace,
    ...typeOfElement(compilation, site, definition),
    nullable: isTrue(attributeOf(element, "nillable")),
    abstract: isTrue(attributeOf(element, "abstract")),
    ...(standard === undefined ? {} : { default: standard }),
    ...(fixed === undefined ? {} : { fixed }),
    ...(documentation === undefined ? {} : { documentation }),
    origin: placeIn(site.document, element),
  };
}

function typeOfElement(
  compilation: Compilation,
  site: Site,
  definition: Definition | undefined,
): Pick<ElementDeclaration, "type" | "array"> {
  const { element } = site;
  const written = attributeOf(element, "type");
  if (written !== undefined) {
    const name = nameAt(compilation, site, written);
    if (name === undefined) return { type: anyType };
    const array = encodedArrayNamed(compilation, site, name);
    const type = withMediaType(typeNamed(compilation, site, name), element);
    return array === undefined ? { type } : { type, array };
  }
  const inner = schemaChild(element, "complexType", "simpleType");
  if (inner !== undefined) {
    const own = definition && compilation.namesOf.get(definition);
    return { type: anonymousType(compilation, siteAt(site, inner), own) };
  }
  const head = definition && headOf(compilation, definition);
  return { type: head === undefined ? anyType : globalElement(compilation, head).type };
}

/** "Describing Media Content of Binary Data in XML" §3.2: one media type, not a list of them. */
function withMediaType(type: Type, element: XmlElement): Type {
  if (type.kind !== "bytes") return type;
  const expected = element.attributes.find(
    ({ name, namespace }) => name === "expectedContentTypes" && namespace === mediaTypeNamespace,
  );
  const mediaType = expected?.value.trim();
  return mediaType === undefined || !/^[\w.+-]+\/[\w.+-]+$/.test(mediaType)
    ? type
    : { ...type, mediaType };
}

/**
 * XSD Part 1 §3.3.2: without a type, that of the head of the substitution group: here the first
 * head up the line that has one.
 */
function headOf(compilation: Compilation, definition: Definition): Definition | undefined {
  const visited = new Set<Definition>();
  let current = definition;
  while (!visited.has(current)) {
    visited.add(current);
    const { document, element, name } = current;
    const typed = attributeOf(element, "type") ?? schemaChild(element, "complexType", "simpleType");
    if (current !== definition && typed !== undefined) return current;
    const site: Site = { document, element, path: name.name };
    const text = attributeOf(element, "substitutionGroup");
    const head = text === undefined ? undefined : nameAt(compilation, site, text);
    if (head === undefined) return undefined;
    const { targetNamespace } = document;
    const next = findDefinition(compilation.set, "element", head, targetNamespace);
    if (next === undefined) return undefined;
    current = next;
  }
  const { document, element, name } = definition;
  const text = `element "${name.name}" is in its own substitution group`;
  fail(compilation, "circular-substitution", text, { document, element, path: name.name });
  return undefined;
}

function reportIgnored(compilation: Compilation, site: Site): void {
  for (const child of schemaChildren(site.element)) {
    if (child.name !== "key" && child.name !== "keyref" && child.name !== "unique") continue;
    const text = `xs:${child.name} is not checked: it spans the whole document`;
    note(compilation, "identity-constraint", text, siteAt(site, child));
  }
}

/** All that may stand for a head, itself first unless it is abstract; in the order defined. */
export function substitutesOf(
  compilation: Compilation,
  head: Definition,
): readonly ElementDeclaration[] {
  const { set, substitutes } = compilation;
  if (!set.members.has(keyOf(head.name))) return [];
  const known = substitutes.get(head);
  if (known !== undefined) return known;
  const blocked = /\b(substitution|#all)\b|#all/.test(attributeOf(head.element, "block") ?? "");
  const found = new Set<Definition>([head]);
  if (!blocked) {
    for (const one of found)
      for (const next of set.members.get(keyOf(one.name)) ?? []) found.add(next);
  }
  const declarations = [...found]
    .map((definition) => globalElement(compilation, definition))
    .filter(({ abstract }) => !abstract);
  substitutes.set(head, declarations);
  return declarations;
}
