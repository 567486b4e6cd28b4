/** Callers in JSON-RPC 2.0; outputs of a stream come as one list. */
import { serviceName, type PairFace } from "#tests/pairs/face.ts";
import { overHttp1 } from "#tests/pairs/transports.ts";
import { callThrough } from "#tests/pairs/upstream-caller.ts";
import { jsonrpc } from "#protocols/jsonrpc/index.ts";

export const jsonRpc: PairFace = {
  name: "JSON-RPC",
  open: (scope, contract, port) =>
    callThrough(
      contract,
      jsonrpc.createUpstream({ serviceName, contract }),
      overHttp1(scope, port, `/rpc/${serviceName}`),
    ),
};
