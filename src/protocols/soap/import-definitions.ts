/** Gathers the WSDL documents that belong together, and the schemas in and beside them. */
import type { ContractLimits } from "#base/limits.ts";
import type { QualifiedName } from "#contract/contract.ts";
import type { ContractSource } from "#extension/protocol.ts";
import { createSchemaLoader } from "#formats/xml-schema/load-schemas.ts";
import { attributeOf, expandName, isSchemaElement, keyOf } from "#formats/xml-schema/names.ts";
import { spell, wsdlNamespace } from "#formats/xml-schema/names.ts";
import { type ContractDocument, createDocumentReader } from "#formats/xml-schema/read-document.ts";
import type { Report } from "#formats/xml-schema/report.ts";
import type { SchemaSet } from "#formats/xml-schema/schema-set.ts";
import type { XmlElement } from "#formats/xml/element.ts";
import { elementsOf, nameOf, placeIn, wsdl2Namespace } from "./import-names.ts";
import type { WsdlDefinition } from "./import-names.ts";
import { collectPolicies, isPolicyNamespace } from "./import-policies.ts";

type DefinitionKind = "message" | "portType" | "binding" | "service";

export interface Definitions {
  readonly root: XmlElement;
  readonly targetNamespace: string;
  readonly all: (kind: DefinitionKind) => readonly WsdlDefinition[];
  /** What `attribute` of this element names; undefined, reported, when there is none. */
  readonly find: (
    kind: DefinitionKind,
    attribute: string,
    element: XmlElement,
    from: WsdlDefinition,
  ) => WsdlDefinition | undefined;
  readonly schemas: SchemaSet;
  /** By the URI that refers to them. */
  readonly policies: ReadonlyMap<string, XmlElement>;
}

/** Undefined: the document is not a WSDL 1.1 one, which is reported. */
export function loadDefinitions(
  source: ContractSource,
  report: Report,
  limits: ContractLimits,
): Definitions | undefined {
  const reader = createDocumentReader(source.read, report, limits);
  const first = reader.parse(source.text, source.file);
  if (first === undefined || !isDefinitions(first, "error", report)) return undefined;
  const schemas = createSchemaLoader(reader, report);
  const tables = emptyTables();
  const seen = new Set([first.root]);
  const queue = [first];
  const policies = new Map<string, XmlElement>();
  // The queue grows while it is walked.
  for (const { root, file } of queue) {
    const targetNamespace = attributeOf(root, "targetNamespace") ?? "";
    noteExtensions(root, file, report);
    collectPolicies(root, policies);
    for (const child of elementsOf(root)) {
      if (child.namespace !== wsdlNamespace) continue;
      if (child.name === "types") {
        for (const schema of elementsOf(child)) {
          if (isSchemaElement(schema, "schema")) schemas.add(schema, file);
        }
      } else if (child.name === "import") {
        const location = attributeOf(child, "location") ?? "";
        const found =
          location === "" ? undefined : reader.read(location, file, placeIn({ file }, child));
        if (found === undefined || seen.has(found.root)) continue;
        seen.add(found.root);
        // Deviation: WSDL 1.1 §2.1.1 shows wsdl:import of a schema, which WS-I R2002 forbids.
        if (isSchemaElement(found.root, "schema")) schemas.add(found.root, found.file);
        else if (isDefinitions(found, "warning", report)) queue.push(found);
      } else define(tables, { element: child, file, targetNamespace }, report);
    }
  }
  return {
    root: first.root,
    targetNamespace: attributeOf(first.root, "targetNamespace") ?? "",
    all: (kind) => [...tables[kind].values()],
    find(kind, attribute, element, from) {
      const text = attributeOf(element, attribute);
      if (text !== undefined && text !== "") return find(tables[kind], text, element, from, report);
      const message = `wsdl:${element.name} "${nameOf(element)}" has no ${attribute}; `;
      const expected = `expected ${attribute}="..." that names a ${kind}`;
      report.add("warning", `missing-${kind}`, message + expected, placeIn(from, element));
      return undefined;
    },
    schemas: schemas.finish(),
    policies,
  };
}

