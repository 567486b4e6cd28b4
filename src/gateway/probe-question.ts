/** What a check asks an instance, and whether the answer says that it is well. */
import { assert } from "#base/assert.ts";
import { defaultLimits } from "#base/limits.ts";
import type { HealthCheck } from "#configuration/configuration.ts";
import type { Upstream, UpstreamResponse } from "#extension/protocol.ts";
import type { Call } from "#call/call.ts";
import { RequestHead } from "#wire/head.ts";
import { parseRequestHead } from "#wire/parse-request-head.ts";
import type { Translator } from "./translators.ts";
import { readUpstreamHead } from "./upstream-head.ts";

export interface ProbeQuestion {
  readonly head: RequestHead;
  readonly body: Buffer;
  /** Whether it goes to the instance's URL as it is written. */
  readonly exactTarget: boolean;
  /** How much of the answer's body it wants to see. */
  readonly answerBytesMax: number;
  /** @returns why the instance is not well; undefined: it is. */
  readonly judge: (answer: UpstreamResponse) => string | undefined;
}

const noBytes: Buffer = Buffer.alloc(0);
/** An empty HealthCheckRequest in its frame: of the server as a whole. */
const emptyMessage = Buffer.alloc(5);
/** HealthCheckResponse with status SERVING, in its frame (grpc.health.v1). */
const serving = Buffer.from([0, 0, 0, 0, 2, 8, 1]);
const operationBytesMax = 1024 * 1024;

/** @param translator of a service with a contract. Throws when the operation cannot be asked. */
export function questionOf(health: HealthCheck, translator: Translator | undefined): ProbeQuestion {
  switch (health.check) {
    case "grpc":
      return { ...plain(grpcHead), body: emptyMessage, answerBytesMax: 1_024, judge: judgeGrpc };
    case "operation":
      return operationQuestion(health.operation ?? "", translator);
    case "http":
    case "tcp":
      return {
        ...plain(`GET ${health.path} HTTP/1.1\r\nHost: h\r\n\r\n`),
        body: noBytes,
        answerBytesMax: 0,
        judge: ({ status }) =>
          status >= 200 && status < 400 ? undefined : `a check got ${status}; expected 2xx or 3xx`,
      };
  }
}

const grpcHead =
  "POST /grpc.health.v1.Health/Check HTTP/1.1\r\nHost: h\r\nTE: trailers\r\n" +
  "Content-Type: application/grpc\r\nContent-Length: 5\r\n\r\n";

function judgeGrpc({ status, body }: UpstreamResponse): string | undefined {
  const isServing = status === 200 && body.equals(serving);
  return isServing ? undefined : "its health service does not say SERVING";
}

function plain(text: string): Pick<ProbeQuestion, "head" | "exactTarget"> {
  const bytes = Buffer.from(text, "latin1");
  const head = new RequestHead();
  const end = parseRequestHead(head, bytes, 0, bytes.length, defaultLimits);
  assert(end === bytes.length, "a check's request is well-formed");
  return { head, exactTarget: false };
}

function operationQuestion(id: string, translator: Translator | undefined): ProbeQuestion {
  const operation = translator?.contract.operations.find((one) => one.id === id);
  const upstream = translator?.upstream;
  assert(operation !== undefined && upstream !== undefined, `${id} is an operation`);
  const call: Call = { operation, input: {}, headers: {} };
  const request = encodeProbe(upstream, call);
  if (typeof request === "string") throw new Error(request);
  const head = new RequestHead();
  if (!readUpstreamHead(request, defaultLimits, head, true)) {
    throw new Error(`operation ${id} makes no well-formed request`);
  }
  return {
    head,
    body: request.body,
    exactTarget: request.target === "",
    answerBytesMax: operationBytesMax,
    judge(answer) {
      const reply = upstream.decode(answer, call);
      if (reply.kind !== "fault") return undefined;
      return `a check by ${id} got a fault: ${reply.message.slice(0, 200)}`;
    },
  };
}

/** @returns why an operation cannot be asked without any input. */
export function encodeProbe(upstream: Upstream, call: Call) {
  const encoded = upstream.encode(call);
  if (encoded.kind !== "fault") return encoded;
  return `operation ${call.operation.id} cannot be called without input: ${encoded.message}`;
}
