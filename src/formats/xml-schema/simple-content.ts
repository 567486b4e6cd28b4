/** Complex types with text: xs:simpleContent (XSD Part 1 §3.4.2), mixed ones without elements. */
import type { Field, RecordType, Type } from "#contract/types.ts";
import { attributeUses } from "./attribute-uses.ts";
import type { Base } from "./base-type.ts";
import { plainString } from "./built-in-types.ts";
import { type Compilation, nameAt, note, type Site, siteAt } from "./compilation.ts";
import { createFieldScope } from "./field-scope.ts";
import { attributesOver } from "./inherited-attributes.ts";
import { attributeOf, schemaChild } from "./names.ts";
import { chainOf } from "./record-chain.ts";
import { findDefinition } from "./schema-set.ts";
import { restrict, simpleTypeOf } from "./simple-type.ts";
import { compileDefinition } from "./type-reference.ts";

/** But the extension of a type that has text already, which only adds attributes. */
export function simpleContent(
  compilation: Compilation,
  site: Site,
  base: Base,
  restricts: boolean,
): RecordType {
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

export function textRecord(compilation: Compilation, site: Site): RecordType {
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
