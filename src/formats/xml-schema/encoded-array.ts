/**
 * Arrays of SOAP 1.1 encoding (§5.4.2): a complex type that restricts soapenc:Array, whose items
 * are declared by wsdl:arrayType or by a sequence of one element.
 */
import type { QualifiedName } from "#contract/contract.ts";
import type { Field, ListType, RecordType, Type, XmlBinding } from "#contract/types.ts";
import type { XmlElement } from "#formats/xml/element.ts";
import { anyType } from "./built-in-types.ts";
import { type Compilation, note, type Site, siteAt } from "./compilation.ts";
import { attributeOf, expandName, isEncodingNamespace, schemaChild } from "./names.ts";
import { schemaChildren, wsdlNamespace } from "./names.ts";
import { findDefinition } from "./schema-set.ts";
import { anonymousType, typeWritten } from "./type-reference.ts";

export interface EncodedArray {
  readonly list: ListType;
  /** Senders name the items as they like; this is the name that we give them. */
  readonly item: XmlBinding;
}

/** The array that a named type is, undefined when it is anything else. */
export function encodedArrayNamed(
  compilation: Compilation,
  site: Site,
  name: QualifiedName,
): EncodedArray | undefined {
  const { targetNamespace } = site.document;
  const definition = findDefinition(compilation.set, "type", name, targetNamespace);
  if (definition?.element.name !== "complexType") return undefined;
  const { arrays, namesOf } = compilation;
  if (arrays.has(definition)) return arrays.get(definition);
  const { document, element } = definition;
  const path = namesOf.get(definition) ?? definition.name.name;
  const array = encodedArrayAt(compilation, { document, element, path });
  arrays.set(definition, array);
  return array;
}

/** The site is an xs:complexType. */
export function encodedArrayAt(compilation: Compilation, site: Site): EncodedArray | undefined {
  const content = schemaChild(site.element, "complexContent");
  const step = content && schemaChild(content, "restriction", "extension");
  const base = step && expandName(attributeOf(step, "base") ?? "", step);
  if (step === undefined || base?.name !== "Array" || !isEncodingNamespace(base.namespace)) {
    return undefined;
  }
  const declared = schemaChildren(step).find((child) => child.name === "attribute");
  const arrayType = declared?.attributes.find(
    ({ name, namespace }) => name === "arrayType" && namespace === wsdlNamespace,
  );
  const element = onlyElement(step);
  const item: XmlBinding = {
    node: "element",
    name: (element && attributeOf(element, "name")) ?? "item",
    namespace: "",
  };
  let type: Type = anyType;
  if (declared !== undefined && arrayType !== undefined) {
    type = itemWritten(compilation, siteAt(site, declared), arrayType.value.trim());
  } else if (element !== undefined) {
    type = itemOf(compilation, siteAt(site, element, `${site.path}.${item.name}`));
  }
  return { list: { kind: "list", item: type, itemNullable: true, min: 0 }, item };
}

/** The array as a type of its own: a record with the items as its one field. */
export function recordOfArray(array: EncodedArray): RecordType {
  const field: Field = {
    name: array.item.name,
    type: array.list,
    presence: "optional",
    nullable: false,
    xml: array.item,
  };
  return { kind: "record", fields: [field], xmlOrder: "sequence" };
}

function onlyElement(step: XmlElement): XmlElement | undefined {
  const group = schemaChild(step, "sequence", "all");
  const elements = group === undefined ? [] : schemaChildren(group);
  const [first] = elements;
  return elements.length === 1 && first?.name === "element" ? first : undefined;
}

function itemOf(compilation: Compilation, site: Site): Type {
  const written = attributeOf(site.element, "type");
  if (written !== undefined) return typeWritten(compilation, site, written);
  const inner = schemaChild(site.element, "complexType", "simpleType");
  return inner === undefined ? anyType : anonymousType(compilation, siteAt(site, inner));
}

/** `tns:Item[]`, `xsd:string[][]`: the type of the items. */
function itemWritten(compilation: Compilation, site: Site, text: string): Type {
  const open = text.lastIndexOf("[");
  const size = open < 0 ? "" : text.slice(open);
  const name = open < 0 ? text : text.slice(0, open);
  if (/^\[[0-9 ]*\]$/.test(size) && !name.includes("[")) {
    return typeWritten(compilation, site, name);
  }
  if (/^\[[0-9 ]*\]$/.test(size) && name.length < 1_000) {
    const item: XmlBinding = { node: "element", name: "item", namespace: "" };
    const inner = itemWritten(compilation, site, name);
    return recordOfArray({
      list: { kind: "list", item: inner, itemNullable: true, min: 0 },
      item,
    });
  }
  const message = `the array type "${text.slice(0, 80)}" has several dimensions or no brackets; `;
  note(compilation, "array-as-xml", `${message}its items are carried as opaque XML`, site);
  return anyType;
}
