/** Callers that speak as our own upstreams do, over a transport that a face has. */
import type { Call, Reply } from "#call/call.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import type { ValueRecord } from "#contract/value.ts";
import type { Upstream, UpstreamRequest, UpstreamResponse } from "#extension/protocol.ts";
import type { PairCaller } from "./face.ts";
import type { Told } from "./hand.ts";

export type Send = (request: UpstreamRequest, call: Call) => Promise<UpstreamResponse>;

/** @param contract as the caller knows it. */
export function callThrough(contract: Contract, upstream: Upstream, send: Send): PairCaller {
  const callOf = ({ id }: Operation, input: ValueRecord): Call => {
    const operation = contract.operations.find((one) => one.id === id) as Operation;
    return { operation, input, headers: {} };
  };
  return {
    async call(operation, input): Promise<Reply> {
      const call = callOf(operation, input);
      const request = upstream.encode(call);
      if (request.kind === "fault") return request;
      return upstream.decode(await send(request, call), call);
    },
    async watch(operation, input): Promise<Told> {
      const call = callOf(operation, input);
      const request = upstream.encode(call);
      if (request.kind === "fault") return { outputs: [], fault: request };
      const response = await send(request, call);
      const replies = upstream.decodeOutputs?.(response, call);
      if (replies === undefined) {
        const reply = upstream.decode(response, call);
        if (reply.kind === "fault") return { outputs: [], fault: reply };
        return { outputs: [reply.output], fault: undefined };
      }
      const outputs: ValueRecord[] = [];
      for (const one of [...replies.push(response.body), ...(replies.last?.() ?? [])]) {
        if (one.kind === "fault") return { outputs, fault: one };
        outputs.push(one.output);
      }
      return { outputs, fault: replies.end((name) => response.trailer?.(name)) };
    },
  };
}
