/**
 * For upstreams whose dialect has one answer: the list in which an instance of ours has collected
 * the outputs of a stream is taken apart, so that callers of any dialect have a stream again.
 */
import type { Answer, Fault, Reply } from "#call/call.ts";
import { collectedField } from "#contract/collected-stream.ts";
import type { Operation } from "#contract/contract.ts";
import type { Value, ValueRecord } from "#contract/value.ts";
import type { UpstreamResponse } from "./protocol.ts";
import type { ReplyStream } from "./streams.ts";

/** Undefined: it is no stream, or has failed, and is decoded as usual. */
export function takeCollected(
  { mode }: Operation,
  response: Omit<UpstreamResponse, "body" | "trailer">,
  bytesMax: number,
  decode: (response: UpstreamResponse) => Reply,
): ReplyStream | undefined {
  const { status } = response;
  if (mode !== "server-stream" || status < 200 || status > 299) return undefined;
  const parts: Buffer[] = [];
  let length = 0;
  return {
    push(bytes) {
      length += bytes.length;
      if (length > bytesMax) return [tooLarge(bytesMax)];
      // A copy: what comes stands in a buffer that is used again.
      parts.push(Buffer.from(bytes));
      return [];
    },
    last() {
      const reply = decode({ ...response, body: Buffer.concat(parts) });
      return reply.kind === "fault" ? [reply] : outputsOf(reply);
    },
    end: () => undefined,
  };
}

function outputsOf({ output, headers }: Answer): readonly Answer[] {
  const outputs = (output[collectedField] ?? []) as readonly Value[];
  return outputs.map((one) => ({ kind: "answer", output: one as ValueRecord, headers }));
}

function tooLarge(bytesMax: number): Fault {
  const told = { faultKind: "resource_exhausted", blame: "service" } as const;
  const message = `the collected outputs are larger than documentBytesMax, ${bytesMax} bytes`;
  return { kind: "fault", ...told, code: "stream-too-large", message };
}
