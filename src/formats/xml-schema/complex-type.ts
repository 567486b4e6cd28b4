/**
 * Complex types (XSD Part 1 §3.4) as records: content, attributes, extension and restriction.
 * Mixed content is opaque XML, and so is what derives from a type that is not known.
 */
import type { Field, RecordType, Type, TypeName } from "#contract/types.ts";
import { attributeUses } from "./attribute-uses.ts";
import { anyType, plainString } from "./built-in-types.ts";
import { type Compilation, fail, nameAt, note, type Site, siteAt, warn } from "./compilation.ts";
import { encodedArrayAt, recordOfArray } from "./encoded-array.ts";
import { createFieldScope } from "./field-scope.ts";
import { addFields } from "./fields-of-terms.ts";
import { attributeOf, isForeign, isTrue, keyOf, schemaChild, spell } from "./names.ts";
import { findDefinition } from "./schema-set.ts";
import { restrict, simpleTypeNamed, simpleTypeOf } from "./simple-type.ts";
import { type Term, termOf } from "./terms.ts";
import { compileDefinition } from "./type-reference.ts";

/** What a type derives from, compiled. */
type Base =
  | { readonly kind: "none" }
  | { readonly kind: "record"; readonly name: TypeName; readonly record: RecordType }
  | { readonly kind: "simple"; readonly type: Type }
  /** Mixed, circular or unknown. */
  | { readonly kind: "opaque" };

/** The site is an xs:complexType; its path is the name that the type goes by. */
export function compileComplexType(compilation: Compilation, site: Site, depth: number): Type {
  const array = encodedArrayAt(compilation, site);
  if (array !== undefined) return recordOfArray(array);
  const content = schemaChild(site.element, "simpleContent", "complexContent");
  const mixed = isTrue(
    (content && attributeOf(content, "mixed")) ?? attributeOf(site.element, "mixed"),
  );
  const step = content && schemaChild(content, "extension", "restriction");
  if (content !== undefined && step === undefined) {
    const text = `xs:${content.name} is empty; expected xs:extension or xs:restriction`;
    warn(compilation, "empty-content", text, site);
    return anyType;
  }
  const at = siteAt(site, step ?? site.element);
  const base: Base = step === undefined ? { kind: "none" } : baseOf(compilation, at, depth);
  if (base.kind === "opaque") {
    const simple = content?.name === "simpleContent" && schemaChild(at.element, "simpleType");
    if (simple === undefined || simple === false) return anyType;
  }
  const restricts = step?.name === "restriction";
  const abstract = isTrue(attributeOf(site.element, "abstract")) ? { abstract: true } : {};
  if (content?.name === "simpleContent" || base.kind === "simple") {
    return { ...simpleContent(compilation, at, base, restricts), ...abstract };
  }
  const term = contentOf(compilation, at);
  if (mixed && term === undefined && base.kind === "none") {
    return { ...textRecord(compilation, at), ...abstract };
  }
  if (mixed) {
    const text = "mixed content: text between elements; the element is carried as opaque XML";
    warn(compilation, "mixed-content", text, site);
    return anyType;
  }
  const record = restricts
    ? restrictedRecord(compilation, at, base, term)
    : extendedRecord(compilation, at, base, term);
  return { ...record, ...abstract };
}

function baseOf(compilation: Compilation, site: Site, depth: number): Base {
  const text = attributeOf(site.element, "base");
  if (text === undefined) {
    const message = `xs:${site.element.name} without a base; expected base="..."`;
    warn(compilation, "missing-base", message, site);
    return { kind: "none" };
  }
  const name = nameAt(compilation, site, text);
  if (name === undefined) return { kind: "opaque" };
  if (isForeign(name) && name.name === "anyType") return { kind: "none" };
  const { targetNamespace } = site.document;
  const definition = findDefinition(compilation.set, "type", name, targetNamespace);
  if (definition?.element.name === "complexType") {
    if (depth >= compilation.limits.depthMax) {
      const message = `types derive from each other over more than ${depth} steps (depthMax)`;
      fail(compilation, "too-deep", message, site);
      return { kind: "opaque" };
    }
    const base = compileDefinition(compilation, definition, depth + 1);
    if (base !== undefined && !mayInherit(compilation, base.name)) return { kind: "opaque" };
    if (base === undefined && compilation.open.has(definition)) {
      fail(compilation, "circular-type", `type ${spell(name)} derives from itself`, site);
    }
    if (base?.type.kind !== "record") return { kind: "opaque" };
    return { kind: "record", name: base.name, record: base.type };
  }
  if (definition === undefined && !isForeign(name)) {
    const message = `type ${spell(name)} is not defined in any schema that was read`;
    warn(compilation, "unresolved-type", `${message}; what derives from it is opaque XML`, site);
    return { kind: "opaque" };
  }
  const type = simpleTypeNamed(compilation, site, name) ?? plainString;
  return { kind: "simple", type };
}

/** Every derived type looks at all that it inherits, which many could do with very much. */
function mayInherit(compilation: Compilation, name: TypeName): boolean {
  compilation.inheritedLeft -= chainLength(compilation, name);
  if (compilation.inheritedLeft >= 0) return true;
  const text = "types inherit more fields in all than elementsMax allows; the rest is opaque XML";
  compilation.report.add("error", "too-many-elements", text);
  return false;
}

function chainLength(compilation: Compilation, name: TypeName): number {
  return recordsOf(compilation, name).reduce((sum, { fields }) => sum + fields.length, 0);
}

function contentOf(compilation: Compilation, site: Site): Term | undefined {
  const particle = schemaChild(site.element, "sequence", "choice", "all", "group");
  return particle && termOf(compilation, siteAt(site, particle));
}

