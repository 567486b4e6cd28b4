/**
 * One GraphQL schema over services: each operation is a root field, by its own name or with its
 * service's before it. Safe ones are queries, streams subscriptions, all others mutations.
 */
import {
  GraphQLBoolean,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  isInterfaceType,
  specifiedDirectives,
  type GraphQLFieldConfig,
  type GraphQLOutputType,
} from "graphql";
import type { GraphqlSettings } from "#base/graphql-settings.ts";
import { takesStream } from "#call/problems.ts";
import type { Operation } from "#contract/contract.ts";
import { createNumbering } from "#contract/numbering.ts";
import { resolve } from "#contract/resolve.ts";
import type { Field } from "#contract/types.ts";
import type { ValueRecord } from "#contract/value.ts";
import type { HubService } from "#extension/hub.ts";
import { findKeyLists, type KeyList } from "./key-lists.ts";
import { createInputs, inputFields, type Given, type InputOf } from "./schema-input.ts";
import { readRecord, type InputField } from "./schema-input-record.ts";
import { createTypeNames, createTypeNumbering, identifier, upperFirst } from "./schema-names.ts";
import { createOutputs, derivedObjects, type OutputOf } from "./schema-output.ts";
import { createTypeScope, namedFields } from "./schema-types.ts";

export type RootKind = "query" | "mutation" | "subscription";

export interface RootField {
  readonly name: string;
  readonly kind: RootKind;
  readonly serviceName: string;
  readonly operation: Operation;
  /** What answers for many keys at once what this one answers for one. */
  readonly keyList: KeyList | undefined;
  /** Throws DocumentFailure. */
  readonly readArguments: (given: Given) => { input: ValueRecord; headers: ValueRecord };
  readonly convert: (output: ValueRecord) => unknown;
  readonly config: GraphQLFieldConfig<unknown, unknown>;
}

/** Calls an operation for its field; the source of a subscription has the output at hand. */
export interface FieldCalls {
  readonly resolve: (root: RootField, given: Given, context: unknown, source: unknown) => unknown;
  readonly subscribe: (root: RootField, given: Given, context: unknown) => AsyncIterable<unknown>;
}

/** @param prefixed whether the services' names stand before the operations'. */
export function createRootFields(
  services: readonly HubService[],
  prefixed: boolean,
  calls: FieldCalls,
  { keyLists: isGathered }: Pick<GraphqlSettings, "keyLists"> = { keyLists: false },
): readonly RootField[] {
  const takeType = createTypeNumbering();
  const take = createNumbering();
  const takePrefix = createNumbering();
  return services.flatMap(({ serviceName, contract, offered }) => {
    const prefix = prefixed ? `${takePrefix(identifier(serviceName))}_` : "";
    const scope = createTypeScope(contract, createTypeNames(contract, prefix, takeType));
    const inputOf = createInputs(scope);
    const outputOf = createOutputs(scope);
    const keyLists = isGathered ? findKeyLists(serviceName, contract, offered) : undefined;
    return contract.operations.flatMap((operation) => {
      if (takesStream(operation) || offered?.has(operation.id) === false) return [];
      const name = take(prefix + identifier(operation.id));
      const own = { name, serviceName, operation, keyList: keyLists?.get(operation) };
      return [createRoot(own, scope.contract, inputOf, outputOf, calls)];
    });
  });
}

function createRoot(
  own: Pick<RootField, "name" | "serviceName" | "operation" | "keyList">,
  contract: HubService["contract"],
  inputOf: InputOf,
  outputOf: OutputOf,
  calls: FieldCalls,
): RootField {
  const { operation } = own;
  const { mode, safety, input, output, documentation, deprecated } = operation;
  const hint = upperFirst(identifier(operation.id));
  const record = resolve(contract, input.type);
  const fields = record.kind === "record" ? namedFields(contract, record) : [];
  const take = createNumbering(fields.map((one) => one.name));
  const withInput = (one: { readonly name: string; readonly field: Field }): InputField => ({
    ...one,
    input: inputOf(one.field.type, `${hint}${upperFirst(one.name)}`),
  });
  const inputs = fields.map(withInput);
  const headers = input.headers.map(({ name: header, type, required }) =>
    withInput({
      name: take(identifier(header)),
      field: { name: header, type, presence: required ? "required" : "optional", nullable: false },
    }),
  );
  const isOpen = record.kind === "record" && record.open === true;
  const result = output && outputOf(output.type, `${hint}Result`);
  const kind = mode === "server-stream" ? "subscription" : safety === "safe" ? "query" : "mutation";
  const type: GraphQLOutputType = result?.type ?? GraphQLBoolean;
  const root: RootField = {
    ...{ ...own, kind },
    readArguments: (given) => ({
      input: readRecord(inputs, isOpen, given, ""),
      headers: readRecord(headers, false, given, ""),
    }),
    convert: (value) => (result === undefined ? true : (result.convert?.(value) ?? value)),
    config: {
      ...{ type, description: documentation },
      args: inputFields([...inputs, ...headers], isOpen),
      ...(deprecated === true && { deprecationReason: "No longer supported" }),
      resolve: (source, given, context) => calls.resolve(root, given, context, source),
      ...(kind === "subscription" && {
        subscribe: (_source, given, context) => calls.subscribe(root, given, context),
      }),
    },
  };
  return root;
}

/** The same fields may be in several schemas. */
export function createSchema(roots: readonly RootField[]): GraphQLSchema {
  const typeOf = (kind: RootKind): GraphQLObjectType | undefined => {
    const own = roots.filter((root) => root.kind === kind);
    const fields = Object.fromEntries(own.map(({ name, config }) => [name, config]));
    if (own.length > 0) return new GraphQLObjectType({ name: upperFirst(kind), fields });
    if (kind !== "query") return undefined;
    // GraphQL §3.3.1: there must be a type for queries, and a type has a field.
    const none = {
      type: new GraphQLNonNull(GraphQLBoolean),
      description: "There are no queries.",
      resolve: () => false,
    };
    return new GraphQLObjectType({ name: "Query", fields: { _hasQueries: none } });
  };
  const made = {
    query: typeOf("query"),
    mutation: typeOf("mutation"),
    subscription: typeOf("subscription"),
    directives: specifiedDirectives,
    assumeValid: true,
  };
  const first = new GraphQLSchema(made);
  const hidden = Object.values(first.getTypeMap()).flatMap((type) =>
    isInterfaceType(type) ? (derivedObjects.get(type) ?? []) : [],
  );
  return hidden.length === 0 ? first : withTypes(made, hidden);
}

/** Until no more interfaces come in with the objects that stand for them. */
function withTypes(
  made: ConstructorParameters<typeof GraphQLSchema>[0],
  hidden: readonly GraphQLObjectType[],
): GraphQLSchema {
  const schema = new GraphQLSchema({ ...made, types: hidden });
  const all = Object.values(schema.getTypeMap()).flatMap((type) =>
    isInterfaceType(type) ? (derivedObjects.get(type) ?? []) : [],
  );
  return all.length === hidden.length ? schema : withTypes(made, all);
}
