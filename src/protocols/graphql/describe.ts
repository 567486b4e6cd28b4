/** The schema of a contract in GraphQL's own language: sorted, so that it changes when it must. */
import { lexicographicSortSchema, printSchema } from "graphql";
import type { Diagnostic } from "#base/diagnostic.ts";
import { takesStream } from "#call/problems.ts";
import type { ContractDescriber } from "#extension/protocol.ts";
import { createRootFields, createSchema } from "./schema.ts";

export const describeSdl: ContractDescriber = (service) => {
  const calls = { resolve: () => undefined, subscribe: nothing };
  const schema = createSchema(createRootFields([service], false, calls));
  const left = service.contract.operations.filter(takesStream);
  const diagnostics = left.map(({ id }): Diagnostic => {
    const message = `operation ${id} is left out: GraphQL has one input`;
    return { code: "stream-not-described", severity: "warning", message };
  });
  const text = `${printSchema(lexicographicSortSchema(schema))}\n`;
  return { text, mediaType: "application/graphql; charset=utf-8", diagnostics };
};

async function* nothing(): AsyncGenerator<never> {}
