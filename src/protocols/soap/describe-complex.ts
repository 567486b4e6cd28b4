/** Records, choices, lists and maps as XML Schema complex types (XSD Part 1 §3.4). */
import type { QualifiedName } from "#contract/contract.ts";
import type { Field, ListType, RecordType, Type, UnionType, XmlBinding } from "#contract/types.ts";
import {
  elementBinding,
  isTextual,
  itemName,
  resolveType,
  variantBinding,
} from "#formats/xml/bindings.ts";
import { attributesText, close, constraintsText, wildcardOf } from "./describe-attributes.ts";
import {
  declareElement,
  lose,
  recordNamed,
  referTo,
  type Schemas,
  type SchemaText,
  unqualifiedMark,
} from "./describe-schemas.ts";
import { annotation, withAnnotation } from "./describe-annotations.ts";
import { definitionText, simpleDefinition, simpleTypeText, simpleUse } from "./describe-simple.ts";
import { escapeText } from "./xml-text.ts";

/** How often something may stand there: ` minOccurs="0" maxOccurs="unbounded"`. */
interface Occurs {
  readonly min: number;
  readonly max: number;
}

const once: Occurs = { min: 1, max: 1 };

function occursText({ min, max }: Occurs): string {
  const most = max === Infinity ? "unbounded" : String(max);
  return (min === 1 ? "" : ` minOccurs="${min}"`) + (most === "1" ? "" : ` maxOccurs="${most}"`);
}

interface ElementFacets {
  readonly nullable: boolean;
  readonly default?: string | undefined;
  readonly fixed?: string | undefined;
  readonly documentation?: string | undefined;
}

/** All types of the contract that have to stand in a schema under their names. */
export function describeNamedTypes(schemas: Schemas): void {
  const { contract } = schemas;
  for (const named of contract.types.values()) {
    const { type } = named;
    if (type.kind === "ref" || type.kind === "opaque") continue;
    const { name, namespace } = schemas.nameOfType(named.name);
    const schema = schemas.schema(namespace);
    const note = annotation(named.documentation);
    if (isTextual(contract, type)) {
      const text = definitionText(simpleDefinition(schemas, schema, type));
      schema.types.push(`<xs:simpleType name="${name}">${note}${text}</xs:simpleType>`);
    } else {
      const abstract = type.kind === "record" && type.abstract === true ? ' abstract="true"' : "";
      const content = complexContent(schemas, schema, type, named.name);
      const head = `<xs:complexType name="${name}"${abstract}>`;
      schema.types.push(`${head}${note}${content}</xs:complexType>`);
    }
  }
}

/** What follows the name of an element: its type, nillable, and the end of its tag. */
export function elementRest(
  schemas: Schemas,
  from: SchemaText,
  type: Type,
  facets: ElementFacets,
): string {
  const { contract } = schemas;
  const nillable = facets.nullable ? ' nillable="true"' : "";
  if (isTextual(contract, type)) {
    const { type: written, inner } = simpleTypeText(simpleUse(schemas, from, type));
    const constraint = constraintsText(facets);
    return close(`${written}${nillable}${constraint}`, inner, "element");
  }
  const { type: resolved, named } = resolveType(contract, type);
  if (resolved.kind === "opaque") {
    const name = { xml: "anyType", json: "string", protoAny: "base64Binary" }[resolved.content];
    return ` type="xs:${name}"${nillable}/>`;
  }
  if (facets.nullable) reportNil(schemas, resolved);
  if (named !== undefined) {
    return ` type="${referTo(schemas, from, schemas.nameOfType(named.name))}"${nillable}/>`;
  }
  const content = complexContent(schemas, from, resolved, undefined);
  return close(nillable, `<xs:complexType>${content}</xs:complexType>`, "element");
}

/** XSD Part 1 §3.3.4: a nil element has all attributes that its type requires; a null has none. */
function reportNil(schemas: Schemas, type: Type): void {
  for (let record = type.kind === "record" ? type : undefined; record !== undefined;) {
    const needs = record.fields.some(
      ({ xml, presence }) => xml?.node === "attribute" && presence === "required",
    );
    if (needs) {
      const text =
        "an element that is nil is written without the attributes that its type requires";
      return lose(schemas, "nil-attributes", text, "warning");
    }
    record = recordNamed(schemas.contract, record.extends);
  }
}

