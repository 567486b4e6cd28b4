/** The type that a complex type derives from. */
import type { RecordType, Type, TypeName } from "#contract/types.ts";
import { plainString } from "./built-in-types.ts";
import { type Compilation, fail, nameAt, type Site, warn } from "./compilation.ts";
import { attributeOf, isForeign, spell } from "./names.ts";
import { recordsOf } from "./record-chain.ts";
import { findDefinition } from "./schema-set.ts";
import { simpleTypeNamed } from "./simple-type.ts";
import { compileDefinition } from "./type-reference.ts";

/** What a type derives from, compiled. */
export type Base =
  | { readonly kind: "none" }
  | { readonly kind: "record"; readonly name: TypeName; readonly record: RecordType }
  | { readonly kind: "simple"; readonly type: Type }
  /** Mixed, circular or unknown. */
  | { readonly kind: "opaque" };

export function baseOf(compilation: Compilation, site: Site, depth: number): Base {
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
