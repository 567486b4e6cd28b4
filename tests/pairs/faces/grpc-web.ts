/** Callers in gRPC-Web, as pages speak it. */
import { serviceName, type PairFace } from "#tests/pairs/face.ts";
import { overHttp1 } from "#tests/pairs/transports.ts";
import { callThrough } from "#tests/pairs/upstream-caller.ts";
import { grpc } from "#protocols/grpc/index.ts";
import { asGrpc, framesIn, joined } from "./grpc-frames.ts";

const trailersFlag = 0x80;

export const grpcWeb: PairFace = {
  name: "gRPC-Web",
  open(scope, contract, port) {
    const send = overHttp1(scope, port, "");
    return callThrough(
      contract,
      grpc.createUpstream({ serviceName, contract }),
      async (request) => {
        const fields = [["content-type", "application/grpc-web+proto"]] as const;
        const response = await send({ ...request, fields });
        const frames = framesIn(response.body);
        const end = frames.find(({ flags }) => flags === trailersFlag)?.bytes.toString() ?? "";
        const lines = end
          .split("\r\n")
          .map((line) => line.split(/: ?(.*)/s, 2) as [string, string]);
        const messages = frames.filter(({ flags }) => flags !== trailersFlag);
        return asGrpc(response, joined(messages), new Map(lines));
      },
    );
  },
};
