/** Listed documents of GraphQL: whether they fit the services, the contracts tell. */
import type { Diagnostic } from "#base/diagnostic.ts";
import type { Configuration } from "#configuration/configuration.ts";
import type { Contract } from "#contract/contract.ts";
import { checkDocuments } from "#protocols/graphql/check-documents.ts";

/** More than anybody reads. */
const toldMax = 50;

export function checkGraphqlDocuments(
  { graphql }: Pick<Configuration, "graphql">,
  contracts: ReadonlyMap<string, Contract>,
): readonly Diagnostic[] {
  if (graphql === undefined) return [];
  const services = Array.from(contracts, ([serviceName, contract]) => ({ serviceName, contract }));
  const found = checkDocuments(services, graphql).slice(0, toldMax);
  return found.map(({ id, message }) => ({
    code: "unusable-document",
    severity: "warning",
    message: `graphql.documents: ${id.slice(0, 100)} cannot be executed: ${message}`,
  }));
}
