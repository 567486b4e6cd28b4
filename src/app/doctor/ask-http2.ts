/**
 * The same question over HTTP/2: one GET, or, where gRPC is spoken, one call with an empty message,
 * whose status comes behind it.
 */
import type { Socket } from "node:net";
import { http2 } from "#base/late-modules.ts";
import type { Instance } from "#configuration/configuration.ts";

export interface Http2Answer {
  readonly status: number;
  readonly grpcStatus: number | undefined;
  readonly date: string | undefined;
}

/** A length of 0, and no compression. */
const emptyMessage = Buffer.alloc(5);

/**
 * @param socket connected or not.
 * @param callPath of a method of gRPC; undefined: a GET is asked.
 */
export function askHttp2(
  socket: Socket,
  { scheme, authority, basePath }: Instance,
  callPath: string | undefined,
): Promise<Http2Answer> {
  const isCall = callPath !== undefined;
  const session = http2().connect(`${scheme}://${authority}`, { createConnection: () => socket });
  const { promise, resolve, reject } = Promise.withResolvers<Http2Answer>();
  session.on("error", reject).on("close", () => reject(new Error("it closed the connection")));
  const stream = session.request(
    {
      ":method": isCall ? "POST" : "GET",
      ":path": callPath ?? `${basePath}/`,
      "user-agent": "parlance-doctor",
      ...(isCall && { "content-type": "application/grpc", te: "trailers" }),
    },
    { endStream: !isCall },
  );
  let answer: Http2Answer | undefined;
  const noteStatus = (fields: Readonly<Record<string, unknown>>): void => {
    const code = fields["grpc-status"];
    if (answer === undefined || code === undefined) return;
    answer = { ...answer, grpcStatus: Number(code) };
  };
  stream.on("response", (fields) => {
    answer = { status: fields[":status"] ?? 0, grpcStatus: undefined, date: fields.date };
    noteStatus(fields);
    if (!isCall || answer.status !== 200 || answer.grpcStatus !== undefined) resolve(answer);
  });
  stream.on("trailers", noteStatus);
  stream.on("error", reject);
  stream.on("close", () => {
    if (answer === undefined) reject(new Error("it closed the stream without an answer"));
    else resolve(answer);
  });
  stream.resume();
  if (isCall) stream.end(emptyMessage);
  return promise.finally(() => session.destroy());
}
