/** Attributes of complex types and wildcards in XML Schema (XSD Part 1 §3.2, §3.10). */
import type { Field, XmlBinding } from "#contract/types.ts";
import { xmlNamespace } from "#formats/xml/namespace-scope.ts";
import {
  declareAttribute,
  lose,
  referTo,
  type Schemas,
  type SchemaText,
} from "./describe-schemas.ts";
import { simpleTypeText, simpleUse } from "./describe-simple.ts";
import { withAnnotation } from "./describe-annotations.ts";
import { escapeText } from "./xml-text.ts";

/** The end of a tag, with what is inside of it. */
export function close(attributes: string, inner: string, name: string): string {
  return inner === "" ? `${attributes}/>` : `${attributes}>${inner}</xs:${name}>`;
}

export function constraintsText(facets: {
  readonly default?: string | undefined;
  readonly fixed?: string | undefined;
}): string {
  const { default: standard, fixed } = facets;
  const first = standard === undefined ? "" : ` default="${escapeText(standard)}"`;
  return fixed === undefined ? first : `${first} fixed="${escapeText(fixed)}"`;
}

/** As XML Schema writes it: `##other` is always other than the schema's own. */
export function wildcardOf(schemas: Schemas, from: SchemaText, wildcard: string): string {
  if (wildcard === "") return "##any";
  if (!wildcard.startsWith("##other")) return wildcard;
  const [, than = from.namespace] = wildcard.split(" ");
  if (than === from.namespace) return "##other";
  lose(schemas, "wildcard-widened", `any namespace but ${than} is described as any`);
  return "##any";
}

export function attributesText(
  schemas: Schemas,
  from: SchemaText,
  placed: readonly { readonly field: Field; readonly binding: XmlBinding }[],
): string {
  let text = "";
  let wildcard: string | undefined;
  for (const { field, binding } of placed) {
    if (binding.node === "anyAttribute") {
      wildcard = wildcardOf(schemas, from, binding.namespace);
    } else if (binding.node === "attribute" && binding.namespace === xmlNamespace) {
      // Without an import Java refuses `ref="xml:lang"`; with one zeep fetches it from w3.org.
      lose(schemas, "xml-attributes", "attributes of xml: are described as any of them");
      wildcard ??= xmlNamespace;
    } else if (binding.node === "attribute") text += attribute(schemas, from, field, binding);
  }
  if (wildcard === undefined) return text;
  const of = wildcard === "##any" ? "" : ` namespace="${escapeText(wildcard)}"`;
  return `${text}<xs:anyAttribute${of} processContents="lax"/>`;
}

function attribute(
  schemas: Schemas,
  from: SchemaText,
  field: Field,
  { name, namespace }: XmlBinding,
): string {
  const isLocal = namespace === "" || namespace === from.namespace;
  const home = isLocal ? from : schemas.schema(namespace);
  const { type, inner } = simpleTypeText(simpleUse(schemas, home, field.type));
  const isRequired = field.presence === "required" && field.default === undefined;
  const use = isRequired ? ' use="required"' : "";
  const constraint = constraintsText(field);
  const { documentation } = field;
  if (isLocal) {
    const form = namespace === "" ? "" : ' form="qualified"';
    const rest = close(`${type}${use}${constraint}`, inner, "attribute");
    return `<xs:attribute name="${name}"${form}${withAnnotation(rest, documentation, "attribute")}`;
  }
  declareAttribute(schemas, { name, namespace }, close(`${type}${constraint}`, inner, "attribute"));
  const reference = `ref="${referTo(schemas, from, { name, namespace })}"${use}/>`;
  return `<xs:attribute ${withAnnotation(reference, documentation, "attribute")}`;
}