type Tables = Record<DefinitionKind, Map<string, WsdlDefinition>>;

function emptyTables(): Tables {
  return { message: new Map(), portType: new Map(), binding: new Map(), service: new Map() };
}

function isDefinitions(
  { root, file }: ContractDocument,
  severity: "error" | "warning",
  report: Report,
): boolean {
  if (root.namespace === wsdlNamespace && root.name === "definitions") return true;
  const found =
    root.namespace === wsdl2Namespace
      ? "this is WSDL 2.0, which is not supported"
      : `the root is <${root.name}>${root.namespace === "" ? "" : ` of ${root.namespace}`}`;
  const text = `${found}; expected wsdl:definitions of WSDL 1.1 (${wsdlNamespace})`;
  const code = root.namespace === wsdl2Namespace ? "wsdl-2" : "not-a-wsdl";
  report.add(severity, code, text, placeIn({ file }, root));
  return false;
}

function define(
  tables: Tables,
  { element, file, targetNamespace }: Omit<WsdlDefinition, "name">,
  report: Report,
): void {
  if (!Object.hasOwn(tables, element.name)) return;
  const table = tables[element.name as DefinitionKind];
  const name = { name: nameOf(element), namespace: targetNamespace };
  const key = keyOf(name);
  if (!table.has(key)) {
    table.set(key, { name, element, file, targetNamespace });
    return;
  }
  const text = `${element.name} ${spell(name)} is defined again; the first one counts`;
  report.add("warning", "duplicate-definition", text, placeIn({ file }, element));
}

function find(
  table: ReadonlyMap<string, WsdlDefinition>,
  text: string,
  element: XmlElement,
  from: WsdlDefinition,
  report: Report,
): WsdlDefinition | undefined {
  const name: QualifiedName = expandName(text, element) ?? {
    name: text.slice(text.indexOf(":") + 1),
    namespace: "",
  };
  const found = table.get(keyOf(name));
  if (found !== undefined) return found;
  const own = table.get(keyOf({ name: name.name, namespace: from.targetNamespace }));
  const guess = own ?? onlyOne(table, name.name);
  const place = placeIn(from, element);
  if (guess !== undefined) {
    const message = `"${text}" names ${spell(name)}, which is not defined; `;
    const taken = `taken as ${spell(guess.name)}`;
    report.add("warning", "wrong-namespace", message + taken, place);
    return guess;
  }
  const message = `"${text}" of <${element.name}> is not defined in any WSDL that was read`;
  report.add("warning", "unresolved-definition", message, place);
  return undefined;
}

/** Tables do not change any more once names are looked up in them. */
const localNames = new WeakMap<object, Map<string, WsdlDefinition | undefined>>();

/** The only definition of that local name, in whatever namespace. */
function onlyOne(
  table: ReadonlyMap<string, WsdlDefinition>,
  local: string,
): WsdlDefinition | undefined {
  const known = localNames.get(table);
  if (known !== undefined) return known.get(local);
  const names = new Map<string, WsdlDefinition | undefined>();
  for (const definition of table.values()) {
    const { name } = definition.name;
    names.set(name, names.has(name) ? undefined : definition);
  }
  localNames.set(table, names);
  return names.get(local);
}

/** WS-Policy and WS-Addressing are what instances ask for beyond the contract of messages. */
function noteExtensions(root: XmlElement, file: string, report: Report): void {
  const said = new Set<string>();
  const open = [root];
  for (const element of open) {
    for (const child of elementsOf(element)) {
      const { namespace, name } = child;
      if (namespace === wsdlNamespace) {
        if (name !== "types" && name !== "message") open.push(child);
        continue;
      }
      const what = isPolicyNamespace(namespace)
        ? "WS-Policy"
        : name === "UsingAddressing"
          ? "WS-Addressing"
          : undefined;
      if (what === undefined || said.has(what)) continue;
      said.add(what);
      const text = `${what} is noted: what it asks for but MTOM is configured`;
      report.add("info", "policy-noted", text, placeIn({ file }, child));
    }
  }
}
