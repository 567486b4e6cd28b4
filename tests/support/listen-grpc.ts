/** A server of @grpc/grpc-js at a free port, until the test is over. */
import type { TestContext } from "node:test";
import { ServerCredentials, type Server } from "@grpc/grpc-js";

/** @returns its port, at 127.0.0.1. */
export async function listenGrpc(
  scope: Pick<TestContext, "after">,
  server: Server,
): Promise<number> {
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  scope.after(() => server.forceShutdown());
  return port;
}