function extendedRecord(
  compilation: Compilation,
  site: Site,
  base: Base,
  term: Term | undefined,
): RecordType {
  const inherited = base.kind === "record" ? chainOf(compilation, base.name) : [];
  const scope = createFieldScope(inherited);
  let xmlOrder: RecordType["xmlOrder"] = "sequence";
  if (term !== undefined) xmlOrder = addFields(compilation, scope, term);
  else if (base.kind === "record") xmlOrder = base.record.xmlOrder ?? xmlOrder;
  const known = new Set(inherited.map(attributeKey));
  for (const [key, field] of attributeUses(compilation, site).fields) {
    if (!known.has(key)) scope.add(field);
  }
  const parent = base.kind === "record" ? { extends: base.name } : {};
  return { kind: "record", fields: scope.finish(), ...parent, xmlOrder };
}

/** XSD Part 1 §3.4.2: elements are said again in full, attributes only where they change. */
function restrictedRecord(
  compilation: Compilation,
  site: Site,
  base: Base,
  term: Term | undefined,
): RecordType {
  const scope = createFieldScope([]);
  let xmlOrder: RecordType["xmlOrder"] = "sequence";
  if (term !== undefined) xmlOrder = addFields(compilation, scope, term);
  for (const field of attributesOver(compilation, site, base)) scope.add(field);
  const parent = base.kind === "record" ? { restricts: base.name } : {};
  return { kind: "record", fields: scope.finish(), ...parent, xmlOrder };
}

function simpleContent(
  compilation: Compilation,
  site: Site,
  base: Base,
  restricts: boolean,
): RecordType {
  if (base.kind === "record" && !restricts) {
    return extendedRecord(compilation, site, base, undefined);
  }
  const scope = createFieldScope([]);
  const text = textTypeOf(compilation, site, base, restricts);
  scope.add(textField(text));
  for (const field of attributesOver(compilation, site, base)) scope.add(field);
  const parent = base.kind === "record" ? { restricts: base.name } : {};
  return { kind: "record", fields: scope.finish(), ...parent, xmlOrder: "sequence" };
}

function textTypeOf(compilation: Compilation, site: Site, base: Base, restricts: boolean): Type {
  if (base.kind === "simple" && !restricts) return namedText(compilation, site, base.type);
  const inner = schemaChild(site.element, "simpleType");
  if (inner !== undefined) {
    return restrict(compilation, site, simpleTypeOf(compilation, siteAt(site, inner)));
  }
  if (base.kind === "simple") return restrict(compilation, site, base.type);
  if (base.kind !== "record") return plainString;
  const chain = chainOf(compilation, base.name);
  const text = chain.find(({ xml }) => xml?.node === "text")?.type;
  if (text === undefined) {
    note(compilation, "text-of-elements", "text content derives from a type of elements", site);
    return plainString;
  }
  return restrict(compilation, site, inFull(compilation, text));
}

/** A named enumeration keeps its name as the type of the text. */
function namedText(compilation: Compilation, site: Site, type: Type): Type {
  const name = nameAt(compilation, site, attributeOf(site.element, "base") ?? "");
  const { targetNamespace } = site.document;
  const definition = name && findDefinition(compilation.set, "type", name, targetNamespace);
  if (definition === undefined) return type;
  const named = compileDefinition(compilation, definition, 0);
  return named === undefined ? type : { kind: "ref", name: named.name };
}

function inFull(compilation: Compilation, type: Type): Type {
  if (type.kind !== "ref") return type;
  return compilation.types.get(type.name)?.type ?? plainString;
}

function textRecord(compilation: Compilation, site: Site): RecordType {
  const scope = createFieldScope([]);
  scope.add(textField(plainString));
  for (const field of attributeUses(compilation, site).fields.values()) scope.add(field);
  return { kind: "record", fields: scope.finish(), xmlOrder: "sequence" };
}

/** The field that holds the text of an element with attributes. */
export function textField(type: Type): Field {
  return {
    name: "value",
    type,
    presence: "required",
    nullable: false,
    xml: { node: "text", name: "", namespace: "" },
  };
}

/** Attributes of a restriction: those of the base that it leaves, and its own. */
function attributesOver(compilation: Compilation, site: Site, base: Base): Field[] {
  const own = attributeUses(compilation, site);
  const fields = new Map<string, Field>();
  const chain = base.kind === "record" ? chainOf(compilation, base.name) : [];
  for (const field of chain) {
    const key = attributeKey(field);
    // A wildcard is not inherited by restriction.
    if (key !== undefined && key !== "*" && !own.prohibited.has(key)) fields.set(key, field);
  }
  for (const [key, field] of own.fields) fields.set(key, field);
  return [...fields.values()];
}

function attributeKey({ xml }: Field): string | undefined {
  if (xml?.node === "anyAttribute") return "*";
  return xml?.node === "attribute" ? keyOf(xml) : undefined;
}

/** All fields of a record and of what it extends, the oldest first. */
export function chainOf(compilation: Pick<Compilation, "types">, name: TypeName): Field[] {
  return recordsOf(compilation, name).flatMap((record) => record.fields);
}

function recordsOf(compilation: Pick<Compilation, "types">, name: TypeName): RecordType[] {
  const records: RecordType[] = [];
  for (let next: TypeName | undefined = name; next !== undefined;) {
    const type: Type | undefined = compilation.types.get(next)?.type;
    if (type?.kind !== "record") break;
    records.push(type);
    next = type.extends;
  }
  return records.reverse();
}
