/** An instance on node:http2, and an HTTP/1.1 caller that gathers all that an answer has. */
import http from "node:http";
import http2, { type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

type Handler = (
  stream: ServerHttp2Stream,
  headers: http2.IncomingHttpHeaders,
  raw: readonly string[],
) => void;

export async function startH2(
  context: TestContext,
  handler: Handler,
  options: http2.SecureServerOptions & { tls?: boolean } = {},
) {
  const { tls = false, ...rest } = options;
  const server = tls ? http2.createSecureServer(rest) : http2.createServer(rest);
  const sessions = new Set<ServerHttp2Session>();
  let opened = 0;
  server.on("session", (session) => {
    opened++;
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
    session.on("error", () => undefined);
  });
  server.on("sessionError", () => undefined);
  server.on("stream", (stream, headers, _flags, raw) => {
    stream.on("error", () => undefined);
    handler(stream as ServerHttp2Stream, headers, raw);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sessions, opened: () => opened };
}

export const echo: Handler = (stream, headers) => {
  stream.respond({
    ":status": 200,
    "x-seen": JSON.stringify({ ...headers }),
    "set-cookie": ["a=1", "b=2"],
  });
  stream.pipe(stream);
};

export function serviceText(url: string, more = ""): string {
  return `services:\n  web:\n    http2: true\n    instances: ["${url}"]\n${more}`;
}

interface Http1Answer {
  readonly status: number;
  readonly fields: http.IncomingHttpHeaders;
  readonly trailers: NodeJS.Dict<string>;
  readonly body: Buffer;
}

const agent = new http.Agent({ keepAlive: true });

export function askHttp1(
  port: number,
  path: string,
  options: { body?: Buffer | string; chunked?: boolean; trailers?: Record<string, string> } = {},
): Promise<Http1Answer> {
  const { body, chunked = false, trailers } = options;
  return new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const headers = { te: "trailers", ...(chunked ? { trailer: "x-end" } : {}) };
    const request = http.request({ port, path, method, agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        resolve({
          status: response.statusCode ?? 0,
          fields: response.headers,
          trailers: response.trailers,
          body: Buffer.concat(chunks),
        });
      });
    });
    request.on("error", reject);
    if (chunked) {
      request.write(body);
      if (trailers !== undefined) request.addTrailers(trailers);
      request.end();
    } else request.end(body);
  });
}
