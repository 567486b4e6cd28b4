/** GraphQL over HTTP, by the contracts of all services. */
import type { Protocol } from "#extension/protocol.ts";
import { describeSdl } from "./describe.ts";
import { graphqlForms } from "./forms.ts";
import { createGraphqlHub } from "./hub.ts";

export const graphql = {
  name: "graphql",
  describe: describeSdl,
  createHub: createGraphqlHub,
  forms: graphqlForms,
} satisfies Protocol;
