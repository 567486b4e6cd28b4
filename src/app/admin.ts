/** The admin port: what `control` serves, given to it from the parts of this process. */
import type { AddressInfo } from "node:net";
import type { Platform } from "#base/platform.ts";

export interface Admin {
  readonly port: number;
  close(): Promise<void>;
}

export function startAdmin(
  platform: Platform,
  where: { host: string; port: number },
  estate: { isReady: () => boolean },
): Promise<Admin> {
  const server = platform.sockets.createHttpServer({}, (request, response) => {
    if (request.url === "/livez") return void response.end("live\n");
    if (request.url === "/readyz") {
      response.statusCode = estate.isReady() ? 200 : 503;
      return void response.end(estate.isReady() ? "ready\n" : "not ready\n");
    }
    response.statusCode = 404;
    response.end();
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}