function complexContent(
  schemas: Schemas,
  from: SchemaText,
  type: Exclude<Type, { kind: "ref" }>,
  name: string | undefined,
): string {
  switch (type.kind) {
    case "record":
      return recordContent(schemas, from, type, name);
    case "union":
      return choice(schemas, from, type, once);
    case "list": {
      const item = elementBinding(itemName, from.namespace);
      return sequence(particle(schemas, from, item, type, once, { nullable: false }));
    }
    default: {
      const text = "the keys of a map are the names of elements, which a schema cannot list";
      lose(schemas, "map-as-any", text, "warning");
      return sequence(anyElement("##any", { min: 0, max: Infinity }, "skip"));
    }
  }
}

function sequence(content: string, occurs: Occurs = once): string {
  return `<xs:sequence${occursText(occurs)}>${content}</xs:sequence>`;
}

function recordContent(
  schemas: Schemas,
  from: SchemaText,
  record: RecordType,
  name: string | undefined,
): string {
  const placed = record.fields.map((field) => ({
    field,
    binding: field.xml ?? elementBinding(field.name, from.namespace),
  }));
  if (record.open === true) {
    lose(schemas, "open-record", "members that the contract does not name are not described");
  }
  const attributes = attributesText(schemas, from, placed);
  const text = placed.find(({ binding }) => binding.node === "text")?.field;
  const base = recordNamed(schemas.contract, record.extends);
  if (text !== undefined && base === undefined) {
    if (record.restricts !== undefined) {
      const lost = "that a type of text narrows another one is not described";
      lose(schemas, "restriction-left-out", lost);
    }
    const textBase = namedSimple(schemas, from, text.type, name ?? "text");
    return simpleContent(textBase, attributes);
  }
  if (base !== undefined && hasText(schemas, record.extends)) {
    const parent = referTo(schemas, from, schemas.nameOfType(record.extends as string));
    return simpleContent(parent, attributes);
  }
  const content = placed
    .filter(({ binding }) => ["element", "inline", "any"].includes(binding.node))
    .map(({ field, binding }) => fieldParticle(schemas, from, field, binding))
    .join("");
  const parentName = record.extends ?? record.restricts;
  const derives = parentName !== undefined && recordNamed(schemas.contract, parentName);
  const group = groupOf(schemas, record, name, placed, content, derives !== false);
  if (parentName === undefined || derives === false || derives === undefined) {
    return group + attributes;
  }
  const step = record.extends === undefined ? "restriction" : "extension";
  const parent = referTo(schemas, from, schemas.nameOfType(parentName));
  return (
    `<xs:complexContent><xs:${step} base="${parent}">${group}${attributes}` +
    `</xs:${step}></xs:complexContent>`
  );
}

function simpleContent(base: string, attributes: string): string {
  const extension = `<xs:extension base="${base}">${attributes}</xs:extension>`;
  return `<xs:simpleContent>${extension}</xs:simpleContent>`;
}

function hasText({ contract }: Schemas, name: string | undefined): boolean {
  const record = recordNamed(contract, name);
  if (record === undefined) return false;
  return (
    record.fields.some(({ xml }) => xml?.node === "text") ||
    hasText({ contract } as Schemas, record.extends)
  );
}

/** xs:all where XML Schema 1.0 allows it; else the order in which we write, which is one of all. */
function groupOf(
  schemas: Schemas,
  record: RecordType,
  name: string | undefined,
  placed: readonly { readonly field: Field; readonly binding: XmlBinding }[],
  content: string,
  derives: boolean,
): string {
  if (content === "") return derives ? "" : "<xs:sequence/>";
  if (record.xmlOrder !== "all" || placed.length === 0) return sequence(content);
  const isList = ({ type }: Field) =>
    resolveType(schemas.contract, type).type.kind === "list" && !isTextual(schemas.contract, type);
  const simple = placed.every(
    ({ field, binding }) =>
      binding.node === "attribute" ||
      (binding.node === "element" && (!isList(field) || binding.wrapper !== undefined)),
  );
  const isFree = !derives && (name === undefined || !schemas.isBase(name));
  // Tools of SOAP unwrap sequences only, and contracts of other dialects know no order at all.
  if (simple && isFree && schemas.contract.dialect === "soap") {
    return `<xs:all>${content}</xs:all>`;
  }
  lose(schemas, "order-narrowed", "elements that may stand in any order are described in one");
  return sequence(content);
}

function fieldParticle(
  schemas: Schemas,
  from: SchemaText,
  field: Field,
  binding: XmlBinding = field.xml ?? elementBinding(field.name, from.namespace),
): string {
  const min = field.presence === "required" ? 1 : 0;
  return particle(schemas, from, binding, field.type, { min, max: 1 }, field);
}

