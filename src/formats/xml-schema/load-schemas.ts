/**
 * Gathers schema documents into one set of definitions: xs:import and xs:include across files,
 * chameleon includes, several xs:schema in one WSDL, cycles. XSD Part 1 §4.2.
 */
import type { XmlElement } from "#formats/xml/element.ts";
import { attributeOf, isBuiltInNamespace, isSchemaElement, keyOf, spell } from "./names.ts";
import { schemaChild, schemaChildren } from "./names.ts";
import type { ContractDocument, DocumentReader } from "./read-document.ts";
import type { Report } from "./report.ts";
import { sameTree } from "./same-tree.ts";
import { type Definition, nameIn, placeIn, type SchemaDocument } from "./schema-set.ts";
import type { SchemaSet, SymbolSpace } from "./schema-set.ts";

export interface SchemaLoader {
  /** Takes in an xs:schema element of this file, and later all that it refers to. */
  readonly add: (schema: XmlElement, file: string) => void;
  readonly finish: () => SchemaSet;
}

const spaceOf: Readonly<Record<string, SymbolSpace>> = {
  simpleType: "type",
  complexType: "type",
  element: "element",
  attribute: "attribute",
  group: "group",
  attributeGroup: "attributeGroup",
};

export function createSchemaLoader(reader: DocumentReader, report: Report): SchemaLoader {
  const queue: SchemaDocument[] = [];
  const seen = new Map<XmlElement, Set<string>>();
  const spaces = emptySpaces();

  function enqueue(schema: XmlElement, file: string, adopted: string | undefined): void {
    const own = attributeOf(schema, "targetNamespace");
    const targetNamespace = own ?? adopted ?? "";
    const namespaces = seen.get(schema) ?? new Set();
    if (namespaces.has(targetNamespace)) return;
    seen.set(schema, namespaces.add(targetNamespace));
    queue.push({
      file,
      root: schema,
      targetNamespace,
      chameleon: own === undefined && targetNamespace !== "",
      elementsQualified: attributeOf(schema, "elementFormDefault") === "qualified",
      attributesQualified: attributeOf(schema, "attributeFormDefault") === "qualified",
    });
  }

  function follow(document: SchemaDocument, reference: XmlElement): void {
    const location = attributeOf(reference, "schemaLocation");
    const isImport = reference.name === "import";
    if (reference.name === "redefine") {
      const text = "xs:redefine is not supported; expected the changed definitions themselves";
      report.add("error", "redefine-refused", text, placeIn(document, reference));
    }
    if (isImport && isBuiltInNamespace(attributeOf(reference, "namespace") ?? "")) return;
    if (location === undefined || location === "") {
      if (isImport) return;
      const text = `xs:${reference.name} without schemaLocation; expected where the schema lies`;
      report.add("warning", "missing-location", text, placeIn(document, reference));
      return;
    }
    const found = reader.read(location, document.file, placeIn(document, reference));
    if (found === undefined) return;
    const schemas = schemasOf(found);
    for (const schema of schemas) {
      const adopts = !isImport && attributeOf(schema, "targetNamespace") === undefined;
      enqueue(schema, found.file, adopts ? document.targetNamespace : undefined);
    }
    if (schemas.length > 0) return;
    const text = `${location} holds no xs:schema; expected a schema, found <${found.root.name}>`;
    report.add("warning", "not-a-schema", text, placeIn(document, reference));
  }

  function define(document: SchemaDocument, element: XmlElement): void {
    const space = spaceOf[element.name];
    const local = attributeOf(element, "name");
    if (space === undefined) {
      if (element.name === "notation") return;
      const text = `<${element.name}> is not expected in a schema and is ignored`;
      report.add("warning", "unexpected-element", text, placeIn(document, element));
      return;
    }
    if (local === undefined || local === "") {
      const text = `xs:${element.name} of a schema without a name; expected name="..."`;
      report.add("warning", "missing-name", text, placeIn(document, element));
      return;
    }
    const name = { name: local, namespace: document.targetNamespace };
    const definitions = spaces[space];
    const first = definitions.get(keyOf(name));
    if (first === undefined) definitions.set(keyOf(name), { name, element, document });
    else reportDuplicate(report, first, { name, element, document });
  }

  return {
    add: (schema, file) => enqueue(schema, file, undefined),
    finish() {
      // The queue grows while it is walked.
      for (const document of queue) {
        for (const child of schemaChildren(document.root)) {
          if (/^(import|include|redefine)$/.test(child.name)) follow(document, child);
          else define(document, child);
        }
      }
      return { spaces, ...relate(spaces) };
    },
  };
}

function emptySpaces(): Record<SymbolSpace, Map<string, Definition>> {
  return {
    type: new Map(),
    element: new Map(),
    attribute: new Map(),
    group: new Map(),
    attributeGroup: new Map(),
  };
}

/** A schema document's root, or the schemas that a WSDL document holds. */
function schemasOf({ root }: ContractDocument): XmlElement[] {
  if (isSchemaElement(root, "schema")) return [root];
  const schemas: XmlElement[] = [];
  for (const child of root.children) {
    if (typeof child === "string") continue;
    for (const schema of schemaChildren(child)) {
      if (schema.name === "schema") schemas.push(schema);
    }
  }
  return schemas;
}

function reportDuplicate(report: Report, first: Definition, second: Definition): void {
  const where = `${first.document.file}:${first.element.line}:${first.element.column}`;
  const same = sameTree(first.element, second.element);
  const text = `${second.element.name} ${spell(second.name)} is defined again; ${
    same ? "it is the same as" : "this one is ignored, for the first counts:"
  } ${where}`;
  const severity = same ? "info" : "warning";
  report.add(severity, "duplicate-definition", text, placeIn(second.document, second.element));
}

function relate(spaces: Record<SymbolSpace, Map<string, Definition>>) {
  const derived = new Map<string, Definition[]>();
  const members = new Map<string, Definition[]>();
  for (const definition of spaces.type.values()) {
    const content = schemaChild(definition.element, "complexContent", "simpleContent");
    const step = content && schemaChild(content, "extension", "restriction");
    append(derived, definition, step && attributeOf(step, "base"), step);
  }
  for (const definition of spaces.element.values()) {
    const head = attributeOf(definition.element, "substitutionGroup");
    append(members, definition, head, definition.element);
  }
  return { derived, members };
}

function append(
  table: Map<string, Definition[]>,
  definition: Definition,
  text: string | undefined,
  element: XmlElement | undefined,
): void {
  if (text === undefined || element === undefined) return;
  const name = nameIn(definition.document, element, text);
  if (name === undefined) return;
  const list = table.get(keyOf(name));
  if (list === undefined) table.set(keyOf(name), [definition]);
  else list.push(definition);
}
