/**
 * Simple types (XSD Part 2 §4.1): restriction with the facets of the whole chain, list, union.
 * A union of enumerations is one enumeration, an open one with strings among them; any other
 * mixture is the text as it stands, which is exact in XML, typeless elsewhere, and reported.
 */
import type { QualifiedName } from "#contract/contract.ts";
import type { EnumType, Type } from "#contract/types.ts";
import { applyFacets } from "./apply-facets.ts";
import { builtInType, isIdentity, plainString } from "./built-in-types.ts";
import {
  type Compilation,
  fail,
  nameAt,
  note,
  type Site,
  siteAt,
  takeElement,
  warn,
} from "./compilation.ts";
import { checkDepth } from "./derivation-depth.ts";
import { readFacets } from "./facets.ts";
import { attributeOf, isForeign, schemaChild } from "./names.ts";
import { schemaChildren, spell } from "./names.ts";
import { type Definition, findDefinition } from "./schema-set.ts";

/** The type of an xs:simpleType element, never a reference to a named type. */
export function simpleTypeOf(compilation: Compilation, site: Site, depth = 0): Type {
  if (depth > compilation.limits.depthMax) {
    const text = `simple types derive from each other over more than ${depth - 1} steps (depthMax)`;
    fail(compilation, "too-deep", text, site);
    return plainString;
  }
  const step = schemaChild(site.element, "restriction", "list", "union");
  if (step === undefined) {
    const text = "xs:simpleType is empty; expected xs:restriction, xs:list or xs:union";
    warn(compilation, "empty-simple-type", text, site);
    return plainString;
  }
  const at = siteAt(site, step);
  if (step.name === "list") return listOf(compilation, at, depth);
  if (step.name === "union") return unionOf(compilation, at, depth);
  return restrict(compilation, at, baseOf(compilation, at, depth));
}

/** Applies the facets of the restriction that the site stands at. */
export function restrict(compilation: Compilation, site: Site, base: Type): Type {
  const facets = readFacets(site.element, site.document.file, compilation.report);
  return applyFacets(base, facets, (facet, why) => {
    const text = `the facet ${facet} ${why} is not checked`;
    note(compilation, "facet-not-checked", text, site);
  });
}

function baseOf(compilation: Compilation, site: Site, depth: number): Type {
  const base = attributeOf(site.element, "base");
  if (base !== undefined) return memberOf(compilation, site, base, depth);
  const inner = schemaChild(site.element, "simpleType");
  if (inner !== undefined) return simpleTypeOf(compilation, siteAt(site, inner), depth + 1);
  const text = 'xs:restriction without a base; expected base="..." or xs:simpleType inside';
  warn(compilation, "missing-base", text, site);
  return plainString;
}

function memberOf(compilation: Compilation, site: Site, text: string, depth: number): Type {
  const name = nameAt(compilation, site, text);
  if (name === undefined) return plainString;
  return simpleTypeNamed(compilation, site, name, depth + 1) ?? plainString;
}

/** Undefined: it is a complex type. */
export function simpleTypeNamed(
  compilation: Compilation,
  site: Site,
  name: QualifiedName,
  depth = 0,
): Type | undefined {
  const builtIn = builtInNamed(compilation, site, name);
  if (builtIn !== undefined) return builtIn.kind === "opaque" ? plainString : builtIn;
  const { set, simple } = compilation;
  const definition = findDefinition(set, "type", name, site.document.targetNamespace);
  if (definition === undefined) {
    const text = `type ${spell(name)} is not defined in any schema that was read; taken as text`;
    warn(compilation, "unresolved-type", text, site);
    return plainString;
  }
  if (definition.element.name === "complexType") return undefined;
  if (!simple.has(definition)) simple.set(definition, inFull(compilation, definition, depth));
  const type = simple.get(definition);
  if (type !== undefined) return type;
  fail(compilation, "circular-type", `simple type ${spell(name)} derives from itself`, site);
  return plainString;
}

export function simpleTypeDefined(compilation: Compilation, definition: Definition): Type {
  const { simple } = compilation;
  const known = simple.get(definition);
  if (known !== undefined) return known;
  const type = inFull(compilation, definition, 0);
  simple.set(definition, type);
  return type;
}

function inFull(compilation: Compilation, definition: Definition, depth: number): Type {
  compilation.simple.set(definition, undefined);
  const { document, element, name } = definition;
  if (!checkDepth(compilation, definition)) return plainString;
  return simpleTypeOf(compilation, { document, element, path: name.name }, depth);
}

/** A type of XML Schema itself, or one of SOAP encoding, which are the same with attributes. */
export function builtInNamed(
  compilation: Compilation,
  site: Site,
  name: QualifiedName,
): Type | undefined {
  if (!isForeign(name)) return undefined;
  if (isIdentity(name.name)) {
    const text = `xs:${name.name} is carried as text; what it refers to is not followed`;
    note(compilation, "identity-as-text", text, site);
  }
  return builtInType(name.name);
}

function listOf(compilation: Compilation, site: Site, depth: number): Type {
  const written = attributeOf(site.element, "itemType");
  const inner = schemaChild(site.element, "simpleType");
  let item: Type = plainString;
  if (written !== undefined) item = memberOf(compilation, site, written, depth);
  else if (inner !== undefined) item = simpleTypeOf(compilation, siteAt(site, inner), depth + 1);
  else warn(compilation, "missing-item-type", 'xs:list without itemType="..."', site);
  if (item.kind === "list") {
    warn(compilation, "list-of-lists", "xs:list of a list; its items are taken as text", site);
    item = plainString;
  }
  return { kind: "list", item, itemNullable: false, min: 0, xmlText: true };
}

function unionOf(compilation: Compilation, site: Site, depth: number): Type {
  const members: Type[] = [];
  for (const text of (attributeOf(site.element, "memberTypes") ?? "").split(/\s+/)) {
    if (text !== "") members.push(memberOf(compilation, site, text, depth));
  }
  for (const inner of schemaChildren(site.element)) {
    if (inner.name !== "simpleType") continue;
    members.push(simpleTypeOf(compilation, siteAt(site, inner), depth + 1));
  }
  const enums = members.filter((member) => member.kind === "enum");
  const strings = members.filter((member) => member.kind === "string");
  if (enums.length > 0 && enums.length + strings.length === members.length) {
    const count = enums.reduce((sum, { values }) => sum + values.length, 0);
    return takeElement(compilation, count) ? mergeEnums(enums, strings.length > 0) : plainString;
  }
  const [only] = members;
  if (only !== undefined && members.length === 1) return only;
  if (strings.length === 0 || strings.length < members.length) {
    const kinds = [...new Set(members.map((member) => member.kind))].join(", ");
    const text = `xs:union of ${kinds === "" ? "nothing" : kinds} is carried as text, unchecked`;
    note(compilation, "union-as-text", text, site);
  }
  return { kind: "string", whitespace: strings.length > 0 ? "preserve" : "collapse" };
}

function mergeEnums(enums: readonly EnumType[], open: boolean): EnumType {
  const values = new Set(enums.flatMap((one) => one.values.map(({ value }) => value)));
  const numbers = enums.every((one) => one.spelling === "number");
  return {
    kind: "enum",
    values: [...values].map((value) => ({ value })),
    open: open || enums.some((one) => one.open),
    spelling: numbers && !open ? "number" : "string",
  };
}
