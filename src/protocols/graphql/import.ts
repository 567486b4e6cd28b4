/**
 * A GraphQL schema to a contract: fields of the root become operations with what is derived to be
 * selected of their results, and named operations that stand beside it become operations as they
 * are. Total: whatever the text, a contract comes out, with what is wrong as diagnostics.
 */
import { emptyContract } from "#contract/empty-contract.ts";
import { createNumbering } from "#contract/numbering.ts";
import type { NamedType } from "#contract/types.ts";
import type { ContractImporter, ContractSource, ImportedContract } from "#extension/protocol.ts";
import { declaredOperations } from "./import-declared.ts";
import { derivedOperations } from "./import-derived.ts";
import { readDocuments } from "./import-documents.ts";
import { createInputs } from "./import-input.ts";
import type { OperationScope } from "./import-operation.ts";
import { createOutputs } from "./import-output.ts";
import { createReport } from "./import-report.ts";
import { createDeriveSelection } from "./selection.ts";

export const schemaImporter: ContractImporter = { recognize, import: importSchema };

/** How definitions of a schema begin, each on a line of its own. */
const openings = [
  "(?:type|interface|input)[ \\t]+\\w+[^:{}=]*\\{",
  "schema\\b[^:{}]*\\{",
  "union[ \\t]+\\w+[^:{}]*=",
  "scalar[ \\t]+\\w+",
  "directive[ \\t]+@",
];
const definition = new RegExp(`^(?:extend[ \\t]+)?(?:${openings.join("|")})`, "m");

function recognize(text: string, file: string): number {
  if (/^\uFEFF?\s*\{/.test(text)) return text.includes('"__schema"') ? 1 : 0;
  if (/\.(?:graphqls?|gql)$/i.test(file)) return 0.9;
  return definition.test(text) ? 0.6 : 0;
}

export function importSchema(source: ContractSource): ImportedContract {
  const report = createReport(source.file);
  const documents = readDocuments(source, report);
  const nothing = { contract: emptyContract("graphql"), diagnostics: report.diagnostics };
  if (documents === undefined) return nothing;
  const { schema, operations: document } = documents;
  const types = new Map<string, NamedType>();
  const scope = { report, types };
  const derive = createDeriveSelection(schema);
  const operationScope: OperationScope = {
    ...{ schema, report, types, inputs: createInputs(scope) },
    outputs: createOutputs(
      schema,
      scope,
      derive,
      createNumbering(Object.keys(schema.getTypeMap())),
    ),
  };
  const declared = declaredOperations(operationScope, document);
  const taken = new Set(declared.map(({ id }) => id));
  const derived = derivedOperations(operationScope, derive, taken);
  operationScope.inputs.finish();
  const operations = [...derived, ...declared];
  if (operations.length === 0) {
    report.add(
      "error",
      "no-operations",
      undefined,
      "the schema has no operation; expected a field of Query",
    );
  }
  return {
    contract: {
      ...{ ...nothing.contract, ...named(source.file), types, operations },
      ...(schema.description ? { documentation: schema.description } : {}),
    },
    diagnostics: report.diagnostics,
  };
}

/** A schema has no name of its own; that of its file says something. */
function named(file: string): { readonly name: string; readonly namespace: string } {
  const [, base = ""] = /([^/\\]*?)(?:\.[^/\\]*)?$/.exec(file.replace(/[?#].*$/, "")) ?? [];
  const name = base.replaceAll(/[^A-Za-z0-9]+/g, "-").replaceAll(/^-|-$/g, "") || "graphql";
  return { name, namespace: `urn:parlance:${name.toLowerCase()}` };
}
