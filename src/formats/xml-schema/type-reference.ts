/** From the name of a type, or an anonymous type, to the contract's type for it. */
import type { QualifiedName } from "#contract/contract.ts";
import type { NamedType, Type, TypeName } from "#contract/types.ts";
import type { XmlElement } from "#formats/xml/element.ts";
import { anyType } from "./built-in-types.ts";
import { type Compilation, nameAt, reportUnresolved, type Site, siteAt } from "./compilation.ts";
import { checkDepth } from "./derivation-depth.ts";
import { documentationOf, isEncodingNamespace } from "./names.ts";
import { type Definition, findDefinition, placeIn } from "./schema-set.ts";
import { builtInNamed, simpleTypeDefined, simpleTypeOf } from "./simple-type.ts";

/** The type that `type="..."` names; opaque XML, reported, when there is none. */
export function typeWritten(compilation: Compilation, site: Site, text: string): Type {
  const name = nameAt(compilation, site, text);
  return name === undefined ? anyType : typeNamed(compilation, site, name);
}

export function typeNamed(compilation: Compilation, site: Site, name: QualifiedName): Type {
  const builtIn = builtInNamed(compilation, site, name);
  if (builtIn !== undefined) return builtIn;
  const { targetNamespace } = site.document;
  const definition = findDefinition(compilation.set, "type", name, targetNamespace);
  if (definition !== undefined) return referTo(compilation, definition);
  const { namespace } = name;
  const isArray =
    isEncodingNamespace(namespace) && (name.name === "Array" || name.name === "Struct");
  if (!isArray) reportUnresolved(compilation, "type", name, site);
  return anyType;
}

/** A reference to a global type, which is compiled later. */
export function referTo(compilation: Compilation, definition: Definition): Type {
  const name = compilation.namesOf.get(definition);
  if (name === undefined) return anyType;
  if (!compilation.scheduled.has(definition)) {
    compilation.scheduled.add(definition);
    compilation.waiting.push(() => compileDefinition(compilation, definition, 0));
  }
  return { kind: "ref", name };
}

/** Compiles a global type now, unless that was done. Undefined: it is being compiled. */
export function compileDefinition(
  compilation: Compilation,
  definition: Definition,
  depth: number,
): NamedType | undefined {
  const { types, namesOf, open, scheduled } = compilation;
  const name = namesOf.get(definition);
  if (name === undefined || open.has(definition)) return undefined;
  scheduled.add(definition);
  const known = types.get(name);
  if (known !== undefined) return known;
  open.add(definition);
  const { element, document } = definition;
  const site: Site = { document, element, path: name };
  const type = definedType(compilation, definition, site, depth);
  open.delete(definition);
  return register(compilation, site, name, type, definition.name);
}

function definedType(
  compilation: Compilation,
  definition: Definition,
  site: Site,
  depth: number,
): Type {
  if (definition.element.name === "simpleType") return simpleTypeDefined(compilation, definition);
  if (!checkDepth(compilation, definition)) return anyType;
  return compilation.complexType(compilation, site, depth);
}

/** The type written inside an element or attribute without a name of its own. */
export function anonymousType(compilation: Compilation, site: Site, name?: TypeName): Type {
  const { document, element } = site;
  const known = compilation.anonymous.get(document) ?? new Map<XmlElement, Type>();
  compilation.anonymous.set(document, known);
  const type = known.get(element) ?? newAnonymousType(compilation, site, name);
  known.set(element, type);
  return type;
}

function newAnonymousType(compilation: Compilation, site: Site, name?: TypeName): Type {
  const { element } = site;
  if (element.name === "simpleType") {
    const type = simpleTypeOf(compilation, site);
    // Only an enumeration is worth a name of its own: other dialects have no nameless ones.
    const own = type.kind === "enum" ? (name ?? compilation.claimName(site.path)) : undefined;
    if (own === undefined) return type;
    register(compilation, site, own, type);
    return { kind: "ref", name: own };
  }
  const own = name ?? compilation.claimName(site.path);
  if (own === undefined) return anyType;
  const named = siteAt(site, element, own);
  compilation.waiting.push(() => {
    register(compilation, named, own, compilation.complexType(compilation, named, 0));
  });
  return { kind: "ref", name: own };
}

function register(
  compilation: Compilation,
  site: Site,
  name: TypeName,
  type: Type,
  xmlName?: QualifiedName,
): NamedType {
  const documentation = documentationOf(site.element);
  const named: NamedType = {
    name,
    type,
    ...(xmlName === undefined ? {} : { xmlName }),
    ...(documentation === undefined ? {} : { documentation }),
    origin: placeIn(site.document, site.element),
  };
  compilation.types.set(name, named);
  return named;
}
