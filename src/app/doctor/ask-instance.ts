/**
 * Asks an instance as somebody would who goes past the gateway: one GET, or a call of gRPC. Only
 * the beginning of the answer is read.
 */
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Platform } from "#base/platform.ts";
import type { Instance } from "#configuration/configuration.ts";
import { secureOptions } from "#wire/tls-options.ts";
import { askHttp2 } from "./ask-http2.ts";

export type Asked =
  | { readonly kind: "unreachable"; readonly why: string }
  /** It takes connections; what it would answer is not known. */
  | ({ readonly kind: "silent"; readonly why: string } & Seen)
  | ({ readonly kind: "answer"; readonly status: number } & AnswerSeen & Seen);

interface AnswerSeen {
  readonly date?: string | undefined;
  /** Of a call; undefined: it is no answer in gRPC. */
  readonly grpcStatus?: number | undefined;
}

/** In the handshake; undefined: plain TCP. */
interface Seen {
  readonly certificateUntil: string | undefined;
}

export interface Question {
  /** Whether the gateway's own certificate is shown, where it has one for it. */
  readonly identified: boolean;
  /** Path of a method of gRPC that is called; undefined: a GET. */
  readonly callPath: string | undefined;
  readonly timeoutMs: number;
}

const answerBytesMax = 16 * 1_024;

export function askInstance(
  instance: Instance,
  { identified, callPath, timeoutMs }: Question,
  { sockets, timers, files }: Pick<Platform, "sockets" | "timers" | "files">,
): Promise<Asked> {
  return new Promise((resolve) => {
    let socket: Socket;
    try {
      socket = connect(instance, identified, sockets, files);
    } catch (error) {
      return resolve({ kind: "unreachable", why: reasonOf(error) });
    }
    let isConnected = false;
    let text = "";
    let certificateUntil: string | undefined;
    const end = (why: string): void => {
      stop();
      socket.destroy();
      const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(text) ?? [];
      if (status !== undefined) {
        const [, date] = /\r\ndate: *([^\r]+)/i.exec(text) ?? [];
        const answer = { kind: "answer", status: Number(status), certificateUntil } as const;
        resolve(date === undefined ? answer : { ...answer, date });
      } else if (isConnected) resolve({ kind: "silent", why, certificateUntil });
      else resolve({ kind: "unreachable", why });
    };
    const stop = timers.after(timeoutMs, () => end(`nothing within ${timeoutMs} ms`));
    socket.once(instance.scheme === "https" ? "secureConnect" : "connect", () => {
      isConnected = true;
      if (instance.scheme === "https") {
        certificateUntil = (socket as TLSSocket).getPeerCertificate().valid_to;
      }
      if (instance.scheme === "tcp") return end("it speaks no HTTP");
      if (instance.http2) return undefined;
      const path = `${instance.basePath}/`;
      const head = `GET ${path} HTTP/1.1\r\nHost: ${instance.authority}\r\n`;
      socket.write(`${head}User-Agent: parlance-doctor\r\nConnection: close\r\n\r\n`);
    });
    socket.once("error", (error) => end(reasonOf(error)));
    if (instance.http2) {
      askHttp2(socket, instance, callPath).then(
        (answer) => {
          stop();
          socket.destroy();
          resolve({ kind: "answer", ...answer, certificateUntil });
        },
        (error: unknown) => end(reasonOf(error)),
      );
    } else {
      socket.on("data", (bytes: Buffer) => {
        text += bytes.toString("latin1");
        if (text.includes("\r\n\r\n") || text.length > answerBytesMax) end("no HTTP/1.1");
      });
      socket.once("close", () => end("it closed the connection"));
    }
  });
}

function connect(
  { scheme, host, port, socketPath, tls, http2 }: Instance,
  identified: boolean,
  sockets: Platform["sockets"],
  files: Pick<Platform["files"], "read">,
): Socket {
  const where = socketPath === undefined ? { host, port } : { path: socketPath };
  if (scheme !== "https" || tls === undefined) return sockets.connect(where);
  const read = (file: string | undefined) => (file === undefined ? undefined : files.read(file));
  const { serverName, verify, caFile, certFile, keyFile } = tls;
  const trusted = {
    serverName,
    verify,
    ca: read(caFile),
    cert: identified ? read(certFile) : undefined,
    key: identified ? read(keyFile) : undefined,
  };
  const protocol = http2 ? "h2" : "http/1.1";
  return sockets.connectTls({ ...where, ...secureOptions(trusted, protocol) });
}

/** Of the several addresses of a host each has its own reason. */
function reasonOf(error: unknown): string {
  const errors = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [error];
  return errors.map((one) => (one instanceof Error ? one.message : String(one))).join(", ");
}
