/** Calls to instances in JSON-RPC 2.0 over HTTP: one request object, one response object. */
import { defaultDocumentLimits } from "#base/limits.ts";
import type { Call, Fault, Reply } from "#call/call.ts";
import { faultKindOfHttp } from "#call/fault-table.ts";
import { streamNotOffered, takesStream } from "#call/problems.ts";
import { createRecord } from "#contract/value.ts";
import { takeCollected } from "#extension/collected-outputs.ts";
import type {
  ServiceContract,
  Upstream,
  UpstreamRequest,
  UpstreamResponse,
} from "#extension/protocol.ts";
import { readValueSpans } from "#formats/json/value-spans.ts";
import { broken, readError } from "./errors.ts";
import { createOperations } from "./jsonrpc-operation.ts";

/** One exchange has one request, so its id may be the same for all. */
const requestId = "1";

export function createJsonRpcUpstream({ contract }: ServiceContract): Upstream {
  const find = createOperations(contract, defaultDocumentLimits);
  return {
    encode(call): UpstreamRequest | Fault {
      const { operation, input } = call;
      if (takesStream(operation)) return streamNotOffered(operation, "JSON-RPC");
      const { binding, writeParams } = find(operation);
      const method = JSON.stringify(binding.method);
      const params = writeParams(input);
      // JSON-RPC 2.0 §4.1: what wants no answer has no id.
      const id = operation.output === undefined ? "" : `,"id":${requestId}`;
      return {
        kind: "request",
        method: "POST",
        target: "",
        fields: [
          ["content-type", "application/json"],
          ["accept", "application/json"],
        ],
        body: Buffer.from(`{"jsonrpc":"2.0","method":${method},"params":${params}${id}}`),
      };
    },
    decode: (response, call) => decode(response, call, find),
    decodeOutputs: (response, call) =>
      takeCollected(call.operation, response, defaultDocumentLimits.documentBytesMax, (whole) =>
        decode(whole, call, find),
      ),
  };
}

function decode(
  { status, body }: UpstreamResponse,
  { operation }: Call,
  find: ReturnType<typeof createOperations>,
): Reply {
  const compiled = find(operation);
  if (operation.output === undefined && status < 300) {
    return { kind: "answer", output: createRecord(), headers: createRecord() };
  }
  const spans = readValueSpans(body);
  if (spans.kind !== "object" || !spans.members.has("jsonrpc")) return httpFault(status);
  const { members } = spans;
  const error = members.get("error");
  if (error !== undefined && error !== "null") return readError(error, compiled);
  const result = members.get("result");
  if (result === undefined) return broken("it has neither a result nor an error");
  if (members.get("id") !== requestId) return broken("its id is not that of the request");
  const read = compiled.readResult(result);
  if (read.kind === "value") {
    return { kind: "answer", output: read.value, headers: createRecord() };
  }
  const { code, message, place } = read;
  return {
    kind: "fault",
    faultKind: code === "limit-exceeded" ? "resource_exhausted" : "internal",
    blame: "service",
    code,
    message,
    place: `/result${place}`,
  };
}

function httpFault(status: number): Fault {
  if (status < 400) return broken("it is no response object");
  const message = `the service answered with status ${status} and no response object`;
  const faultKind = faultKindOfHttp(status);
  return { kind: "fault", faultKind, blame: "service", code: "no-json-rpc", message };
}
