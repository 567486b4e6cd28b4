/** A SOAP face behind Node's own HTTP server, with a handler in the place of a service. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Call, Reply } from "#call/call.ts";
import type { Face, FaceResponse } from "#extension/protocol.ts";

export interface FaceServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export async function serveFace(
  serviceName: string,
  face: Face,
  handle: (call: Call) => Reply,
): Promise<FaceServer> {
  const answer = (method: string, target: string, field: FieldOf, body: Buffer): FaceResponse => {
    const { pathname, search } = new URL(target, "http://host");
    const query = search.slice(1);
    const decoded = face.decode({ method, path: pathname, query, field, body });
    if (decoded.kind === "document") return decoded.response;
    const context = { exchangeId: "exchange-1", negotiated: decoded.negotiated };
    return decoded.kind === "call"
      ? face.encode(handle(decoded.call), { ...context, operation: decoded.call.operation })
      : face.encode(decoded.fault, { ...context, operation: decoded.operation });
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const field: FieldOf = (name) => {
        const value = request.headers[name];
        return Array.isArray(value) ? value.join(", ") : value;
      };
      const { method = "", url = "" } = request;
      const { status, fields, body } = answer(method, url, field, Buffer.concat(chunks));
      response.writeHead(
        status,
        fields.flatMap((line) => [...line]),
      );
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/soap/${serviceName}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type FieldOf = (name: string) => string | undefined;
