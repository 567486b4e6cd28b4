/**
 * A whole gateway whose sockets are stubs, so that neither the kernel nor Node's streams are
 * counted: what exchanges cost in JavaScript alone.
 */
import { EventEmitter } from "node:events";
import type { Server, Socket } from "node:net";
import type { DurableRecords } from "#base/durable-records.ts";
import { nodePlatform, type Platform } from "#base/platform.ts";
import type { Revision } from "#configuration/configuration.ts";
import type { Policy } from "#extension/policy.ts";
import type { Protocol } from "#extension/protocol.ts";
import type { Recorder } from "#gateway/recorder.ts";
import { createGateway } from "#gateway/gateway.ts";
import type { PolicyCosts } from "#gateway/policy-costs.ts";

/** Takes all that is written, at once. */
class StubSocket extends EventEmitter {
  readonly writableLength = 0;
  readonly remoteAddress = "127.0.0.1";
  readonly remotePort = 50_000;
  onWrite: () => void = () => undefined;
  write(): boolean {
    this.onWrite();
    return true;
  }
  pause(): void {}
  resume(): void {}
  end(): void {}
  destroy(): void {}
  destroySoon(): void {}
}

/** What callers send, and what instances answer. */
export interface StubTraffic {
  readonly request: Buffer;
  readonly answer: Buffer;
  readonly protocols: readonly Protocol[];
  /** Absent: policies are not timed. */
  readonly costs?: PolicyCosts;
  /** What policies keep. */
  readonly records?: DurableRecords;
  /** Absent: nothing is put on record. */
  readonly recorder?: Recorder | undefined;
  /** Callers that ask at the same time, one exchange each. Absent: one. */
  readonly callers?: number;
}

const plainAnswer = Buffer.from(
  "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Wed, 25 Nov 2026 08:00:00 GMT\r\n" +
    "Content-Type: application/json\r\nContent-Length: 1024\r\nConnection: keep-alive\r\n" +
    `ETag: "6b06991d-3fa"\r\n\r\n${"x".repeat(1024)}`,
);
const plainRequest = Buffer.from(
  "GET /up/k1.json?page=2 HTTP/1.1\r\nHost: api.example.org:8080\r\nAccept: */*\r\n" +
    "User-Agent: bench/1.0\r\nAccept-Encoding: gzip, deflate\r\n\r\n",
);

/** The same with an answer that says it may be kept. @param more lines of the request. */
export function cacheableTraffic(more = ""): StubTraffic {
  const request = plainRequest.toString("latin1").replace("\r\n\r\n", `\r\n${more}\r\n`);
  const answer = plainAnswer
    .toString("latin1")
    .replace(/Date: [^\r]+\r\n/, "Cache-Control: max-age=86400\r\n");
  return { request: Buffer.from(request), answer: Buffer.from(answer), protocols: [] };
}

/** A request that is carried out once, however often it comes. */
export const keyedTraffic: StubTraffic = {
  request: Buffer.from(
    "POST /up/orders HTTP/1.1\r\nHost: api.example.org:8080\r\nIdempotency-Key: k\r\n" +
      'Content-Type: application/json\r\nContent-Length: 24\r\n\r\n{"sku":"t","quantity":2}',
  ),
  answer: plainAnswer,
  protocols: [],
};

export const plain: StubTraffic = { request: plainRequest, answer: plainAnswer, protocols: [] };

interface OnRead {
  readonly buffer: Buffer;
  readonly callback: (count: number, buffer: Buffer) => boolean;
}

function stubPlatform(
  answer: Buffer,
  accept: (onConnection: (socket: Socket) => void) => void,
): Platform {
  const connect = (options: { onread?: unknown }): Socket => {
    const socket = new StubSocket();
    const { buffer, callback } = options.onread as OnRead;
    socket.onWrite = () => {
      answer.copy(buffer);
      queueMicrotask(() => callback(answer.length, buffer));
    };
    queueMicrotask(() => socket.emit("connect"));
    return socket as unknown as Socket;
  };
  return {
    ...nodePlatform,
    sockets: {
      ...nodePlatform.sockets,
      connect,
      createServer: (_options, onConnection) => {
        accept(onConnection);
        return new EventEmitter() as Server;
      },
    },
  };
}

/** So many exchanges, one after the other at each of the callers' connections. */
export async function runExchanges(
  revision: Revision,
  count: number,
  policies: readonly Policy[] = [],
  { request, answer, protocols, costs, records, recorder, callers = 1 }: StubTraffic = plain,
): Promise<void> {
  let onConnection: ((socket: Socket) => void) | undefined;
  const observer = { onBegin() {}, onRouted() {}, onDone() {}, costsOf: () => costs };
  createGateway(
    stubPlatform(answer, (accepted) => (onConnection = accepted)),
    observer,
    revision,
    () => ({ protocols, policies, proofs: [] }),
    { records, recorder },
  );
  let left = count;
  await new Promise<void>((resolve) => {
    for (let caller = 0; caller < callers; caller++) {
      const socket = new StubSocket();
      onConnection?.(socket as unknown as Socket);
      socket.onWrite = () => {
        if (--left === 0) resolve();
        else if (left >= callers) queueMicrotask(() => socket.emit("data", request));
      };
      socket.emit("data", request);
    }
  });
}
