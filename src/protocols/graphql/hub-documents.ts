/** Documents of callers: read, bounded, validated, and kept for the next time. */
import {
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
} from "graphql";
import type { GraphqlSettings } from "#base/graphql-settings.ts";
import { checkCost, checkDocument, limitError } from "./limits.ts";

export interface Prepared {
  readonly kind: "document";
  readonly document: DocumentNode;
  /** Whether the schema itself may be asked for. */
  readonly asksSchema: boolean;
}

/** Errors of GraphQL, with the code of those that have none of their own. */
export interface Refused {
  readonly kind: "refused";
  readonly code: string;
  readonly errors: readonly GraphQLError[];
}

/** Characters: larger documents are validated each time. */
const keptLengthMax = 64 * 1024;
const keptLengthAllMax = 16 * 1024 ** 2;
const keptMax = 2_000;

const errorsMax = 20;

export type Prepare = (text: string) => Prepared | Refused;

export function createPrepare(
  schema: () => GraphQLSchema,
  { limits, introspection }: GraphqlSettings,
): Prepare {
  const kept = createKept<Prepared>();
  const rules = introspection
    ? specifiedRules
    : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const read = (text: string): Prepared | Refused => {
    const document = parse(text, { maxTokens: limits.tokensMax });
    const beyond = checkDocument(document, limits);
    if (beyond.length > 0) return refused("RESOURCE_EXHAUSTED", beyond);
    const invalid = validate(schema(), document, rules, { maxErrors: errorsMax });
    if (invalid.some(isTooMuchWork)) {
      const message = "fields of one name stand there too often to be compared; ask for each once";
      return refused("RESOURCE_EXHAUSTED", [limitError(message)]);
    }
    if (invalid.length > 0) return refused("GRAPHQL_VALIDATION_FAILED", invalid);
    const costly = checkCost(document, schema(), limits);
    if (costly.length > 0) return refused("RESOURCE_EXHAUSTED", costly);
    return { kind: "document", document, asksSchema: /__(?:schema|type)\b/.test(text) };
  };
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    try {
      const prepared = read(text);
      if (prepared.kind === "document") kept.set(text, prepared, text.length);
      return prepared;
    } catch (error) {
      if (error instanceof GraphQLError && hasTooManyTokens(error)) {
        const message = `the document has more than tokensMax, ${limits.tokensMax} tokens`;
        return refused("RESOURCE_EXHAUSTED", [limitError(message)]);
      }
      if (error instanceof GraphQLError) return refused("GRAPHQL_PARSE_FAILED", [error]);
      if (!(error instanceof RangeError)) throw error;
      // The stack: tokens are counted, but not how deep they stand in each other.
      return refused("RESOURCE_EXHAUSTED", [limitError("the document is nested too deeply")]);
    }
  };
}

// What the library refuses for its size says neither which limit it was nor that it was one.

function hasTooManyTokens({ message }: GraphQLError): boolean {
  return /^Syntax Error: Document contains more that \d+ tokens/.test(message);
}

/** It gives up comparing fields of one name beyond a number of pairs. */
function isTooMuchWork({ message }: GraphQLError): boolean {
  return message === "Validation aborted.";
}

function refused(code: string, errors: readonly GraphQLError[]): Refused {
  return { kind: "refused", code, errors };
}

export interface Kept<Value> {
  readonly get: (text: string) => Value | undefined;
  readonly set: (text: string, value: Value, length: number) => void;
}

/** Those that were asked for last, within bounds. */
export function createKept<Value>(countMax = keptMax): Kept<Value> {
  const values = new Map<string, { readonly value: Value; readonly length: number }>();
  let held = 0;
  return {
    get(text) {
      const found = values.get(text);
      if (found === undefined) return undefined;
      values.delete(text);
      values.set(text, found);
      return found.value;
    },
    set(text, value, length) {
      if (length > keptLengthMax || values.has(text)) return;
      values.set(text, { value, length });
      held += length;
      for (const [oldest, { length: freed }] of values) {
        if (values.size <= countMax && held <= keptLengthAllMax) break;
        values.delete(oldest);
        held -= freed;
      }
    },
  };
}
