/**
 * OpenAPI 3.0, 3.1, 3.2 and Swagger 2.0, JSON or YAML, to a contract. Total: whatever the text, a
 * contract comes out, with what is wrong or lost as diagnostics, and nothing is thrown.
 */
import type { Diagnostic } from "#base/diagnostic.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import { emptyContract } from "#contract/empty-contract.ts";
import type { NamedType, Type, TypeName } from "#contract/types.ts";
import type { ContractImporter, ContractSource, ImportedContract } from "#extension/protocol.ts";
import { createDocuments } from "#formats/json-schema/documents.ts";
import { createReferences } from "#formats/json-schema/references.ts";
import { createReport } from "#formats/json-schema/report.ts";
import { createSchemaImporter } from "#formats/json-schema/create-schema-importer.ts";
import {
  child,
  textAt,
  textOf,
  type LoadedDocument,
  type Located,
} from "#formats/json-schema/located.ts";
import { createOpenApi3Reader } from "./import-openapi3.ts";
import { importOperation } from "./import-operation.ts";
import { findOperations, reportRest } from "./import-paths.ts";
import { swagger2Reader } from "./import-swagger2.ts";
import type { VersionReader } from "./import-view.ts";
import { createOperationIds } from "./operation-ids.ts";

export const openApiImporter: ContractImporter = { recognize, import: importOpenApi };

/** The version's key at the beginning of a line, or of a member; no run of spaces is read twice. */
const versionKey = /(?:^|[{,\n])[ \t\r]*["']?(?:openapi|swagger)["']?[ \t]*:[ \t]*["']?\d/;
const pathsKey = /(?:^|[{,\n])[ \t\r]*["']?paths["']?[ \t]*:/;

function recognize(text: string): number {
  if (/^\uFEFF?\s*</.test(text)) return 0;
  if (versionKey.test(text)) return 1;
  return pathsKey.test(text) ? 0.4 : 0;
}

export function importOpenApi(source: ContractSource): ImportedContract {
  const report = createReport();
  const documents = createDocuments(source.read, report);
  const document = documents.parse(source.file, source.text);
  const reader = document && readerFor(document, report);
  if (document === undefined || reader === undefined) {
    return { contract: emptyContract("rest"), diagnostics: report.diagnostics };
  }
  const root: Located = { node: document.root, document };
  const references = createReferences(documents);
  const { refHidesSiblings } = reader;
  const named = reader.namedSchemas(root);
  const schemas = createSchemaImporter({ references, report, refHidesSiblings, named });
  const scope = { document, references, report, schemas };
  const idOf = createOperationIds();
  const operations: Operation[] = [];
  for (const found of findOperations(scope, root)) {
    const id = idOf(textAt(found.at, "operationId"), found.method, found.path);
    const operation = importOperation(scope, reader, found, id);
    if (operation !== undefined) operations.push(operation);
  }
  reportRest(scope, root);
  const types = schemas.finish();
  const usable = operations.filter((operation) => isUsable(operation, types));
  for (const { id, origin } of operations.filter((operation) => !usable.includes(operation))) {
    const message = `operation ${id} is left out: its message is of a type that has no values`;
    const where = origin === undefined ? {} : { source: origin };
    report.add([{ code: "message-not-a-record", severity: "error", message, ...where }]);
  }
  const contract = { ...identityOf(root), types, operations: usable };
  return { contract, diagnostics: report.diagnostics.toSorted(byPlace) };
}

/** Files in the order of their names, the contract's own place before everything. */
function byPlace({ source: one }: Diagnostic, { source: other }: Diagnostic): number {
  if (one === undefined || other === undefined)
    return one === other ? 0 : one === undefined ? -1 : 1;
  if (one.file !== other.file) return one.file < other.file ? -1 : 1;
  return one.line - other.line || one.column - other.column;
}

function readerFor(
  document: LoadedDocument,
  report: ReturnType<typeof createReport>,
): VersionReader | undefined {
  const root: Located = { node: document.root, document };
  const version = child(root, "openapi") ?? child(root, "swagger");
  const text = textOf(version) ?? "";
  if (/^2(\.0)?$/.test(text)) return swagger2Reader;
  if (/^3\.0(\.|$)/.test(text)) return createOpenApi3Reader(true);
  if (/^3\.[12](\.|$)/.test(text)) return createOpenApi3Reader(false);
  const expected = "expected `openapi: 3.0`, 3.1 or 3.2, or `swagger: 2.0`";
  const message =
    version === undefined
      ? `this is no OpenAPI document; ${expected}`
      : `version ${JSON.stringify(text.slice(0, 50))} is not supported; ${expected}`;
  report.error("not-openapi", version ?? root, message);
  return undefined;
}

/**
 * The namespace for dialects that want one is `x-xml-namespace` of the document, or made of its
 * title. XML of REST does not have it: there OpenAPI's `xml` objects say everything.
 */
function identityOf(
  root: Located,
): Pick<Contract, "name" | "version" | "documentation" | "dialect" | "namespace"> {
  const info = child(root, "info");
  const name = (info && textOf(child(info, "title"))) ?? "service";
  const documentation = info && textAt(info, "description");
  const slug = name
    .slice(0, 200)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  return {
    name,
    version: (info && textOf(child(info, "version"))) ?? "",
    ...(documentation === undefined ? {} : { documentation }),
    dialect: "rest",
    namespace: textAt(root, "x-xml-namespace") ?? `urn:parlance:${slug || "service"}`,
  };
}

/** Breaking a ring of types may have left a message without fields. */
function isUsable(
  { input, output, faults }: Operation,
  types: ReadonlyMap<TypeName, NamedType>,
): boolean {
  const messages = [input.type, output?.type, ...faults.map((fault) => fault.type)];
  return messages.every((type) => type === undefined || isRecord(type, types));
}

function isRecord(type: Type, types: ReadonlyMap<TypeName, NamedType>): boolean {
  let at: Type | undefined = type;
  for (let count = 0; at?.kind === "ref" && count < 100; count++) at = types.get(at.name)?.type;
  return at?.kind === "record";
}
