/**
 * The schemas of a described contract while they are written: one per namespace, with the global
 * types, elements and attributes in it and the namespaces that it refers to.
 */
import type { Diagnostic } from "#base/diagnostic.ts";
import type { Contract, QualifiedName } from "#contract/contract.ts";
import type { RecordType, TypeName } from "#contract/types.ts";
import { resolveType } from "#formats/xml/bindings.ts";
import { clarkName } from "#formats/xml/bindings.ts";
import { typeXmlNames } from "#formats/xml/type-xml-names.ts";
import { createNumbering } from "#contract/numbering.ts";
import { escapeText } from "./xml-text.ts";

export interface Schemas {
  readonly contract: Contract;
  readonly diagnostics: Diagnostic[];
  /** Prefix of a namespace with its colon, "" for none; all are declared at the root. */
  readonly prefix: (namespace: string) => string;
  readonly prefixes: ReadonlyMap<string, string>;
  readonly schema: (namespace: string) => SchemaText;
  readonly all: () => readonly SchemaText[];
  readonly nameOfType: (name: TypeName) => QualifiedName;
  /** Whether other types derive from it. */
  readonly isBase: (name: TypeName) => boolean;
}

export interface SchemaText {
  readonly namespace: string;
  /** Texts of global types, in the order in which they are written. */
  readonly types: string[];
  /** By name, the rest of the declaration behind it. */
  readonly elements: Map<string, string>;
  readonly attributes: Map<string, string>;
  readonly imports: Set<string>;
  readonly freeName: (name: string) => string;
  /** Whether a local element in the schema's own namespace was written. */
  hasQualified: boolean;
}

/**
 * Stands in texts for the form of a local element in no namespace, until it is known whether all
 * of the schema are: there are clients that read the schema's default alone.
 */
export const unqualifiedMark = "\u0000";

export function createSchemas(contract: Contract): Schemas {
  const prefixes = new Map<string, string>();
  const schemas = new Map<string, SchemaText>();
  const names = typeXmlNames(contract);
  const bases = new Set<TypeName>();
  const namesIn = (namespace: string): readonly string[] =>
    [...names.values()].flatMap((one) => (one.namespace === namespace ? [one.name] : []));
  const schema = (namespace: string): SchemaText => {
    let found = schemas.get(namespace);
    if (found === undefined) {
      found = {
        namespace,
        types: [],
        elements: new Map(),
        attributes: new Map(),
        imports: new Set(),
        freeName: createNumbering(namesIn(namespace)),
        hasQualified: false,
      };
      schemas.set(namespace, found);
    }
    return found;
  };
  const prefix = (namespace: string): string => {
    if (namespace === "") return "";
    const known = prefixes.get(namespace) ?? `ns${prefixes.size + 1}`;
    prefixes.set(namespace, known);
    return `${known}:`;
  };
  for (const { namespace } of names.values()) schema(namespace);
  for (const { type } of contract.types.values()) {
    const base = type.kind === "record" ? (type.extends ?? type.restricts) : undefined;
    if (base !== undefined) bases.add(base);
  }
  return {
    contract,
    diagnostics: [],
    prefix,
    prefixes,
    schema,
    all: () => [...schemas.values()],
    nameOfType: (name) => names.get(name) as QualifiedName,
    isBase: (name) => bases.has(name),
  };
}

/** The name as it is written in a schema, which then imports its namespace. */
export function referTo(schemas: Schemas, from: SchemaText, name: QualifiedName): string {
  if (name.namespace !== from.namespace) from.imports.add(name.namespace);
  return schemas.prefix(name.namespace) + name.name;
}

/** Declares a global element; two that differ cannot be told apart in a schema. */
export function declareElement(
  schemas: Schemas,
  element: QualifiedName,
  declaration: string,
): boolean {
  return declareIn(schemas, schemas.schema(element.namespace).elements, element, declaration);
}

export function declareAttribute(
  schemas: Schemas,
  attribute: QualifiedName,
  declaration: string,
): boolean {
  return declareIn(schemas, schemas.schema(attribute.namespace).attributes, attribute, declaration);
}

function declareIn(
  schemas: Schemas,
  table: Map<string, string>,
  name: QualifiedName,
  declaration: string,
): boolean {
  const known = table.get(name.name);
  if (known === undefined) table.set(name.name, declaration);
  if (known === undefined || known === declaration) return true;
  const text = `${clarkName(name)} stands for two different things; the schema says the first`;
  lose(schemas, "element-conflict", text, "warning");
  return false;
}

/** Once each: the same is lost in the same words in many places. */
export function lose(
  schemas: Schemas,
  code: string,
  message: string,
  severity: "info" | "warning" = "info",
): void {
  const known = schemas.diagnostics.some((one) => one.code === code && one.message === message);
  if (!known) schemas.diagnostics.push({ code, severity, message });
}

export function recordNamed(
  contract: Contract,
  name: TypeName | undefined,
): RecordType | undefined {
  if (name === undefined || !contract.types.has(name)) return undefined;
  const { type } = resolveType(contract, { kind: "ref", name });
  return type.kind === "record" ? type : undefined;
}

/** One xs:schema; `location` says where another one is, for use outside of a WSDL. */
export function schemaElement(
  { namespace, types, elements, attributes, imports, hasQualified }: SchemaText,
  location?: (namespace: string) => string,
): string {
  const target = namespace === "" ? "" : ` targetNamespace="${escapeText(namespace)}"`;
  const lines = [...imports].map((other) => {
    const where = location === undefined ? "" : ` schemaLocation="${escapeText(location(other))}"`;
    const of = other === "" ? "" : ` namespace="${escapeText(other)}"`;
    return `<xs:import${of}${where}/>`;
  });
  for (const [name, rest] of elements) lines.push(`<xs:element name="${name}"${rest}`);
  for (const [name, rest] of attributes) lines.push(`<xs:attribute name="${name}"${rest}`);
  lines.push(...types);
  const text = lines.join("\n");
  const isUnqualified = !hasQualified && text.includes(unqualifiedMark);
  const standard = isUnqualified ? "unqualified" : "qualified";
  const content = text.replaceAll(unqualifiedMark, isUnqualified ? "" : ' form="unqualified"');
  return `<xs:schema${target} elementFormDefault="${standard}">\n${content}\n</xs:schema>`;
}
