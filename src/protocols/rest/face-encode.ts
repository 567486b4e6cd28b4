/** An answer to a response, in the form that was negotiated. */
import type { Answer, Fault } from "#call/call.ts";
import { DocumentFailure } from "#contract/document-fault.ts";
import type { FaceResponse } from "#extension/protocol.ts";
import type { BodyCodec } from "./body-codec.ts";
import type { FaultForm } from "./faults.ts";
import { writeHeaderParameter } from "./parameters.ts";
import { faultOf, restProblems } from "./problems.ts";
import type { RestOperation } from "./rest-operation.ts";

/** What decoding found out about the answer. */
export interface RestNegotiated extends FaultForm {
  readonly rest: RestOperation | undefined;
  /** Undefined: the answer has no body. */
  readonly answer: BodyCodec | undefined;
}

type Encoded = { readonly kind: "response"; readonly response: FaceResponse } | Fault;

export function encodeAnswer(answer: Answer, negotiated: RestNegotiated | undefined): Encoded {
  const { rest, answer: codec } = negotiated ?? {};
  if (rest === undefined) return notEncodable("nothing was negotiated for this answer");
  const fields: [string, string][] = [];
  const failure = writeHeaders(rest, answer, fields);
  if (failure !== undefined) return failure;
  const { status, field } = rest.binding.success;
  const value = typeof field === "string" ? answer.output[field] : answer.output;
  if (codec === undefined || value === undefined) {
    return { kind: "response", response: { status, fields, body: Buffer.alloc(0) } };
  }
  const written = codec.write(value);
  if (written.kind === "fault") {
    return notEncodable(`as ${codec.mediaType}: ${written.message}`, written.place);
  }
  fields.push(["content-type", written.contentType]);
  if (rest.responseBodies.length > 1) fields.push(["vary", "Accept"]);
  return { kind: "response", response: { status, fields, body: written.bytes } };
}

function writeHeaders(
  { outputHeaders }: RestOperation,
  { headers }: Answer,
  fields: [string, string][],
): Fault | undefined {
  try {
    for (const codec of outputHeaders) {
      const value = headers[codec.field.name];
      if (value === undefined || value === null) continue;
      fields.push([codec.parameter.name.toLowerCase(), writeHeaderParameter(codec, value)]);
    }
    return undefined;
  } catch (error) {
    if (error instanceof DocumentFailure) return notEncodable(error.message, error.fault.place);
    throw error;
  }
}

function notEncodable(detail: string, place?: string): Fault {
  return faultOf(restProblems["answer-not-encodable"](detail), place);
}
