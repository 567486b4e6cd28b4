/** Parts of WSDL messages: what each holds, and as which field of a record it is carried. */
import type { QualifiedName } from "#contract/contract.ts";
import type { Field, RecordType, RefType, Type } from "#contract/types.ts";
import { anyType } from "#formats/xml-schema/built-in-types.ts";
import type { Asker, SchemaCompiler } from "#formats/xml-schema/compile-schemas.ts";
import type { ElementDeclaration } from "#formats/xml-schema/element-declaration.ts";
import type { EncodedArray } from "#formats/xml-schema/encoded-array.ts";
import { attributeOf, expandName, spell } from "#formats/xml-schema/names.ts";
import type { Report } from "#formats/xml-schema/report.ts";
import { textField } from "#formats/xml-schema/simple-content.ts";
import { nameOf, placeIn, type WsdlDefinition, wsdlChildren } from "./import-names.ts";
import type { XmlElement } from "#formats/xml/element.ts";

/** What all of the import of one contract shares. */
export interface Import {
  readonly compiler: SchemaCompiler;
  readonly report: Report;
  readonly parts: Map<WsdlDefinition, readonly Part[]>;
  readonly partsMax: number;
  /** Parts in all that operations may still be made of. */
  partsLeft: number;
}

export function createImport(compiler: SchemaCompiler, report: Report, partsMax: number): Import {
  return { compiler, report, parts: new Map(), partsMax, partsLeft: partsMax };
}

export interface Part {
  readonly name: string;
  readonly node: XmlElement;
  readonly message: WsdlDefinition;
  /** By element: its name, and its declaration where it is known. */
  readonly element?: QualifiedName;
  readonly declaration?: ElementDeclaration;
  /** Opaque XML for an element that is not declared. */
  readonly type: Type;
  readonly array?: EncodedArray;
}

export function partsOf(context: Import, message: WsdlDefinition): readonly Part[] {
  const parts =
    context.parts.get(message) ??
    wsdlChildren(message.element, "part").map((node) => partOf(context, message, node));
  context.parts.set(message, parts);
  context.partsLeft -= parts.length;
  if (context.partsLeft >= 0) return parts;
  const text = `operations have more than ${context.partsMax} parts in all (elementsMax)`;
  context.report.add("error", "too-many-elements", text);
  return [];
}

function partOf(context: Import, message: WsdlDefinition, node: XmlElement): Part {
  const { compiler, report } = context;
  const { file, targetNamespace } = message;
  const from: Asker = { element: node, file, targetNamespace };
  const common = { name: nameOf(node), node, message };
  const place = placeIn(message, node);
  const byElement = attributeOf(node, "element");
  const written = byElement ?? attributeOf(node, "type");
  if (written === undefined || written === "") {
    const text = `part "${common.name}" has neither element nor type; carried as opaque XML`;
    report.add("warning", "untyped-part", text, place);
    return { ...common, type: anyType };
  }
  const name = expandName(written, node);
  if (name === undefined) {
    const text = `the prefix of "${written}" is not declared; expected xmlns:... for it`;
    report.add("warning", "unknown-prefix", text, place);
    return { ...common, type: anyType };
  }
  if (byElement === undefined) {
    const array = compiler.array(name, from);
    const type = compiler.type(name, from);
    return { ...common, type, ...(array === undefined ? {} : { array }) };
  }
  const declaration = compiler.element(name, from);
  if (declaration === undefined) {
    const text = `element ${spell(name)} is not defined in any schema that was read; `;
    report.add("warning", "unresolved-element", `${text}carried as opaque XML`, place);
    return { ...common, element: name, type: anyType };
  }
  const element = { name: declaration.name, namespace: declaration.namespace };
  return { ...common, element, declaration, type: declaration.type };
}

/** The part as a field: an element of its own name, or of the part's name in no namespace. */
export function fieldOfPart(part: Part, encoded: boolean): Field {
  const { element, declaration, array } = part;
  const xml = element ?? { name: part.name, namespace: "" };
  const field: Field = {
    name: xml.name,
    type: part.type,
    presence: encoded ? "optional" : "required",
    nullable: encoded || declaration?.nullable === true,
    xml: { node: "element", ...xml },
    origin: placeIn(part.message, part.node),
  };
  if (array === undefined) return field;
  return { ...field, type: array.list, xml: { ...array.item, wrapper: xml } };
}

/** The content of the part's element as a record: its own, or one with the text as `value`. */
export function recordOfPart(context: Import, part: Part): RecordType | RefType {
  const { type } = part;
  const resolved = context.compiler.resolve(type);
  if (type.kind === "ref" && resolved?.kind === "record") return type;
  if (resolved?.kind === "record") return resolved;
  if (resolved === undefined || resolved.kind === "opaque") {
    const any: Field = {
      name: "any",
      type: { kind: "list", item: anyType, itemNullable: false, min: 0 },
      presence: "optional",
      nullable: false,
      xml: { node: "any", name: "", namespace: "##any" },
    };
    return { kind: "record", fields: [any], xmlOrder: "sequence" };
  }
  return { kind: "record", fields: [textField(type)], xmlOrder: "sequence" };
}
