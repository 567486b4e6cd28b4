/** Attributes of a complex type (XSD Part 1 §3.2, §3.6): own ones, groups, the wildcard. */
import type { Field, Type } from "#contract/types.ts";
import type { QualifiedName } from "#contract/contract.ts";
import { anyType, plainString } from "./built-in-types.ts";
import { type Compilation, fail, nameAt, type Site, siteAt, takeElement } from "./compilation.ts";
import { warn } from "./compilation.ts";
import { attributeOf, documentationOf, isEncodingNamespace, keyOf, schemaChild } from "./names.ts";
import { schemaChildren, spell, wsdlNamespace, xmlNamespace } from "./names.ts";
import { type Definition, findDefinition, placeIn } from "./schema-set.ts";
import { simpleTypeNamed } from "./simple-type.ts";
import { wildcardOf } from "./terms.ts";
import { anonymousType, typeWritten } from "./type-reference.ts";

export interface AttributeUses {
  /** By key; in the order written. */
  readonly fields: ReadonlyMap<string, Field>;
  /** Keys of attributes that a restriction takes away. */
  readonly prohibited: ReadonlySet<string>;
}

interface Gathered {
  readonly fields: Map<string, Field>;
  readonly prohibited: Set<string>;
  readonly groups: Set<Definition>;
}

/** Site: the element whose children the attributes are (complexType, extension, restriction). */
export function attributeUses(compilation: Compilation, site: Site): AttributeUses {
  const gathered: Gathered = { fields: new Map(), prohibited: new Set(), groups: new Set() };
  gather(compilation, site, gathered, 0);
  return gathered;
}

function gather(compilation: Compilation, site: Site, gathered: Gathered, depth: number): void {
  if (compilation.elementsLeft <= 0) return;
  for (const child of schemaChildren(site.element)) {
    const at = siteAt(site, child);
    if (child.name === "attribute") addAttribute(compilation, at, gathered);
    else if (child.name === "attributeGroup") addGroup(compilation, at, gathered, depth);
    else if (child.name === "anyAttribute") gathered.fields.set("*", wildcardField(at));
  }
}

function wildcardField(site: Site): Field {
  return {
    name: "anyAttribute",
    type: anyType,
    presence: "optional",
    nullable: false,
    xml: { node: "anyAttribute", name: "", namespace: wildcardOf(site.element, site) },
  };
}

function addAttribute(compilation: Compilation, site: Site, gathered: Gathered): void {
  const { element } = site;
  if (!takeElement(compilation)) return;
  const reference = attributeOf(element, "ref");
  const declared =
    reference === undefined
      ? localAttribute(compilation, site)
      : referredAttribute(compilation, site, reference);
  if (declared === undefined) return;
  const { name, declaration } = declared;
  const key = keyOf(name);
  const use = attributeOf(element, "use");
  if (use === "prohibited") {
    gathered.prohibited.add(key);
    return;
  }
  const fixed = attributeOf(element, "fixed") ?? attributeOf(declaration.element, "fixed");
  const standard = attributeOf(element, "default") ?? attributeOf(declaration.element, "default");
  const documentation = documentationOf(element) ?? documentationOf(declaration.element);
  gathered.fields.set(key, {
    name: name.name,
    type: declared.type,
    presence: use === "required" ? "required" : "optional",
    nullable: false,
    ...(fixed === undefined ? {} : { fixed }),
    ...(standard === undefined || fixed !== undefined ? {} : { default: standard }),
    xml: { node: "attribute", ...name },
    ...(documentation === undefined ? {} : { documentation }),
    origin: placeIn(site.document, element),
  });
}

interface DeclaredAttribute {
  readonly name: QualifiedName;
  readonly type: Type;
  readonly declaration: Site;
}

function localAttribute(compilation: Compilation, site: Site): DeclaredAttribute | undefined {
  const { document, element } = site;
  const local = attributeOf(element, "name");
  if (local === undefined || local === "") {
    warn(compilation, "missing-name", 'xs:attribute has neither name="..." nor ref="..."', site);
    return undefined;
  }
  const form = attributeOf(element, "form");
  const qualified = form === undefined ? document.attributesQualified : form === "qualified";
  const name = { name: local, namespace: qualified ? document.targetNamespace : "" };
  return { name, type: typeOfAttribute(compilation, site, local), declaration: site };
}

