/**
 * Content models as terms: what a complex type's particles say once references to groups and
 * elements are followed, before they become fields. XSD Part 1 §3.8, §3.9.
 */
import type { XmlElement } from "#formats/xml/element.ts";
import { type Compilation, fail, nameAt, reportUnresolved, takeElement } from "./compilation.ts";
import { note, type Site, siteAt, warn } from "./compilation.ts";
import { type ElementDeclaration, globalElement, localElement } from "./element-declaration.ts";
import { substitutesOf } from "./element-declaration.ts";
import { anyType } from "./built-in-types.ts";
import { attributeOf, isForeign, schemaChildren, spell } from "./names.ts";
import { findDefinition, placeIn } from "./schema-set.ts";

export type Term = ElementTerm | GroupTerm | AnyTerm;

interface Occurs {
  readonly min: number;
  /** Infinity: unbounded. */
  readonly max: number;
}

export interface ElementTerm extends Occurs {
  readonly kind: "element";
  readonly declaration: ElementDeclaration;
}

export interface GroupTerm extends Occurs {
  readonly kind: "sequence" | "choice" | "all";
  readonly items: readonly Term[];
  /** Of the group, or of the head of the substitution group, that this came from. */
  readonly name?: string;
  readonly substitution?: boolean;
  readonly site: Site;
}

export interface AnyTerm extends Occurs {
  readonly kind: "any";
  readonly namespace: string;
}

/** Undefined: nothing may stand there. */
export function termOf(compilation: Compilation, site: Site, depth = 0): Term | undefined {
  const { element } = site;
  const occurs = occursOf(compilation, site);
  if (occurs.max === 0 || !takeElement(compilation)) return undefined;
  if (depth > compilation.limits.depthMax) {
    const text = `groups stand within groups over more than ${depth - 1} levels (depthMax)`;
    fail(compilation, "too-deep", text, site);
    return undefined;
  }
  switch (element.name) {
    case "element":
      return elementTerm(compilation, site, occurs);
    case "any":
      return { kind: "any", namespace: wildcardOf(element, site), ...occurs };
    case "group":
      return groupTerm(compilation, site, occurs, depth);
    case "sequence":
    case "choice":
    case "all": {
      const items: Term[] = [];
      for (const child of schemaChildren(element)) {
        const item = termOf(compilation, siteAt(site, child), depth + 1);
        if (item !== undefined) items.push(item);
      }
      return { kind: element.name, items, ...occurs, site };
    }
    default: {
      const text = `<${element.name}> is not expected in a content model and is ignored`;
      warn(compilation, "unexpected-element", text, site);
      return undefined;
    }
  }
}

function elementTerm(compilation: Compilation, site: Site, occurs: Occurs): Term {
  const reference = attributeOf(site.element, "ref");
  if (reference === undefined) {
    return { kind: "element", declaration: localElement(compilation, site), ...occurs };
  }
  const name = nameAt(compilation, site, reference);
  const { targetNamespace } = site.document;
  const definition = name && findDefinition(compilation.set, "element", name, targetNamespace);
  if (definition === undefined) {
    if (name !== undefined && !isForeign(name)) {
      reportUnresolved(compilation, "element", name, site);
    }
    const declaration: ElementDeclaration = {
      name: name?.name ?? reference.slice(reference.indexOf(":") + 1),
      namespace: name?.namespace ?? "",
      type: anyType,
      nullable: false,
      abstract: false,
      origin: placeIn(site.document, site.element),
    };
    return { kind: "element", declaration, ...occurs };
  }
  const declaration = globalElement(compilation, definition);
  const substitutes = substitutesOf(compilation, definition);
  const items: Term[] = [];
  for (const substitute of substitutes) {
    if (takeElement(compilation)) {
      items.push({ kind: "element", declaration: substitute, min: 1, max: 1 });
    }
  }
  if (items.length > (declaration.abstract ? 0 : 1)) {
    return { kind: "choice", items, ...occurs, name: declaration.name, substitution: true, site };
  }
  if (declaration.abstract) {
    const text = `element ${spell(definition.name)} is abstract, and no other stands for it`;
    note(compilation, "abstract-element", text, site);
  }
  return { kind: "element", declaration, ...occurs };
}

function groupTerm(
  compilation: Compilation,
  site: Site,
  occurs: Occurs,
  depth: number,
): Term | undefined {
  const reference = attributeOf(site.element, "ref") ?? "";
  const name = nameAt(compilation, site, reference);
  if (name === undefined) return undefined;
  const { targetNamespace } = site.document;
  const definition = findDefinition(compilation.set, "group", name, targetNamespace);
  if (definition === undefined) {
    reportUnresolved(compilation, "group", name, site);
    return { kind: "any", namespace: "##any", min: 0, max: Infinity };
  }
  const { openGroups } = compilation;
  if (openGroups.has(definition)) {
    fail(compilation, "circular-group", `group ${spell(name)} contains itself`, site);
    return undefined;
  }
  const inner = schemaChildren(definition.element)[0];
  if (inner === undefined) return undefined;
  openGroups.add(definition);
  const { document } = definition;
  const at: Site = { document, element: inner, path: definition.name.name };
  const term = termOf(compilation, at, depth + 1);
  openGroups.delete(definition);
  if (term === undefined || term.kind === "element" || term.kind === "any") return term;
  const named = { ...term, name: definition.name.name };
  const once = occurs.min === 1 && occurs.max === 1;
  return once ? named : { kind: "sequence", items: [named], ...occurs, name: named.name, site };
}

function occursOf(compilation: Compilation, site: Site): Occurs {
  const min = readOccurs(compilation, site, "minOccurs");
  const max = readOccurs(compilation, site, "maxOccurs");
  if (min <= max) return { min, max };
  if (attributeOf(site.element, "maxOccurs") === undefined) return { min, max: min };
  const text = `minOccurs is more than maxOccurs ${max}; taken as ${max}`;
  warn(compilation, "invalid-occurs", text, site);
  return { min: max, max };
}

function readOccurs(compilation: Compilation, site: Site, name: "minOccurs" | "maxOccurs"): number {
  const text = attributeOf(site.element, name);
  if (text === undefined) return 1;
  if (text === "unbounded" && name === "maxOccurs") return Infinity;
  if (/^\+?[0-9]{1,15}$/.test(text)) return Number(text);
  const expected = name === "maxOccurs" ? "a whole number or unbounded" : "a whole number";
  const message = `${name} is "${text.slice(0, 40)}"; expected ${expected}`;
  warn(compilation, "invalid-occurs", message, site);
  return name === "maxOccurs" && text.toLowerCase() === "unbounded" ? Infinity : 1;
}

/** The namespace constraint of a wildcard, as `XmlBinding.namespace` spells it. */
export function wildcardOf(element: XmlElement, site: Site): string {
  const { targetNamespace } = site.document;
  const written = attributeOf(element, "namespace") ?? "##any";
  if (written === "##any" || written === "") return "##any";
  const own = targetNamespace === "" ? "##local" : targetNamespace;
  if (written === "##other") return `##other ${own}`;
  const tokens = written.split(/\s+/).map((one) => (one === "##targetNamespace" ? own : one));
  return tokens.join(" ");
}
