/** A caller on node:http2 that gathers all that an answer consists of. */
import http2, { type ClientHttp2Session, type IncomingHttpHeaders } from "node:http2";
import type { TestContext } from "node:test";

export interface Answer {
  readonly status: number;
  readonly fields: IncomingHttpHeaders;
  readonly interim: readonly IncomingHttpHeaders[];
  readonly body: Buffer;
  readonly trailers: IncomingHttpHeaders | undefined;
  /** The stream's error code; 0 when the answer is whole. */
  readonly resetCode: number;
}

export interface Request {
  readonly method?: string;
  readonly fields?: Readonly<Record<string, string | string[]>>;
  readonly body?: Buffer | string;
  readonly trailers?: Readonly<Record<string, string>>;
}

export function openSession(
  context: Pick<TestContext, "after">,
  port: number,
  options: http2.SecureClientSessionOptions & { scheme?: "http" | "https" } = {},
): ClientHttp2Session {
  const { scheme = "http", ...rest } = options;
  const session = http2.connect(`${scheme}://localhost:${port}`, rest);
  session.on("error", () => undefined);
  context.after(() => session.destroy());
  return session;
}

export async function ask(
  session: ClientHttp2Session,
  path: string,
  { method, fields = {}, body, trailers }: Request = {},
): Promise<Answer> {
  const stream = session.request(
    { ":method": method ?? (body === undefined ? "GET" : "POST"), ":path": path, ...fields },
    { endStream: body === undefined && trailers === undefined, waitForTrailers: !!trailers },
  );
  if (trailers) stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  if (body !== undefined || trailers !== undefined) stream.end(body ?? "");
  const interim: IncomingHttpHeaders[] = [];
  const chunks: Buffer[] = [];
  let answered: IncomingHttpHeaders = {};
  let ending: IncomingHttpHeaders | undefined;
  stream.on("headers", (seen) => interim.push(seen));
  stream.on("response", (seen) => (answered = seen));
  stream.on("trailers", (seen) => (ending = seen));
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("error", () => undefined);
  await new Promise<void>((resolve) => stream.once("close", resolve));
  return {
    status: Number(answered[":status"] ?? 0),
    fields: answered,
    interim,
    body: Buffer.concat(chunks),
    trailers: ending,
    resetCode: stream.rstCode ?? 0,
  };
}
