/** The `xml` objects of OpenAPI, where the name of the property does not say it all. */
import type { XmlBinding } from "#contract/types.ts";
import { compact, type Schema } from "./describe-scope.ts";
import { cleanName } from "./type-names.ts";

export function describeXml(
  schema: Schema,
  binding: XmlBinding,
  property: string,
  isList: boolean,
): Schema {
  const { node, name, namespace, wrapper, prefix } = binding;
  const plain = cleanName(property);
  // Where a property's name is rewritten it may also get a number, so that the name is said.
  const isSaid = plain !== property;
  if (!isList || node !== "element") {
    return withXml(schema, {
      name: name === plain && !isSaid ? undefined : name,
      namespace: namespace === "" ? undefined : namespace,
      prefix,
      attribute: node === "attribute" ? true : undefined,
      "x-node": node === "attribute" || node === "element" ? undefined : node,
    });
  }
  const items = schema["items"] as Schema | undefined;
  const outer = wrapper?.name ?? plain;
  const isPlainItem = name === outer && (wrapper !== undefined || !isSaid);
  const itemXml = { name: isPlainItem ? undefined : name, prefix };
  const ownXml =
    wrapper === undefined
      ? { namespace: namespace === "" ? undefined : namespace }
      : {
          wrapped: true,
          name: wrapper.name === plain && !isSaid ? undefined : wrapper.name,
          namespace: wrapper.namespace === "" ? undefined : wrapper.namespace,
        };
  const itemNamespace = wrapper === undefined || namespace === "" ? {} : { namespace };
  // A list of a name of its own has its items elsewhere.
  const inner =
    items === undefined
      ? schema
      : { ...schema, items: withXml(items, { ...itemXml, ...itemNamespace }) };
  return withXml(inner, ownXml);
}

export function withXml(schema: Schema, xml: Readonly<Record<string, unknown>>): Schema {
  const said = compact(xml);
  return Object.keys(said).length === 0 ? schema : { ...schema, xml: said };
}
