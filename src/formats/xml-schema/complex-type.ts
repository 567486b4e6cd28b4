/**
 * Complex types (XSD Part 1 §3.4) as records: content, attributes, extension and restriction.
 * Mixed content is opaque XML, and so is what derives from a type that is not known.
 */
import type { RecordType, Type } from "#contract/types.ts";
import { attributeUses } from "./attribute-uses.ts";
import { type Base, baseOf } from "./base-type.ts";
import { anyType } from "./built-in-types.ts";
import { type Compilation, type Site, siteAt, warn } from "./compilation.ts";
import { encodedArrayAt, recordOfArray } from "./encoded-array.ts";
import { createFieldScope } from "./field-scope.ts";
import { addFields } from "./fields-of-terms.ts";
import { attributeKey, attributesOver } from "./inherited-attributes.ts";
import { attributeOf, isTrue, schemaChild } from "./names.ts";
import { chainOf } from "./record-chain.ts";
import { simpleContent, textRecord } from "./simple-content.ts";
import { type Term, termOf } from "./terms.ts";

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
    const text = content?.name === "simpleContent" && schemaChild(at.element, "simpleType");
    if (text === undefined || text === false) return anyType;
  }
  const restricts = step?.name === "restriction";
  const abstract = isTrue(attributeOf(site.element, "abstract")) ? { abstract: true } : {};
  const simple = content?.name === "simpleContent" || base.kind === "simple";
  if (simple && (restricts || base.kind !== "record")) {
    return { ...simpleContent(compilation, at, base, restricts), ...abstract };
  }
  const term = simple ? undefined : contentOf(compilation, at);
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
