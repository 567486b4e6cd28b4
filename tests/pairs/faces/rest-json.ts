/** Callers in REST with JSON; outputs of a stream come as JSON lines. */
import { serviceName, type PairFace } from "#tests/pairs/face.ts";
import { overHttp1 } from "#tests/pairs/transports.ts";
import { callThrough } from "#tests/pairs/upstream-caller.ts";
import { rest } from "#protocols/rest/index.ts";

export const restJson: PairFace = {
  name: "REST+JSON",
  open: (scope, contract, port) =>
    callThrough(
      contract,
      rest.createUpstream({ serviceName, contract }),
      overHttp1(scope, port, `/${serviceName}`),
    ),
};
