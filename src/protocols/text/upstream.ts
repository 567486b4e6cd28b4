/** Calls to programs that follow no protocol: one message there, one back, over TCP or HTTP. */
import { defaultDocumentLimits } from "#base/limits.ts";
import { frameFault, tellMethod } from "#base/raw-framing.ts";
import type { Call, Fault, Reply } from "#call/call.ts";
import { isStream, notOffered, streamNotOffered } from "#call/problems.ts";
import { createRecord } from "#contract/value.ts";
import type {
  ServiceContract,
  Upstream,
  UpstreamRequest,
  UpstreamResponse,
} from "#extension/protocol.ts";
import { charsetOf } from "#formats/delimited-text/charset.ts";
import { documentFault, problemFault, readFault } from "./faults.ts";
import { textProblems } from "./problems.ts";
import { unsaidField } from "./said-fields.ts";
import {
  createTextOperations,
  speechOf,
  templateOf,
  type TextOperation,
} from "./text-operation.ts";

export function createTextUpstream({ contract }: ServiceContract): Upstream {
  const find = createTextOperations(contract, defaultDocumentLimits);
  const { charset: name, framing, errors } = speechOf(contract);
  const charset = charsetOf(name);
  const template = templateOf(errors);

  function encode({ operation, input }: Call): UpstreamRequest | Fault {
    if (isStream(operation)) return streamNotOffered(operation, "a text program");
    const own = find(operation);
    if (own === undefined) return notOffered(`the contract has no text of ${operation.id}`);
    // What is declared in text has a place for everything; a text over another contract may not.
    const unsaid =
      contract.dialect === "text" ? undefined : unsaidField(own.binding.request, input);
    if (unsaid !== undefined) {
      const place = `/${unsaid.replaceAll(".", "/")}`;
      const message = "the text has no place for this field";
      return problemFault(textProblems["text-not-representable"](message), place);
    }
    const written = own.request.write(input);
    if (written.kind === "fault") return documentFault(written, "input");
    const { bytes } = written;
    if (framing === undefined) return httpRequest(own, bytes, contract.dialect === "text");
    const misfit = frameFault(framing.request, bytes);
    if (misfit !== undefined) {
      return problemFault(textProblems["text-not-representable"](`the message: ${misfit}`));
    }
    const isAsked = operation.output !== undefined;
    const method = !isAsked ? tellMethod : operation.safety === "unsafe" ? "POST" : "PUT";
    return { kind: "request", method, target: "", fields: [], body: bytes };
  }

  function decode({ status, body }: UpstreamResponse, { operation }: Call): Reply {
    const own = find(operation) as TextOperation;
    const fault = readFault(status, body, own, charset, template);
    if (fault !== undefined) return fault;
    const headers = createRecord();
    if (own.answer === undefined) return { kind: "answer", output: createRecord(), headers };
    const read = own.answer.read(body);
    if (read.kind === "fault") return documentFault(read, "answer");
    return { kind: "answer", output: read.value, headers };
  }

  return { encode, decode };
}

/** @param isOwn whether instances speak text; else it goes to a face of ours. */
function httpRequest(
  { binding, operation }: TextOperation,
  bytes: Buffer,
  isOwn: boolean,
): UpstreamRequest {
  const { method, contentType } = binding.http;
  const path = binding.http.path === "" && !isOwn ? `/${operation.id}` : binding.http.path;
  const isQuery = method === "GET";
  const query = isQuery && bytes.length > 0 ? `?${bytes.toString("latin1")}` : "";
  const accept = ["accept", "*/*"] as const;
  return {
    kind: "request",
    method,
    target: path === "" && query === "" ? "" : `${path === "" ? "/" : path}${query}`,
    fields: isQuery ? [accept] : [["content-type", contentType], accept],
    body: isQuery ? Buffer.alloc(0) : bytes,
  };
}
