/**
 * Operations of contracts that know no GraphQL, as a gateway of ours offers them at
 * `/graphql/{service}`: the same names, in the same order.
 */
import type { GraphQLInputType } from "graphql";
import { assert } from "#base/assert.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import { faultOf } from "#contract/document-fault.ts";
import { createNumbering } from "#contract/numbering.ts";
import { resolve } from "#contract/resolve.ts";
import type { Field, RecordType } from "#contract/types.ts";
import { createRecord, type ValueRecord } from "#contract/value.ts";
import type { ServiceContract } from "#extension/protocol.ts";
import { readValueSpans } from "#formats/json/value-spans.ts";
import { createFaultDetails } from "./faults.ts";
import type { GraphqlOperation } from "./graphql-operation.ts";
import { identifier } from "./schema-names.ts";
import { namedFields } from "./schema-types.ts";
import { createRootFields, createSchema, type RootField } from "./schema.ts";
import { createOwnInputs, createRecordWriter, type OwnInputOf } from "./upstream-own-input.ts";
import { compileOwnOutput } from "./upstream-own-output.ts";

export type FindOwn = (operation: Operation) => GraphqlOperation;

async function* nothing(): AsyncGenerator<never> {}

export function createOwnOperations(service: ServiceContract): FindOwn {
  const roots = createRootFields([service], false, {
    resolve: () => undefined,
    subscribe: nothing,
  });
  // Names of types that have none in the contract are given when the schema is made.
  createSchema(roots);
  const inputOf = createOwnInputs(service.contract);
  return (operation) => {
    const root = roots.find((one) => one.operation.id === operation.id);
    assert(root !== undefined, `${operation.id} is in the schema`);
    return compileOwn(service, root, inputOf);
  };
}

function compileOwn(
  { contract }: ServiceContract,
  { name, kind, operation, config }: RootField,
  inputOf: OwnInputOf,
): GraphqlOperation {
  const { input, output } = operation;
  const args = Object.entries(config.args ?? {});
  const typeOf = (argument: string): GraphQLInputType | undefined => config.args?.[argument]?.type;
  const record = resolve(contract, input.type) as RecordType;
  const writeInput = createRecordWriter(contract, record, typeOf, inputOf);
  const headers = headersOf(operation, createNumbering(namesIn(contract, record)));
  const writeHeaders = createRecordWriter(contract, headers, typeOf, inputOf);
  const result = output && compileOwnOutput(contract, output.type, config.type);
  const variables = args.map(([argument, { type }]) => `$${argument}: ${String(type)}`).join(", ");
  const given = args.map(([argument]) => `${argument}: $${argument}`).join(", ");
  const inParentheses = (text: string): string => (text === "" ? "" : `(${text})`);
  const selection = result === undefined || result.selection === "" ? "" : ` ${result.selection}`;
  const field = `${name}${inParentheses(given)}${selection}`;
  const document = `${kind} ${name}${inParentheses(variables)} { ${field} }`;
  const head = `{"query":${JSON.stringify(document)},"operationName":${JSON.stringify(name)}`;
  return {
    write(own, ownHeaders) {
      const both = [writeInput(own), writeHeaders(ownHeaders)].map((one) => one.slice(1, -1));
      return `${head},"variables":{${both.filter((one) => one !== "").join(",")}}}`;
    },
    read(data) {
      const spans = readValueSpans(data);
      const text = spans.kind === "object" ? spans.members.get(name) : undefined;
      if (result === undefined) return { kind: "value", value: createRecord() };
      if (text === undefined || text === "null") return { kind: "value", value: undefined };
      try {
        return { kind: "value", value: result.read(text, `/${name}`) as ValueRecord };
      } catch (error) {
        return faultOf(error);
      }
    },
    details: createFaultDetails(contract, operation),
  };
}

function namesIn(contract: Contract, record: RecordType): readonly string[] {
  return namedFields(contract, record).map(({ name }) => name);
}

/** Arguments behind those of the input. */
function headersOf({ input }: Operation, take: (name: string) => string): RecordType {
  const fields = input.headers.map(({ name, type }): Field => {
    const jsonName = take(identifier(name));
    return { name, type, jsonName, presence: "optional", nullable: false };
  });
  return { kind: "record", fields };
}
