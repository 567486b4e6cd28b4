/**
 * Old programs call here: their messages over HTTP at `/text/{service}`, or over TCP, where each is
 * handed on as a request to that address. Which operation is meant, the address says or the text.
 */
import { defaultDocumentLimits } from "#base/limits.ts";
import { frameFault } from "#base/raw-framing.ts";
import type { Fault, Reply } from "#call/call.ts";
import { faultTable } from "#call/fault-table.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import { createRecord } from "#contract/value.ts";
import type {
  Decoded,
  Face,
  FaceContext,
  FaceRequest,
  FaceResponse,
  ServiceContract,
} from "#extension/protocol.ts";
import { charsetOf } from "#formats/delimited-text/charset.ts";
import { protocolCodes } from "#formats/json-rpc/request.ts";
import { documentFault, problemFault, writeFault } from "./faults.ts";
import { textProblems } from "./problems.ts";
import {
  createTextOperations,
  speechOf,
  templateOf,
  type TextOperation,
} from "./text-operation.ts";
import { signatureOf } from "./told-apart.ts";
import { writeXmlRpcFault } from "./xml-rpc.ts";

export function createTextFace({ contract }: ServiceContract): Face {
  const find = createTextOperations(contract, defaultDocumentLimits);
  const { charset: name, framing, errors } = speechOf(contract);
  const charset = charsetOf(name);
  const template = templateOf(errors);
  const operations = contract.operations.filter(({ text }) => text !== undefined);
  // Without an address, others could be taken for what they are not.
  const seen =
    operations.length === 1
      ? operations
      : operations.filter(({ text }) => text && signatureOf(text.request) !== undefined);

  /** Whoever asks here for what there is not asks in XML-RPC. */
  const areXmlRpc =
    operations.length > 0 && operations.every(({ text }) => text?.request.kind === "xml-rpc");

  function decode(request: FaceRequest): Decoded {
    const { path, method, query } = request;
    const body = method === "GET" ? Buffer.from(query, "latin1") : request.body;
    const there = path === "/" ? seen : operations.filter((one) => isAt(one, path));
    let unlike: DocumentFault | undefined;
    for (const operation of there) {
      const own = find(operation) as TextOperation;
      const read = own.request.read(body);
      if (read.kind === "value") {
        const call = { operation, input: read.value, headers: createRecord() };
        return { kind: "call", call, negotiated: undefined };
      }
      unlike ??= read;
      // What begins otherwise may be another operation's.
      if (read.code === "unexpected-constant" && there.length > 1) continue;
      return {
        kind: "fault",
        fault: documentFault(read, "request"),
        operation,
        negotiated: undefined,
      };
    }
    const detail =
      unlike === undefined
        ? `there is no operation at ${path.slice(0, 200)}`
        : `the message begins as that of no operation: ${unlike.message}`;
    const fault = problemFault(textProblems["text-operation-unknown"](detail));
    return { kind: "fault", fault, operation: undefined, negotiated: undefined };
  }

  function encode(reply: Reply, { operation, exchangeId }: FaceContext): FaceResponse {
    const own = operation && find(operation);
    if (reply.kind === "fault") return encodeFault(reply, own, exchangeId);
    if (own?.answer === undefined) {
      return { status: operation?.output === undefined ? 202 : 200, fields: [], body: noBytes };
    }
    const written = own.answer.write(reply.output);
    const misfit =
      written.kind === "fault"
        ? written
        : framing && frameMisfit(frameFault(framing.answer, written.bytes));
    if (misfit !== undefined || written.kind === "fault") {
      const { message, place } = misfit as DocumentFault;
      const fault = problemFault(textProblems["text-answer-not-encodable"](message), place);
      return { ...encodeFault(fault, own, exchangeId), fault };
    }
    return { status: 200, fields: [["content-type", typeOf(own)]], body: written.bytes };
  }

  function encodeFault(
    fault: Fault,
    own: TextOperation | undefined,
    exchangeId: string,
  ): FaceResponse {
    const status = fault.httpStatus ?? faultTable[fault.faultKind].http;
    const fields: [string, string][] = [["parlance-fault", fault.blame]];
    const isUnknown = fault.code === textProblems["text-operation-unknown"]("").definition.code;
    const isXmlRpc =
      own?.binding.answer?.kind === "xml-rpc" || (own === undefined && isUnknown && areXmlRpc);
    const told = writeFault(fault, own, template, exchangeId, charset);
    if (isXmlRpc) {
      const number = isUnknown ? protocolCodes.methodNotFound : faultTable[fault.faultKind].jsonRpc;
      const body = writeXmlRpcFault(told ?? `${number} ${fault.message}`);
      // XML-RPC: 200 unless something is wrong below it.
      return { status: 200, fields: [...fields, ["content-type", "text/xml"]], body };
    }
    if (told === undefined) return problemDocument(fault, status, fields, exchangeId);
    const type = own === undefined ? "text/plain" : typeOf(own);
    const lacking = charset.lacking(told);
    const text = lacking === undefined ? told : told.replaceAll(/[^\x20-\x7E]/g, "?");
    return { status, fields: [...fields, ["content-type", type]], body: charset.encode(text) };
  }

  return { decode, encode };
}

const noBytes = Buffer.alloc(0);

function frameMisfit(message: string | undefined): DocumentFault | undefined {
  if (message === undefined) return undefined;
  return { kind: "fault", code: "invalid-text", message: `the message: ${message}`, place: "" };
}

function typeOf({ binding }: TextOperation): string {
  const { contentType } = binding.http;
  // Who sends a form reads what the answer's layout is.
  return contentType === "application/x-www-form-urlencoded" && binding.answer?.kind !== "pairs"
    ? "text/plain"
    : contentType;
}

function isAt({ id, text }: TextOperation["operation"], path: string): boolean {
  return path === `/${id}` || (text !== undefined && path === text.http.path);
}

/** The contract says nothing of how such a failure is told. */
function problemDocument(
  { code, message, blame, faultKind, place }: Fault,
  status: number,
  fields: readonly (readonly [string, string])[],
  exchange: string,
): FaceResponse {
  const document = {
    type: `urn:parlance:problem:${code}`,
    ...{ status, detail: message, code, kind: faultKind, fault: blame, exchange },
    ...(place === undefined ? {} : { place }),
  };
  return {
    status,
    fields: [...fields, ["content-type", "application/problem+json"]],
    body: Buffer.from(JSON.stringify(document)),
  };
}
