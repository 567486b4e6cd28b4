/** Callers in MCP, as agents call tools; outputs of a stream come as one list. */
import { serviceName, type PairFace } from "#tests/pairs/face.ts";
import { overHttp1 } from "#tests/pairs/transports.ts";
import { callThrough } from "#tests/pairs/upstream-caller.ts";
import { mcp as protocol } from "#protocols/mcp/index.ts";

export const mcp: PairFace = {
  name: "MCP",
  open: (scope, contract, port) =>
    callThrough(
      contract,
      protocol.createUpstream({ serviceName, contract }),
      overHttp1(scope, port, `/mcp/${serviceName}`),
    ),
};
