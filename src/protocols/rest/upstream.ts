/** The REST upstream: calls to requests of the service's contract, its answers to replies. */
import type { Call, Fault, Reply } from "#call/call.ts";
import { streamNotOffered, takesStream } from "#call/problems.ts";
import type { Operation } from "#contract/contract.ts";
import { DocumentFailure } from "#contract/document-fault.ts";
import type {
  ServiceContract,
  Upstream,
  UpstreamRequest,
  UpstreamResponse,
} from "#extension/protocol.ts";
import { createAddressCheck, type CheckAddress } from "./check-address.ts";
import { splitRestAnswer } from "./large-answers.ts";
import { faultOf, restProblems } from "./problems.ts";
import { bindingOf } from "./rest-binding.ts";
import { compileRestOperation, type RestOperation } from "./rest-operation.ts";
import { createRestReplies } from "./upstream-stream.ts";
import { decodeAnswer } from "./upstream-decode.ts";
import { encodeRequest } from "./upstream-encode.ts";
import { compileFaultDecoder } from "./upstream-faults.ts";

export function createRestUpstream(service: ServiceContract): Upstream {
  const { contract } = service;
  const lenient = new Map<string, RestOperation>();
  const strict = new Map<string, RestOperation>();
  const decodeFault = compileFaultDecoder(contract);
  let checkAddress: CheckAddress | undefined;
  const operationOf = (
    operation: Operation,
    unknown: "drop" | "reject" = "drop",
  ): RestOperation => {
    const compiled = unknown === "drop" ? lenient : strict;
    const known = compiled.get(operation.id);
    if (known !== undefined) return known;
    const binding = bindingOf(contract, operation);
    const options = { unknown, also: [] } as const;
    const rest = compileRestOperation(contract, operation, binding, options);
    compiled.set(operation.id, rest);
    return rest;
  };
  return {
    encode(call: Call): UpstreamRequest | Fault {
      if (takesStream(call.operation)) return streamNotOffered(call.operation, "REST");
      try {
        const rest = operationOf(call.operation);
        const request = encodeRequest(rest, call);
        checkAddress ??= createAddressCheck(contract);
        checkAddress(rest, request);
        return request;
      } catch (error) {
        if (!(error instanceof DocumentFailure)) throw error;
        const { message, place } = error.fault;
        return faultOf(restProblems["not-representable"](message), place);
      }
    },
    decode(response: UpstreamResponse, call: Call): Reply {
      const unknown = response.passes?.unknown === "reject" ? "reject" : "drop";
      const rest = operationOf(call.operation, unknown);
      const isDeclared = response.status === rest.binding.success.status;
      if (isDeclared || (response.status >= 200 && response.status <= 299)) {
        const reply = decodeAnswer(rest, response);
        const isUnfit = reply.kind === "fault" && response.passes !== undefined;
        return isUnfit ? { ...reply, unfit: true } : reply;
      }
      return decodeFault(call.operation, response);
    },
    decodeOutputs: (response, { operation }) =>
      operation.mode === "server-stream"
        ? createRestReplies(operationOf(operation), response, decodeFault)
        : undefined,
    splitAnswer: splitRestAnswer(
      service,
      (operation) => operationOf(operation),
      createRestUpstream,
    ),
  };
}
