/** Callers in GraphQL, by the address of one service; a stream is a subscription. */
import { serviceName, type PairFace } from "#tests/pairs/face.ts";
import { overHttp1 } from "#tests/pairs/transports.ts";
import { callThrough } from "#tests/pairs/upstream-caller.ts";
import { graphql as protocol } from "#protocols/graphql/index.ts";

export const graphql: PairFace = {
  name: "GraphQL",
  open: (scope, contract, port) =>
    callThrough(
      contract,
      protocol.createUpstream({ serviceName, contract }),
      overHttp1(scope, port, `/graphql/${serviceName}`),
    ),
};
