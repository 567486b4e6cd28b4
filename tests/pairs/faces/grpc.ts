/** Callers in gRPC over HTTP/2. */
import { serviceName, type PairFace } from "#tests/pairs/face.ts";
import { overHttp2 } from "#tests/pairs/transports.ts";
import { callThrough } from "#tests/pairs/upstream-caller.ts";
import { grpc as protocol } from "#protocols/grpc/index.ts";

export const grpc: PairFace = {
  name: "gRPC",
  open: (scope, contract, port) =>
    callThrough(
      contract,
      protocol.createUpstream({ serviceName, contract }),
      overHttp2(scope, port),
    ),
};
