/**
 * OpenRPC 1.x, JSON, to a contract. Total: whatever the text, a contract comes out, with what is
 * wrong or lost as diagnostics, and nothing is thrown.
 */
import type { Contract, DeclaredFault, Message, Operation } from "#contract/contract.ts";
import { emptyContract } from "#contract/empty-contract.ts";
import type { Field, RecordType, RefType } from "#contract/types.ts";
import type { ContractImporter, ContractSource, ImportedContract } from "#extension/protocol.ts";
import {
  createSchemaImporter,
  type SchemaImporter,
} from "#formats/json-schema/create-schema-importer.ts";
import { createDocuments } from "#formats/json-schema/documents.ts";
import {
  child,
  entriesOf,
  isTrueAt,
  itemsOf,
  placeOf,
  scalarOf,
  textAt,
  type Located,
} from "#formats/json-schema/located.ts";
import { operationName } from "#formats/json-schema/operation-name.ts";
import { createReferences, referenceOf, type References } from "#formats/json-schema/references.ts";
import { createReport, type Report } from "#formats/json-schema/report.ts";
import { unique } from "#formats/json-schema/type-names.ts";

export const openRpcImporter: ContractImporter = { recognize, import: importOpenRpc };

const versionKey = /(?:^|[{,\n])[ \t\r]*["']?openrpc["']?[ \t]*:[ \t]*["']?\d/;

function recognize(text: string): number {
  return versionKey.test(text) ? 1 : 0;
}

interface Scope {
  readonly report: Report;
  readonly references: References;
  readonly schemas: SchemaImporter;
  readonly taken: Map<string, number>;
}

export function importOpenRpc(source: ContractSource): ImportedContract {
  const report = createReport();
  const documents = createDocuments(source.read, report);
  const document = documents.parse(source.file, source.text);
  if (document === undefined)
    return { contract: emptyContract("jsonrpc"), diagnostics: report.diagnostics };
  const root: Located = { node: document.root, document };
  if (child(root, "openrpc") === undefined) {
    report.error("not-openrpc", root, "this is no OpenRPC document; expected `openrpc: 1.x`");
    return { contract: emptyContract("jsonrpc"), diagnostics: report.diagnostics };
  }
  const references = createReferences(documents);
  const components = child(root, "components");
  const listed = entriesOf(components && child(components, "schemas"));
  const named = listed.map((schema) => ({ word: schema.key, schema }));
  const schemas = createSchemaImporter({ references, report, refHidesSiblings: false, named });
  const scope: Scope = { report, references, schemas, taken: new Map() };
  const operations = itemsOf(child(root, "methods")).flatMap((at) => importMethod(scope, at) ?? []);
  const info = child(root, "info") ?? root;
  const name = textAt(info, "title") ?? "service";
  const documentation = textAt(info, "description");
  const contract: Contract = {
    name,
    version: textAt(info, "version") ?? "",
    ...(documentation === undefined ? {} : { documentation }),
    dialect: "jsonrpc",
    namespace: `urn:parlance:${slug(name)}`,
    types: schemas.finish(),
    operations,
  };
  return { contract, diagnostics: report.diagnostics };
}

function slug(name: string): string {
  const words = name
    .slice(0, 200)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-");
  return words.replaceAll(/^-|-$/g, "") || "service";
}

/** What may stand by reference: methods, content descriptors, errors. */
function follow({ references, report }: Scope, at: Located): Located | undefined {
  const reference = referenceOf(at);
  if (reference === undefined) return at;
  const found = references.resolve(at);
  if (found !== undefined) return found;
  const message = `reference \`${reference.slice(0, 200)}\` cannot be followed`;
  report.error("reference-not-found", at, `${message}: ${references.whyNot(reference)}`);
  return undefined;
}

function importMethod(scope: Scope, item: Located): Operation | undefined {
  const at = follow(scope, item);
  const given = at === undefined ? [] : faultNames(at);
  const method = at && textAt(at, "name");
  if (at === undefined || method === undefined) {
    if (at !== undefined) scope.report.error("bad-method", at, "a method wants a `name`");
    return undefined;
  }
  const id = unique(operationName(method) || "_", scope.taken);
  const fields = importParams(scope, at);
  const result = importResult(scope, at);
  const documentation = textAt(at, "description") ?? textAt(at, "summary");
  const input: Message = { type: { kind: "record", fields }, headers: [] };
  const parameters = fields.map(({ name }) => name);
  const byPosition = textAt(at, "paramStructure") === "by-position";
  return {
    id,
    ...(documentation === undefined ? {} : { documentation }),
    ...(isTrueAt(at, "deprecated") ? { deprecated: true } : {}),
    mode: result === undefined ? "one-way" : "unary",
    safety: "unsafe",
    input,
    output: result?.message,
    faults: itemsOf(child(at, "errors")).flatMap((error, index) => {
      return importError(scope, error, given[index]) ?? [];
    }),
    jsonrpc: { method, parameters, byPosition, result: result === undefined ? null : result.field },
    origin: placeOf(at),
  };
}

/** OpenRPC has no place for the name of an error; ours stand beside them, in their order. */
function faultNames(method: Located): readonly (string | undefined)[] {
  return itemsOf(child(method, "x-error-names")).map((item) => {
    const name = scalarOf(item);
    return typeof name === "string" && name !== "" ? name : undefined;
  });
}

function importParams(scope: Scope, at: Located): readonly Field[] {
  const taken = new Set<string>();
  return itemsOf(child(at, "params")).flatMap((item): readonly Field[] => {
    const param = follow(scope, item);
    const name = param && textAt(param, "name");
    const schema = param && child(param, "schema");
    if (param === undefined) return [];
    if (name === undefined || schema === undefined || taken.has(name)) {
      const message = "a parameter wants a `name` of its own and a `schema`";
      scope.report.error("bad-parameter", param, message);
      return [];
    }
    taken.add(name);
    const { type, nullable, documentation, sensitive, default: usual } = scope.schemas.read(schema);
    const said = textAt(param, "description") ?? documentation;
    const presence = isTrueAt(param, "required") ? "required" : "optional";
    return [
      {
        ...{ name, type, presence, nullable },
        ...(usual === undefined ? {} : { default: usual }),
        ...(sensitive === true ? { sensitive } : {}),
        ...(said === undefined ? {} : { documentation: said }),
      },
    ];
  });
}

interface ReadResult {
  readonly message: Message;
  readonly field: string | undefined;
}

/** Undefined: the method is a notification. */
function importResult(scope: Scope, at: Located): ReadResult | undefined {
  const item = child(at, "result");
  const result = item && follow(scope, item);
  const schema = result && child(result, "schema");
  if (schema === undefined) return undefined;
  const { type, nullable } = scope.schemas.read(schema);
  if (!nullable && scope.schemas.behind(type)?.kind === "record") {
    return { message: { type: type as RecordType | RefType, headers: [] }, field: undefined };
  }
  const field: Field = { name: "result", type, presence: "required", nullable };
  return { message: { type: { kind: "record", fields: [field] }, headers: [] }, field: "result" };
}

/** @param given its name; absent: made of its words. */
function importError(
  scope: Scope,
  item: Located,
  given: string | undefined,
): DeclaredFault | undefined {
  const at = follow(scope, item);
  if (at === undefined) return undefined;
  const code = scalarOf(child(at, "code"));
  const message = textAt(at, "message") ?? "";
  if (typeof code !== "number" || !Number.isInteger(code)) {
    scope.report.warning("bad-error", at, "an error wants a whole number as its `code`");
    return undefined;
  }
  const words = message
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .slice(0, 6);
  const name = words.length === 0 ? `error${Math.abs(code)}` : words.join("-").toLowerCase();
  const documentation = message === "" ? {} : { documentation: message };
  return { name: given ?? name, type: undefined, jsonRpcCode: code, ...documentation };
}
