/** Operations as tools: names, titles, schemas of arguments and results, annotations. */
import type { Diagnostic } from "#base/diagnostic.ts";
import { takesStream } from "#call/problems.ts";
import { collectOutputs } from "#contract/collected-stream.ts";
import type { Contract, HeaderField, Operation } from "#contract/contract.ts";
import type { ContractDescriber } from "#extension/protocol.ts";
import { describeSchemas, type ContractSchemas } from "#formats/json-schema/describe-contract.ts";
import { compact, type Schema } from "#formats/json-schema/describe-scope.ts";
import { nameIn, referredSchemas } from "#formats/json-schema/referred-schemas.ts";
import { headersType } from "./mcp-operation.ts";
import { titleOf, toolNames } from "./tool-names.ts";
import { metaKeys } from "./versions.ts";

export interface Tool {
  readonly operation: Operation;
  readonly name: string;
  /** As it stands in a list of tools. */
  readonly description: Schema;
}

/** What `tools/list` gives, whoever asks for it. */
export const describeMcp: ContractDescriber = ({ contract }) => {
  const { tools, diagnostics } = describeTools(contract, "");
  for (const operation of contract.operations.filter(takesStream)) {
    const message = `operation ${operation.id} is left out: a tool is called with one request`;
    diagnostics.push({ code: "stream-not-described", severity: "warning", message });
  }
  const document = { tools: tools.map(({ description }) => description) };
  const text = `${JSON.stringify(document, null, 2)}\n`;
  return { text, mediaType: "application/json", diagnostics };
};

const refPrefix = "#/$defs/";

/** @param prefix what stands before each name. */
export function describeTools(
  contract: Contract,
  prefix: string,
): { readonly tools: readonly Tool[]; readonly diagnostics: Diagnostic[] } {
  const schemas = describeSchemas(contract, refPrefix);
  const names = toolNames(contract, prefix);
  const tools = contract.operations.flatMap((operation): readonly Tool[] => {
    if (takesStream(operation)) return [];
    const name = names.get(operation) ?? operation.id;
    return [{ operation, name, description: describeTool(schemas, operation, name) }];
  });
  return { tools, diagnostics: schemas.diagnostics };
}

function describeTool(schemas: ContractSchemas, operation: Operation, name: string): Schema {
  const { scope } = schemas;
  const { id, documentation, deprecated, input, mcp } = operation;
  const { output } = collectOutputs(scope.contract, operation);
  const headers = compact({
    input: describeHeaders(schemas, input.headers),
    output: describeHeaders(schemas, output?.headers ?? []),
  });
  const hasSchema = output !== undefined && mcp?.result !== null;
  return compact({
    name,
    title: titleOf(id),
    description: deprecated === true ? `Deprecated. ${documentation ?? ""}`.trim() : documentation,
    inputSchema: standalone(schemas, scope.type(input.type)),
    outputSchema: hasSchema ? standalone(schemas, scope.type(output.type)) : undefined,
    annotations: annotationsOf(operation),
    _meta: Object.keys(headers).length === 0 ? undefined : { [metaKeys.headers]: headers },
  });
}

/** Tools, ToolAnnotations: hints for whoever has to agree to a call. */
function annotationsOf({ safety }: Operation): Schema {
  return {
    readOnlyHint: safety === "safe",
    destructiveHint: safety !== "safe",
    idempotentHint: safety !== "unsafe",
  };
}

function describeHeaders(
  schemas: ContractSchemas,
  headers: readonly HeaderField[],
): Schema | undefined {
  if (headers.length === 0) return undefined;
  return standalone(schemas, schemas.scope.type(headersType(headers)));
}

/** With the named schemas that it needs, and with its type in the root, where clients look. */
function standalone({ schemas }: ContractSchemas, schema: Schema): Schema {
  const reference = schema["$ref"];
  const named = typeof reference === "string" ? schemas[nameIn(reference, refPrefix)] : undefined;
  const { $ref: _reference, ...beside } = schema;
  const root = named === undefined ? schema : { ...named, ...beside };
  const needed = referredSchemas(root, refPrefix, schemas);
  const definitions = Object.entries(schemas).filter(([name]) => needed.has(name));
  return {
    ...root,
    type: "object",
    ...(definitions.length === 0 ? {} : { $defs: Object.fromEntries(definitions) }),
  };
}
