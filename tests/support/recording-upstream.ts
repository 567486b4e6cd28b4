/**
 * A service that keeps every byte it received, per connection, and answers with raw bytes from a
 * script. When a request is complete is decided by the strict reading, so that it never answers
 * a message that RFC 9112 would not call one.
 */
import net from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { toBytes, type Step } from "./raw-http.ts";
import { readRequests, strictReading, type SeenRequest } from "./read-requests.ts";

export type AnswerStep = Step | "close" | "reset";

/** `index` counts all complete requests of all connections, from 0. */
export type Answer = (request: SeenRequest, index: number) => readonly AnswerStep[];

export interface RecordingUpstream {
  readonly port: number;
  /** Bytes received so far by each connection that sent any, in the order of their opening. */
  readonly connections: () => readonly Buffer[];
  /** Complete requests of all connections by the strict reading. */
  readonly requests: () => readonly SeenRequest[];
  /** Connections whose other side ended or reset them. */
  readonly closedConnections: () => number;
  /** Resolves with true when the condition holds, with false after the time. */
  readonly waitFor: (condition: () => boolean, withinMs?: number) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

export interface UpstreamOptions {
  readonly answer?: Answer;
  /** Called as soon as a head is there, before the body: for early and interim answers. */
  readonly onHead?: (request: SeenRequest, index: number) => readonly AnswerStep[];
}

/** A plain answer with a body that says which target was asked for. */
export function plainAnswer(request: SeenRequest): readonly AnswerStep[] {
  const body = `${request.method} ${request.target}`;
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nContent-Type: text/plain\r\n\r\n`;
  return [request.method === "HEAD" ? head : head + body];
}

interface Recorded {
  readonly chunks: Buffer[];
  closed: boolean;
  answered: number;
  headsSeen: number;
}

export async function startRecordingUpstream(
  options: UpstreamOptions = {},
): Promise<RecordingUpstream> {
  const answer = options.answer ?? plainAnswer;
  const recorded: Recorded[] = [];
  const sockets = new Set<net.Socket>();
  const waiting = new Set<() => void>();
  let total = 0;
  const changed = (): void => {
    for (const check of [...waiting]) check();
  };

  async function play(socket: net.Socket, steps: readonly AnswerStep[]): Promise<void> {
    for (const step of steps) {
      if (step === "close") socket.end();
      else if (step === "reset") socket.resetAndDestroy();
      else if (typeof step === "object" && "pauseMs" in step) await pause(step.pauseMs);
      else if (socket.writable) socket.write(toBytes(step));
    }
  }

  const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    const own: Recorded = { chunks: [], closed: false, answered: 0, headsSeen: 0 };
    recorded.push(own);
    sockets.add(socket);
    let playing = Promise.resolve();
    socket.on("data", (chunk: Buffer) => {
      own.chunks.push(chunk);
      const { messages } = readRequests(Buffer.concat(own.chunks), strictReading);
      for (const seen of messages.slice(own.headsSeen)) {
        const steps = options.onHead?.(seen, total) ?? [];
        playing = playing.then(() => play(socket, steps));
      }
      own.headsSeen = messages.length;
      while (messages[own.answered]?.complete === true) {
        const steps = answer(messages[own.answered++] as SeenRequest, total++);
        playing = playing.then(() => play(socket, steps));
      }
      changed();
    });
    socket.on("end", () => {
      own.closed = true;
      socket.end();
      changed();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      own.closed = true;
      sockets.delete(socket);
      changed();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const connections = (): Buffer[] =>
    recorded.filter((own) => own.chunks.length > 0).map((own) => Buffer.concat(own.chunks));
  return {
    port: (server.address() as net.AddressInfo).port,
    connections,
    requests: () =>
      connections().flatMap((bytes) =>
        readRequests(bytes, strictReading).messages.filter((seen) => seen.complete),
      ),
    closedConnections: () => recorded.filter((own) => own.closed).length,
    waitFor(condition, withinMs = 2_000) {
      if (condition()) return Promise.resolve(true);
      return new Promise((resolve) => {
        const timer = setTimeout(() => settle(false), withinMs);
        const check = (): void => {
          if (condition()) settle(true);
        };
        const settle = (held: boolean): void => {
          clearTimeout(timer);
          waiting.delete(check);
          resolve(held);
        };
        waiting.add(check);
      });
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