function referredAttribute(
  compilation: Compilation,
  site: Site,
  reference: string,
): DeclaredAttribute | undefined {
  const name = nameAt(compilation, site, reference);
  // SOAP encoding's own attributes are the business of its arrays.
  if (name === undefined || isEncodingNamespace(name.namespace)) return undefined;
  if (name.namespace === wsdlNamespace) return undefined;
  const { targetNamespace } = site.document;
  const found = findDefinition(compilation.set, "attribute", name, targetNamespace);
  if (found === undefined) {
    if (name.namespace !== xmlNamespace) {
      const text = `attribute ${spell(name)} is not defined in any schema that was read`;
      warn(compilation, "unresolved-attribute", `${text}; taken as text`, site);
    }
    return { name, type: plainString, declaration: site };
  }
  const declaration: Site = {
    document: found.document,
    element: found.element,
    path: found.name.name,
  };
  const { attributeTypes } = compilation;
  const type = attributeTypes.get(found) ?? typeOfAttribute(compilation, declaration, undefined);
  attributeTypes.set(found, type);
  return { name: found.name, type, declaration };
}

function typeOfAttribute(compilation: Compilation, site: Site, local: string | undefined): Type {
  const { element } = site;
  const written = attributeOf(element, "type");
  if (written === undefined) {
    const inner = schemaChild(element, "simpleType");
    if (inner === undefined) return plainString;
    const path = local === undefined ? site.path : `${site.path}.${local}`;
    return anonymousType(compilation, siteAt(site, inner, path));
  }
  const name = nameAt(compilation, site, written);
  if (name === undefined) return plainString;
  const simple = simpleTypeNamed(compilation, site, name);
  if (simple === undefined) {
    const text = `type ${spell(name)} of an attribute is complex; expected a simple type`;
    warn(compilation, "unexpected-type", text, site);
    return plainString;
  }
  const { targetNamespace } = site.document;
  const defined = findDefinition(compilation.set, "type", name, targetNamespace);
  return defined === undefined ? simple : typeWritten(compilation, site, written);
}

function addGroup(compilation: Compilation, site: Site, gathered: Gathered, depth: number): void {
  const reference = attributeOf(site.element, "ref") ?? "";
  const name = nameAt(compilation, site, reference);
  if (name === undefined) return;
  const { targetNamespace } = site.document;
  const found = findDefinition(compilation.set, "attributeGroup", name, targetNamespace);
  if (found === undefined) {
    if (name.namespace === xmlNamespace) return addXmlAttributes(gathered);
    if (isEncodingNamespace(name.namespace)) return;
    const text = `attributeGroup ${spell(name)} is not defined in any schema that was read`;
    warn(compilation, "unresolved-attributeGroup", `${text}; any attributes may stand`, site);
    gathered.fields.set("*", wildcardField(site));
    return;
  }
  // Once is enough, also for a group that contains itself.
  if (gathered.groups.has(found)) return;
  gathered.groups.add(found);
  if (depth > compilation.limits.depthMax) {
    const text = `attribute groups stand within each other over more than ${depth - 1} levels`;
    fail(compilation, "too-deep", `${text} (depthMax)`, site);
    return;
  }
  const at: Site = { document: found.document, element: found.element, path: found.name.name };
  gather(compilation, at, gathered, depth + 1);
}

/** The attribute group xml:specialAttrs of the schema for the xml namespace. */
function addXmlAttributes(gathered: Gathered): void {
  for (const name of ["base", "lang", "space", "id"]) {
    const qualified = { name, namespace: xmlNamespace };
    gathered.fields.set(keyOf(qualified), {
      name,
      type: plainString,
      presence: "optional",
      nullable: false,
      xml: { node: "attribute", ...qualified },
    });
  }
}
