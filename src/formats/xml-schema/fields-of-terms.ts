/**
 * From a simplified content model to the fields of a record. A sequence gives its fields to the
 * record (repeated: the list `sequence`, inline), a choice is the union `choice`, inline, and a
 * reference to the head of a substitution group is a union under the name of the head.
 */
import type { Field, RecordType, Type, UnionType, Variant, XmlBinding } from "#contract/types.ts";
import { anyType } from "./built-in-types.ts";
import { type Compilation, note } from "./compilation.ts";
import type { ElementDeclaration } from "./element-declaration.ts";
import { recordOfArray } from "./encoded-array.ts";
import { createFieldScope, type FieldScope, listOf } from "./field-scope.ts";
import { createNumbering, safeName } from "#contract/numbering.ts";
import { simplifyTerm } from "./simplify-terms.ts";
import type { AnyTerm, ElementTerm, GroupTerm, Term } from "./terms.ts";

/** Adds the fields of a content model. Returns how its elements are ordered. */
export function addFields(
  compilation: Compilation,
  scope: FieldScope,
  content: Term,
): "sequence" | "all" {
  const term = simplifyTerm(content);
  if (term !== undefined) addTerm(compilation, scope, term, false);
  return term?.kind === "all" && term.max === 1 ? "all" : "sequence";
}

function addTerm(compilation: Compilation, scope: FieldScope, term: Term, optional: boolean): void {
  if (term.kind === "element") return scope.add(elementField(term, optional));
  if (term.kind === "any") return scope.add(anyField(term, optional));
  if (term.kind === "choice") return scope.add(choiceField(compilation, term, optional));
  if (term.max > 1) return scope.add(sequenceField(compilation, term, optional));
  const absent = term.min === 0;
  if (absent && term.items.filter(({ min }) => min > 0).length > 1) {
    const text = "that these elements stand all together or not at all is not checked";
    note(compilation, "optional-group", `an xs:${term.kind} may be absent; ${text}`, term.site);
  }
  for (const item of term.items) addTerm(compilation, scope, item, optional || absent);
}

function presenceOf(term: Term, optional: boolean): Field["presence"] {
  return optional || term.min === 0 ? "optional" : "required";
}

function elementField(term: ElementTerm, optional: boolean): Field {
  const { declaration } = term;
  const { name, namespace, nullable, documentation, origin } = declaration;
  const { array } = declaration;
  const presence = presenceOf(term, optional);
  const repeated = term.max > 1;
  const min = optional ? 0 : term.min;
  const text = documentation === undefined ? {} : { documentation };
  if (array !== undefined && !repeated) {
    const xml: XmlBinding = { ...array.item, wrapper: { name, namespace } };
    return { name, type: array.list, presence, nullable, xml, ...text, origin };
  }
  const type = repeated
    ? listOf(typeOf(declaration), min, term.max, nullable)
    : typeOf(declaration);
  return {
    name,
    type,
    presence,
    nullable: nullable && !repeated,
    ...(repeated ? {} : valueConstraint(declaration)),
    xml: { node: "element", name, namespace },
    ...text,
    origin,
  };
}

function typeOf({ type, array }: ElementDeclaration): Type {
  return array !== undefined && type.kind !== "ref" ? recordOfArray(array) : type;
}

function valueConstraint(declaration: ElementDeclaration): Pick<Field, "default" | "fixed"> {
  if (declaration.fixed !== undefined) return { fixed: declaration.fixed };
  return declaration.default === undefined ? {} : { default: declaration.default };
}

function anyField(term: AnyTerm, optional: boolean): Field {
  const min = optional ? 0 : term.min;
  return {
    name: "any",
    type: term.max > 1 ? listOf(anyType, min, term.max) : anyType,
    presence: presenceOf(term, optional),
    nullable: false,
    xml: { node: "any", name: "", namespace: term.namespace },
  };
}

function inline(name: string): XmlBinding {
  return { node: "inline", name, namespace: "" };
}

function sequenceField(compilation: Compilation, term: GroupTerm, optional: boolean): Field {
  const record = recordOf(compilation, term);
  return {
    name: "sequence",
    type: listOf(record, optional ? 0 : term.min, term.max),
    presence: presenceOf(term, optional),
    nullable: false,
    xml: inline("sequence"),
  };
}

function recordOf(compilation: Compilation, term: GroupTerm): RecordType {
  const scope = createFieldScope([]);
  for (const item of term.items) addTerm(compilation, scope, item, false);
  const xmlOrder = term.kind === "all" ? "all" : "sequence";
  return { kind: "record", fields: scope.finish(), xmlOrder };
}

function choiceField(compilation: Compilation, term: GroupTerm, optional: boolean): Field {
  const union = unionOf(compilation, term);
  const name = (term.substitution === true ? term.name : undefined) ?? "choice";
  return {
    name,
    type: term.max > 1 ? listOf(union, optional ? 0 : term.min, term.max) : union,
    presence: presenceOf(term, optional),
    nullable: false,
    xml: inline(name),
  };
}

function unionOf(compilation: Compilation, term: GroupTerm): UnionType {
  const claim = createNumbering();
  const variants = term.items.map((item): Variant => {
    const variant = variantOf(compilation, item);
    return { ...variant, name: claim(safeName(variant.name)) };
  });
  return { kind: "union", exclusive: true, variants };
}

function variantOf(compilation: Compilation, item: Term): Variant {
  if (item.kind === "element" || item.kind === "any") {
    const field = item.kind === "element" ? elementField(item, false) : anyField(item, false);
    const { name, type, nullable, xml } = field;
    return { name, type, ...(nullable ? { nullable } : {}), ...(xml === undefined ? {} : { xml }) };
  }
  if (item.kind === "choice") {
    const { name, type, xml } = choiceField(compilation, item, false);
    return { name, type, ...(xml === undefined ? {} : { xml }) };
  }
  const name = item.name ?? firstName(item);
  const record = recordOf(compilation, item);
  const type = item.max > 1 ? listOf(record, item.min, item.max) : record;
  return { name, type, xml: inline(name) };
}

/** An alternative of several elements goes by the first of them, by which it is recognised. */
function firstName(term: Term): string {
  if (term.kind === "element") return term.declaration.name;
  if (term.kind === "any") return "any";
  if (term.name !== undefined) return term.name;
  const first = term.items[0];
  return first === undefined || term.kind === "choice" ? "choice" : firstName(first);
}
