/** Calls and services on node:http2 alone, for what no library of gRPC would send. */
import { connect, createServer, type ClientHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

type Scope = Pick<TestContext, "after">;

/** A message with its length before it; `size` may lie. */
export function frame(message: Uint8Array, flag = 0, size = message.length): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(size, 1);
  return Buffer.concat([prefix, message]);
}

export interface Answer {
  /** NaN: none. */
  readonly httpStatus: number;
  /** Of gRPC, from the trailers or the head. */
  readonly status: string | undefined;
  readonly message: string;
  readonly body: Buffer;
  readonly reset: number;
}

export function openSession(scope: Scope, port: number): ClientHttp2Session {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on("error", () => undefined);
  scope.after(() => session.destroy());
  return session;
}

/** @param body undefined: the request stays open. */
export async function call(
  session: ClientHttp2Session,
  path: string,
  body: Buffer | undefined,
  fields: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
    ...fields,
  });
  const told: Record<string, unknown> = {};
  const parts: Buffer[] = [];
  stream.on("error", () => undefined);
  stream.on("response", (head) => Object.assign(told, head));
  stream.on("trailers", (trailers) => Object.assign(told, trailers));
  stream.on("data", (part: Buffer) => parts.push(part));
  if (body !== undefined) stream.end(body);
  await new Promise<void>((resolve) => stream.on("close", resolve));
  const text = (name: string): string | undefined => {
    const value = told[name];
    return typeof value === "string" ? value : undefined;
  };
  return {
    httpStatus: Number(told[":status"] ?? NaN),
    status: text("grpc-status"),
    message: decodeURIComponent(text("grpc-message") ?? ""),
    body: Buffer.concat(parts),
    reset: stream.rstCode,
  };
}

/** @param answer what becomes of each request, once its first bytes are there. */
export async function startRaw(
  scope: Scope,
  answer: (stream: ServerHttp2Stream, body: Buffer) => void,
): Promise<number> {
  const server = createServer();
  server.on("session", (session) => scope.after(() => session.destroy()));
  server.on("stream", (stream: ServerHttp2Stream) => {
    stream.on("error", () => undefined);
    stream.once("data", (body: Buffer) => answer(stream, body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  scope.after(() => server.close());
  return (server.address() as AddressInfo).port;
}
