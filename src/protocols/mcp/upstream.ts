/** Calls to MCP servers: each is one `tools/call` of its own, without a session. */
import { defaultDocumentLimits } from "#base/limits.ts";
import type { Call, Fault, Reply } from "#call/call.ts";
import { notOffered, streamNotOffered, takesStream } from "#call/problems.ts";
import { createRecord } from "#contract/value.ts";
import { takeCollected } from "#extension/collected-outputs.ts";
import type {
  ServiceContract,
  Upstream,
  UpstreamRequest,
  UpstreamResponse,
} from "#extension/protocol.ts";
import { readValueSpans } from "#formats/json/value-spans.ts";
import { textOf } from "#formats/json-rpc/request.ts";
import { broken, httpFault, readError, readToolError, textsIn } from "./faults.ts";
import { createOperations, faceBinding, type McpOperation } from "./mcp-operation.ts";
import { mirroredFields } from "./mirrored-fields.ts";
import { responseIn, watchResponse } from "./response-in.ts";
import { toolNames } from "./tool-names.ts";
import { metaKeys, own, statelessVersion, writeMirrored } from "./versions.ts";

/** One exchange has one request, so its id may be the same for all. */
const requestId = "1";

export function createMcpUpstream({ contract }: ServiceContract): Upstream {
  const names = toolNames(contract, "");
  const find = createOperations(
    contract,
    (operation) => operation.mcp ?? faceBinding(names.get(operation) ?? operation.id, operation),
    defaultDocumentLimits,
  );
  return {
    encode({ operation, input, headers }): UpstreamRequest | Fault {
      if (takesStream(operation)) return streamNotOffered(operation, "MCP");
      return encode(find(operation), { input, headers });
    },
    decode: (response, { operation }) => decode(response, find(operation)),
    watchWhole: (response) => watchResponse(response, requestId),
    decodeOutputs: (response, { operation }) =>
      takeCollected(operation, response, defaultDocumentLimits.documentBytesMax, (whole) =>
        decode(whole, find(operation)),
      ),
  };
}

function encode(
  operation: McpOperation,
  { input, headers }: Pick<Call, "input" | "headers">,
): UpstreamRequest {
  const { binding, inputHeaders } = operation;
  const { tool, version, mirrored } = binding;
  const isStateless = version === statelessVersion;
  const given = operation.arguments.write(input);
  const meta = isStateless
    ? [
        `${JSON.stringify(metaKeys.version)}:${JSON.stringify(version)}`,
        `${JSON.stringify(metaKeys.clientInfo)}:${JSON.stringify(own)}`,
        `${JSON.stringify(metaKeys.clientCapabilities)}:{}`,
      ]
    : [];
  if (inputHeaders !== undefined && Object.keys(headers).length > 0) {
    meta.push(`${JSON.stringify(metaKeys.headers)}:${inputHeaders.write(headers)}`);
  }
  const said = meta.length === 0 ? "" : `,"_meta":{${meta.join(",")}}`;
  const params = `{"name":${JSON.stringify(tool)},"arguments":${given}${said}}`;
  return {
    kind: "request",
    method: "POST",
    target: "",
    fields: [
      ["content-type", "application/json"],
      ["accept", "application/json, text/event-stream"],
      ["mcp-protocol-version", version],
      ...(isStateless
        ? ([
            ["mcp-method", "tools/call"],
            ["mcp-name", writeMirrored(tool)],
            ...mirroredFields(given, mirrored),
          ] as const)
        : []),
    ],
    body: Buffer.from(
      `{"jsonrpc":"2.0","id":${requestId},"method":"tools/call","params":${params}}`,
    ),
  };
}

function decode(response: UpstreamResponse, operation: McpOperation): Reply {
  const found = responseIn(response, requestId);
  if (found === undefined) return httpFault(response.status);
  if (found.kind === "fault") return broken(found.message);
  const error = found.members.get("error");
  if (error !== undefined) return readError(error, operation.faults);
  const result = readValueSpans(found.members.get("result") ?? "null");
  if (result.kind !== "object") return broken("it has neither a result nor an error");
  return readResult(result.members, operation);
}

function readResult(result: ReadonlyMap<string, string>, operation: McpOperation): Reply {
  const type = textOf(result.get("resultType")) ?? "complete";
  if (type !== "complete") {
    return notOffered(
      `the tool answers ${type.slice(0, 50)}: it asks for what callers cannot give`,
    );
  }
  if (result.get("isError") === "true") return readToolError(result, operation.faults);
  const headers = readHeaders(result.get("_meta"), operation);
  if (headers.kind === "fault") return headers;
  if (operation.result === undefined) {
    return { kind: "answer", output: createRecord(), headers: headers.value };
  }
  const content = contentIn(result, operation);
  if (content === undefined) return broken("it has no structured content, which the tool promises");
  const read = operation.result.read(content);
  if (read.kind === "value") {
    return { kind: "answer", output: read.value, headers: headers.value };
  }
  const { code, message, place } = read;
  const faultKind = code === "limit-exceeded" ? "resource_exhausted" : "internal";
  const where = `/result/structuredContent${place}`;
  return { kind: "fault", faultKind, blame: "service", code, message, place: where };
}

/** Text of the output; older servers have it in their text alone. */
function contentIn(
  result: ReadonlyMap<string, string>,
  { binding }: McpOperation,
): string | undefined {
  const structured = result.get("structuredContent");
  if (binding.result !== null) {
    if (structured !== undefined) return structured;
    const [text, ...more] = textsIn(result.get("content"));
    const isJson = text !== undefined && readValueSpans(text).kind !== "fault";
    return isJson && more.length === 0 ? text : undefined;
  }
  const more = structured === undefined ? "" : `,"structuredContent":${structured}`;
  return `{"content":${result.get("content") ?? "[]"}${more}}`;
}

function readHeaders(
  metaText: string | undefined,
  { outputHeaders }: McpOperation,
): { readonly kind: "value"; readonly value: ReturnType<typeof createRecord> } | Fault {
  const nothing = { kind: "value", value: createRecord() } as const;
  if (outputHeaders === undefined || metaText === undefined) return nothing;
  const meta = readValueSpans(metaText);
  const text = meta.kind === "object" ? meta.members.get(metaKeys.headers) : undefined;
  if (text === undefined) return nothing;
  const read = outputHeaders.read(text);
  return read.kind === "value" ? read : broken(`its ${metaKeys.headers}: ${read.message}`);
}