/** What stands for a value in the content of an element. */
function particle(
  schemas: Schemas,
  from: SchemaText,
  binding: XmlBinding,
  type: Type,
  occurs: Occurs,
  facets: ElementFacets,
): string {
  const { type: resolved } = resolveType(schemas.contract, type);
  const repeated = resolved.kind === "list" && !isTextual(schemas.contract, resolved);
  if (repeated && binding.wrapper === undefined) {
    const { item, itemNullable } = resolved;
    const times = repetition(schemas, resolved, occurs);
    const { documentation } = facets;
    const itemFacets = { nullable: itemNullable, documentation };
    return particle(schemas, from, binding, item, times, itemFacets);
  }
  switch (binding.node) {
    case "any":
      return anyElement(wildcardOf(schemas, from, binding.namespace), occurs, "lax");
    case "inline": {
      if (resolved.kind === "union") return choice(schemas, from, resolved, occurs);
      const fields = resolved.kind === "record" ? resolved.fields : [];
      return sequence(fields.map((field) => fieldParticle(schemas, from, field)).join(""), occurs);
    }
    default:
      return repeated
        ? wrappedList(schemas, from, binding, resolved, occurs, facets)
        : elementParticle(schemas, from, binding, occurs, facets, (home) =>
            elementRest(schemas, home, type, facets),
          );
  }
}

/** A list with an element of its own round its items. */
function wrappedList(
  schemas: Schemas,
  from: SchemaText,
  binding: XmlBinding,
  list: ListType,
  occurs: Occurs,
  facets: ElementFacets,
): string {
  const text = "a list inside an element of its own reads back as a record of one list";
  lose(schemas, "wrapped-list", text);
  const { name, namespace, wrapper = binding } = binding;
  const item = { node: "element", name, namespace } as const;
  const nillable = facets.nullable ? ' nillable="true"' : "";
  return elementParticle(schemas, from, wrapper, occurs, facets, (home) => {
    const items = particle(schemas, home, item, list, once, { nullable: false });
    return close(nillable, `<xs:complexType>${sequence(items)}</xs:complexType>`, "element");
  });
}

function repetition(schemas: Schemas, list: ListType, outer: Occurs): Occurs {
  const max = list.max ?? Infinity;
  if (outer.max > 1) {
    lose(schemas, "list-of-lists", "a list of lists is described as one list", "warning");
    return { min: 0, max: Infinity };
  }
  if (outer.min === 0 && list.min > 1) {
    lose(schemas, "list-minimum", "an optional list of at least two is described as any list");
  }
  if (outer.min === 1 && list.min === 0) {
    lose(schemas, "empty-list", "XML cannot tell an empty list from none; both are read as empty");
  }
  return { min: outer.min === 0 ? 0 : list.min, max };
}

/** An element of another namespace has to be a global one of that namespace's schema. */
function elementParticle(
  schemas: Schemas,
  from: SchemaText,
  element: QualifiedName,
  occurs: Occurs,
  { documentation }: ElementFacets,
  restIn: (home: SchemaText) => string,
): string {
  if (element.namespace === from.namespace || element.namespace === "") {
    const isQualified = element.namespace === from.namespace;
    if (isQualified) from.hasQualified = true;
    const form = isQualified ? "" : unqualifiedMark;
    const head = `<xs:element name="${element.name}"${form}${occursText(occurs)}`;
    return head + withAnnotation(restIn(from), documentation, "element");
  }
  declareElement(schemas, element, restIn(schemas.schema(element.namespace)));
  return `<xs:element ref="${referTo(schemas, from, element)}"${occursText(occurs)}/>`;
}

function choice(schemas: Schemas, from: SchemaText, union: UnionType, occurs: Occurs): string {
  const variants = union.variants.map((variant) =>
    particle(schemas, from, variantBinding(variant, from.namespace), variant.type, once, {
      nullable: variant.nullable === true,
    }),
  );
  return `<xs:choice${occursText(occurs)}>${variants.join("")}</xs:choice>`;
}

function anyElement(namespace: string, occurs: Occurs, contents: "lax" | "skip"): string {
  const of = namespace === "##any" ? "" : ` namespace="${escapeText(namespace)}"`;
  return `<xs:any${of} processContents="${contents}"${occursText(occurs)}/>`;
}

/** simpleContent extends types by their names only. */
function namedSimple(schemas: Schemas, from: SchemaText, type: Type, owner: string): string {
  const use = simpleUse(schemas, from, type);
  if ("name" in use) return use.name;
  const name = from.freeName(`${owner.replace(/[^A-Za-z0-9._-]/g, "_")}.text`);
  from.types.push(`<xs:simpleType name="${name}">${use.definition}</xs:simpleType>`);
  return schemas.prefix(from.namespace) + name;
}
