/**
 * A list of tools, as `tools/list` answers it, to a contract. Total: whatever the text, a contract
 * comes out, with what is wrong or lost as diagnostics, and nothing is thrown.
 */
import type { Contract, McpBinding, Message, Operation } from "#contract/contract.ts";
import { emptyContract } from "#contract/empty-contract.ts";
import type { Field, RecordType, RefType, Type } from "#contract/types.ts";
import type { ContractImporter, ContractSource, ImportedContract } from "#extension/protocol.ts";
import {
  createSchemaImporter,
  type SchemaImporter,
} from "#formats/json-schema/create-schema-importer.ts";
import { createDocuments } from "#formats/json-schema/documents.ts";
import {
  child,
  entriesOf,
  has,
  isTrueAt,
  itemsOf,
  placeOf,
  textAt,
  type Located,
} from "#formats/json-schema/located.ts";
import { operationName } from "#formats/json-schema/operation-name.ts";
import { createReferences } from "#formats/json-schema/references.ts";
import { createReport, type Report } from "#formats/json-schema/report.ts";
import { unique } from "#formats/json-schema/type-names.ts";
import { hoistDefinitions } from "./hoist-definitions.ts";
import { servedVersions, statelessVersion } from "./versions.ts";

export const toolsImporter: ContractImporter = { recognize, import: importTools };

function recognize(text: string): number {
  const start = text.trimStart();
  if (!start.startsWith("{") || !/"tools"\s*:\s*\[/.test(start)) return 0;
  return /"inputSchema"\s*:/.test(start) ? 0.9 : 0.3;
}

interface Scope {
  readonly report: Report;
  readonly schemas: SchemaImporter;
  readonly taken: Map<string, number>;
  readonly version: string;
}

const opaque: Type = { kind: "opaque", content: "json" };

/** What a tool gives that promises nothing: blocks of content, and perhaps data beside them. */
const anyResult: Message = {
  type: {
    kind: "record",
    fields: [
      {
        name: "content",
        type: { kind: "list", item: opaque, min: 0, itemNullable: false },
        presence: "required",
        nullable: false,
      },
      { name: "structuredContent", type: opaque, presence: "optional", nullable: false },
    ],
  },
  headers: [],
};

export function importTools(source: ContractSource): ImportedContract {
  const report = createReport();
  const documents = createDocuments(source.read, report);
  const document = documents.parse(source.file, hoistDefinitions(source.text));
  const nothing = { contract: emptyContract("mcp"), diagnostics: report.diagnostics };
  if (document === undefined) return nothing;
  const whole: Located = { node: document.root, document };
  const root = child(whole, "result") ?? whole;
  if (child(root, "tools") === undefined) {
    report.error("not-tools", whole, "this is no list of tools; expected `tools` in an object");
    return nothing;
  }
  const references = createReferences(documents);
  const named = ["$defs", "definitions"].flatMap((container) =>
    entriesOf(child(whole, container)).map((schema) => ({ word: schema.key, schema })),
  );
  const schemas = createSchemaImporter({ references, report, refHidesSiblings: false, named });
  const scope: Scope = { report, schemas, taken: new Map(), version: versionOf(root) };
  if (textAt(root, "nextCursor") !== undefined) {
    const message = "the list goes on (`nextCursor`): tools of other pages are left out";
    report.warning("more-tools", root, message);
  }
  const operations = itemsOf(child(root, "tools")).flatMap((at) => importTool(scope, at) ?? []);
  const info = child(root, "serverInfo");
  const name = (info && textAt(info, "name")) ?? "tools";
  const contract: Contract = {
    name,
    version: (info && textAt(info, "version")) ?? "",
    dialect: "mcp",
    namespace: `urn:parlance:${operationName(name).toLowerCase() || "tools"}`,
    types: schemas.finish(),
    operations,
  };
  return { contract, diagnostics: report.diagnostics };
}

/** As it was written down when the server was asked; results of the stateless one have a type. */
function versionOf(root: Located): string {
  const written = textAt(root, "protocolVersion");
  return servedVersions.find((one) => one === written) ?? statelessVersion;
}

function importTool(scope: Scope, at: Located): Operation | undefined {
  const tool = textAt(at, "name");
  const schema = child(at, "inputSchema");
  if (tool === undefined || schema === undefined) {
    scope.report.error("bad-tool", at, "a tool wants a `name` and an `inputSchema`");
    return undefined;
  }
  const input = importInput(scope, schema);
  const output = importOutput(scope, child(at, "outputSchema"));
  const documentation = textAt(at, "description") ?? textAt(at, "title");
  const binding: McpBinding = {
    tool,
    version: scope.version,
    arguments: input.field,
    result: output.field,
    mirrored: mirroredIn(schema, []),
  };
  return {
    id: unique(operationName(tool) || "_", scope.taken),
    ...(documentation === undefined ? {} : { documentation }),
    mode: "unary",
    safety: safetyOf(at),
    input: input.message,
    output: output.message,
    faults: [],
    mcp: binding,
    origin: placeOf(at),
  };
}

/** Tools, ToolAnnotations: without them, the worst is to be expected. */
function safetyOf(at: Located): Operation["safety"] {
  const annotations = child(at, "annotations");
  if (annotations === undefined) return "unsafe";
  if (isTrueAt(annotations, "readOnlyHint")) return "safe";
  return isTrueAt(annotations, "idempotentHint") ? "idempotent" : "unsafe";
}

interface ReadMessage {
  readonly message: Message;
  readonly field: string | undefined;
}

function importInput(scope: Scope, schema: Located): ReadMessage {
  // What says nothing of its members takes none that could be named.
  const saysMore = ["$ref", "allOf", "oneOf", "anyOf", "patternProperties"];
  const others = entriesOf(child(schema, "additionalProperties"));
  const members = [...entriesOf(child(schema, "properties")), ...others];
  if (members.length === 0 && !saysMore.some((key) => has(schema, key))) {
    return { message: { type: { kind: "record", fields: [] }, headers: [] }, field: undefined };
  }
  return readMessage(scope, schema, "arguments");
}

function importOutput(
  scope: Scope,
  schema: Located | undefined,
): { readonly message: Message; readonly field: string | undefined | null } {
  if (schema === undefined) return { message: anyResult, field: null };
  return readMessage(scope, schema, "result");
}

/** A record is the message itself; anything else is its one field. */
function readMessage({ schemas }: Scope, schema: Located, name: string): ReadMessage {
  const { type, nullable } = schemas.read(schema);
  if (!nullable && schemas.behind(type)?.kind === "record") {
    const whole = type as RecordType | RefType;
    return { message: { type: whole, headers: [] }, field: undefined };
  }
  const field: Field = { name, type, presence: "required", nullable };
  return { message: { type: { kind: "record", fields: [field] }, headers: [] }, field: name };
}

/** Streamable HTTP, Custom Headers: through `properties` alone. */
function mirroredIn(schema: Located, path: readonly string[]): McpBinding["mirrored"] {
  if (path.length > 16) return [];
  return entriesOf(child(schema, "properties")).flatMap((property) => {
    const at = [...path, property.key];
    const name = textAt(property, "x-mcp-header");
    const isName = name !== undefined && /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/.test(name);
    return [...(isName ? [{ path: at, name }] : []), ...mirroredIn(property, at)];
  });
}
