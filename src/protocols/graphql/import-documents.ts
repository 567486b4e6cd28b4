/**
 * Texts to one schema and the operations that stand beside it: SDL, introspection results, and
 * documents of operations, which may name others in `#import "file"`.
 */
import {
  buildASTSchema,
  buildClientSchema,
  GraphQLError,
  Kind,
  KnownTypeNamesRule,
  LoneSchemaDefinitionRule,
  parse,
  PossibleTypeExtensionsRule,
  printSchema,
  Source,
  UniqueArgumentDefinitionNamesRule,
  UniqueDirectiveNamesRule,
  UniqueEnumValueNamesRule,
  UniqueFieldDefinitionNamesRule,
  UniqueInputFieldNamesRule,
  UniqueOperationTypesRule,
  UniqueTypeNamesRule,
  validateSchema,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  type IntrospectionQuery,
} from "graphql";
import { validateSDL } from "graphql/validation/validate.js";
import { defaultContractLimits } from "#base/limits.ts";
import type { ContractSource } from "#extension/protocol.ts";
import type { Report } from "./import-report.ts";
import { completeTypes } from "./import-extensions.ts";

export interface ReadDocuments {
  readonly schema: GraphQLSchema;
  /** Operations and fragments alone. */
  readonly operations: DocumentNode;
}

/** Directives that nobody has declared are the affair of other tools. */
const schemaRules = [
  LoneSchemaDefinitionRule,
  UniqueOperationTypesRule,
  UniqueTypeNamesRule,
  UniqueDirectiveNamesRule,
  KnownTypeNamesRule,
  PossibleTypeExtensionsRule,
];

/** Schemas in wide use say the same twice. The last one counts. */
const twiceRules = [
  UniqueEnumValueNamesRule,
  UniqueFieldDefinitionNamesRule,
  UniqueArgumentDefinitionNamesRule,
  UniqueInputFieldNamesRule,
];

const importLine = /^[ \t]*#[ \t]*import[ \t]+(?:[^"'\n]*?from[ \t]+)?["']([^"'\n]+)["']/gm;

/** Undefined: nothing can be made of it; the report says why. */
export function readDocuments(source: ContractSource, report: Report): ReadDocuments | undefined {
  const definitions: DefinitionNode[] = [];
  const known = new Set([source.file]);
  const waiting: { readonly file: string; readonly text: string }[] = [source];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { file, text } = next;
    const found = parseText(file, text.replace(/^\uFEFF/, ""), report);
    if (found === undefined) return undefined;
    definitions.push(...found);
    for (const match of text.matchAll(importLine)) {
      const [, reference = ""] = match;
      const other = source.read(reference, file);
      const before = text.slice(0, match.index);
      const line = before.split("\n").length;
      if (other === undefined) {
        const message = `\`${reference.slice(0, 200)}\` cannot be read`;
        report.add("error", "reference-not-found", { file, line, column: 1 }, message);
      } else if (!known.has(other.file)) {
        if (known.size >= defaultContractLimits.filesMax) {
          const message = `a contract has at most ${defaultContractLimits.filesMax} files`;
          report.add("error", "too-many-files", { file, line, column: 1 }, message);
          return undefined;
        }
        known.add(other.file);
        waiting.push(other);
      }
    }
  }
  return build(definitions, report);
}

function parseText(
  file: string,
  text: string,
  report: Report,
): readonly DefinitionNode[] | undefined {
  const isIntrospection = /^\s*\{/.test(text) && text.includes('"__schema"');
  try {
    if (isIntrospection) return fromIntrospection(file, text, report);
    const source = new Source(text, file);
    // A file of nothing but comments imports others.
    if (text.replaceAll(/#[^\n]*|[\s,]+/g, "") === "") return [];
    const { elementsMax } = defaultContractLimits;
    return parse(source, { maxTokens: elementsMax * 8 }).definitions;
  } catch (error) {
    if (error instanceof GraphQLError) report.addErrors("malformed-graphql", [error]);
    else {
      const what = isIntrospection ? "introspection result" : "GraphQL document";
      const message = `this is no ${what}: ${messageOf(error)}`;
      report.add("error", "malformed-graphql", { file, line: 1, column: 1 }, message);
    }
    return undefined;
  }
}

function fromIntrospection(file: string, text: string, report: Report): readonly DefinitionNode[] {
  const root = JSON.parse(text) as { data?: unknown };
  const result = (root.data ?? root) as IntrospectionQuery;
  const printed = new Source(printSchema(buildClientSchema(result, { assumeValid: true })), file);
  report.hidePlaces(printed);
  return parse(printed).definitions;
}

function build(all: readonly DefinitionNode[], report: Report): ReadDocuments | undefined {
  const isOperation = ({ kind }: DefinitionNode): boolean =>
    kind === Kind.OPERATION_DEFINITION || kind === Kind.FRAGMENT_DEFINITION;
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: completeTypes(all.filter((one) => !isOperation(one))),
  };
  const operations: DocumentNode = { kind: Kind.DOCUMENT, definitions: all.filter(isOperation) };
  try {
    const errors = validateSDL(document, null, schemaRules);
    report.addErrors("bad-schema", errors);
    if (errors.length > 0) return undefined;
    report.addErrors("said-twice", validateSDL(document, null, twiceRules), "warning");
    const schema = buildASTSchema(document, { assumeValidSDL: true });
    const wrong = validateSchema(schema);
    report.addErrors("bad-schema", wrong);
    return wrong.length > 0 ? undefined : { schema, operations };
  } catch (error) {
    report.add(
      "error",
      "bad-schema",
      undefined,
      `no schema can be made of it: ${messageOf(error)}`,
    );
    return undefined;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof RangeError) return "it is nested too deeply";
  return (error instanceof Error ? error.message : String(error)).slice(0, 300);
}
