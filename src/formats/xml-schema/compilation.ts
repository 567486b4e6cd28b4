/** What the compilation of one schema set shares: results, names given, work waiting, bounds. */
import type { ContractLimits } from "#base/limits.ts";
import type { QualifiedName } from "#contract/contract.ts";
import type { NamedType, Type, TypeName } from "#contract/types.ts";
import type { XmlElement } from "#formats/xml/element.ts";
import { schemaChild, spell } from "./names.ts";
import type { ElementDeclaration } from "./element-declaration.ts";
import type { EncodedArray } from "./encoded-array.ts";
import type { Report } from "./report.ts";
import { type Definition, nameIn, placeIn, type SchemaDocument } from "./schema-set.ts";
import type { SchemaSet } from "./schema-set.ts";
import { createNumbering, safeName } from "#contract/numbering.ts";

export interface Compilation {
  readonly set: SchemaSet;
  readonly report: Report;
  readonly limits: ContractLimits;
  readonly types: Map<TypeName, NamedType>;
  /** Compiles an xs:complexType; given from outside, for types refer to each other. */
  readonly complexType: CompileType;
  /** Names of global types, and of the anonymous types of global elements. */
  readonly namesOf: ReadonlyMap<Definition, TypeName>;
  readonly claimName: (wanted: string) => TypeName | undefined;
  /** Named types as simple types in full, `undefined` while one is being worked out. */
  readonly simple: Map<Definition, Type | undefined>;
  /** Anonymous types that are compiled, or have a name by now. */
  readonly anonymous: Map<SchemaDocument, Map<XmlElement, Type>>;
  readonly elements: Map<Definition, ElementDeclaration>;
  readonly attributeTypes: Map<Definition, Type>;
  readonly arrays: Map<Definition, EncodedArray | undefined>;
  readonly substitutes: Map<Definition, readonly ElementDeclaration[]>;
  /** Steps of derivation above a definition. */
  readonly depths: Map<Definition, number>;
  readonly scheduled: Set<Definition>;
  readonly waiting: (() => void)[];
  /** Complex types under construction: meeting one again is a cycle of derivation. */
  readonly open: Set<Definition>;
  readonly openGroups: Set<Definition>;
  elementsLeft: number;
  /** Fields that derived types may look at in what they inherit. */
  inheritedLeft: number;
}

export type CompileType = (compilation: Compilation, site: Site, depth: number) => Type;

/** Where something is said in a schema, and in whose part of the contract. */
export interface Site {
  readonly document: SchemaDocument;
  readonly element: XmlElement;
  /** Name for anonymous types here. */
  readonly path: string;
}

export function siteAt(site: Site, element: XmlElement, path = site.path): Site {
  return { document: site.document, element, path };
}

export function createCompilation(
  set: SchemaSet,
  report: Report,
  limits: ContractLimits,
  complexType: CompileType,
): Compilation {
  const number = createNumbering();
  let count = 0;
  const claimName = (wanted: string): TypeName | undefined => {
    if (count < limits.typesMax) {
      count++;
      return number(safeName(wanted));
    }
    const text = `more than ${limits.typesMax} types (typesMax); further ones are opaque XML`;
    report.add("error", "too-many-types", text);
    return undefined;
  };
  const namesOf = new Map<Definition, TypeName>();
  const named = [
    ...set.spaces.type.values(),
    ...[...set.spaces.element.values()].filter(({ element }) =>
      schemaChild(element, "complexType", "simpleType"),
    ),
  ];
  for (const definition of named) {
    const name = claimName(definition.name.name);
    if (name === undefined) break;
    namesOf.set(definition, name);
  }
  return {
    set,
    report,
    limits,
    types: new Map(),
    complexType,
    namesOf,
    claimName,
    simple: new Map(),
    anonymous: new Map(),
    elements: new Map(),
    attributeTypes: new Map(),
    arrays: new Map(),
    substitutes: new Map(),
    depths: new Map(),
    scheduled: new Set(),
    waiting: [],
    open: new Set(),
    openGroups: new Set(),
    elementsLeft: limits.elementsMax,
    inheritedLeft: 20 * limits.elementsMax,
  };
}

/** Counts elements (or values) against the limit; false: there is no room for them. */
export function takeElement(compilation: Compilation, count = 1): boolean {
  if (compilation.elementsLeft >= count) {
    compilation.elementsLeft -= count;
    return true;
  }
  compilation.elementsLeft = 0;
  const { elementsMax } = compilation.limits;
  const text = `groups and types expand to more than ${elementsMax} elements (elementsMax)`;
  compilation.report.add("error", "too-many-elements", text);
  return false;
}

export function warn(compilation: Compilation, code: string, message: string, site: Site): void {
  compilation.report.add("warning", code, message, placeIn(site.document, site.element));
}

export function note(compilation: Compilation, code: string, message: string, site: Site): void {
  compilation.report.add("info", code, message, placeIn(site.document, site.element));
}

export function fail(compilation: Compilation, code: string, message: string, site: Site): void {
  compilation.report.add("error", code, message, placeIn(site.document, site.element));
}

/** The name in this attribute, reported when its prefix is unknown. */
export function nameAt(
  compilation: Compilation,
  site: Site,
  text: string,
): QualifiedName | undefined {
  const name = nameIn(site.document, site.element, text);
  if (name === undefined) {
    const message = `the prefix of "${text}" is not declared; expected xmlns:... for it`;
    warn(compilation, "unknown-prefix", message, site);
  }
  return name;
}

export function reportUnresolved(
  compilation: Compilation,
  what: string,
  name: QualifiedName,
  site: Site,
): void {
  const text = `${what} ${spell(name)} is not defined in any schema that was read; `;
  warn(compilation, `unresolved-${what}`, `${text}carried as opaque XML`, site);
}
