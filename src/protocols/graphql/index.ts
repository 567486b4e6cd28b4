/** GraphQL over HTTP, by the contracts of all services, and services that speak it. */
import type { Protocol } from "#extension/protocol.ts";
import { describeSdl } from "./describe.ts";
import { graphqlForms } from "./forms.ts";
import { createGraphqlHub } from "./hub.ts";
import { schemaImporter } from "./import.ts";
import { createGraphqlUpstream } from "./upstream.ts";

export const graphql = {
  name: "graphql",
  importer: schemaImporter,
  describe: describeSdl,
  createUpstream: createGraphqlUpstream,
  createHub: createGraphqlHub,
  forms: graphqlForms,
} satisfies Protocol;
