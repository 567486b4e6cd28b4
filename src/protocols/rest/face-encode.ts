/** An answer to a response, in the form that was negotiated. */
import type { Answer, Fault } from "#call/call.ts";
import { DocumentFailure } from "#contract/document-fault.ts";
import type { Value, ValueRecord } from "#contract/value.ts";
import type { FaceResponse } from "#extension/protocol.ts";
import type { BodyCodec } from "./body-codec.ts";
import type { FaultForm } from "./faults.ts";
import { chooseOffer } from "./negotiate.ts";
import { writeHeaderParameter } from "./parameters.ts";
import { faultOf, restProblems } from "./problems.ts";
import type { RestOperation, RestResponseCodec } from "./rest-operation.ts";

/** What decoding found out about the answer. */
export interface RestNegotiated extends FaultForm {
  readonly rest: RestOperation | undefined;
  /** Undefined: the answer has no body. */
  readonly answer: BodyCodec | undefined;
}

type Encoded = { readonly kind: "response"; readonly response: FaceResponse } | Fault;

export function encodeAnswer(answer: Answer, negotiated: RestNegotiated | undefined): Encoded {
  const { rest, answer: usual } = negotiated ?? {};
  if (rest === undefined) return notEncodable("nothing was negotiated for this answer");
  const fields: [string, string][] = [];
  const failure = writeHeaders(rest, answer, fields);
  if (failure !== undefined) return failure;
  const success = successOf(rest, answer);
  const { bodies, status } = success;
  const value = bodyOf(success, answer);
  const isUsual = success.bodies === rest.successes[0].bodies;
  const codec = isUsual ? usual : (chooseOffer(negotiated?.accept, bodies) ?? bodies[0]);
  if (codec === undefined || value === undefined) {
    return { kind: "response", response: { status, fields, body: Buffer.alloc(0) } };
  }
  const written = codec.write(value);
  if (written.kind === "fault") {
    return notEncodable(`as ${codec.mediaType}: ${written.message}`, written.place);
  }
  fields.push(["content-type", written.contentType]);
  if (bodies.length > 1) fields.push(["vary", "Accept"]);
  return { kind: "response", response: { status, fields, body: written.bytes } };
}

/** As the service had it; without a status from it, the first that what it said can be. */
function successOf({ successes }: RestOperation, answer: Answer): RestResponseCodec {
  const { httpStatus } = answer;
  const [usual] = successes;
  if (httpStatus === undefined && successes.length === 1) return usual;
  const exact = successes.find(({ status }) => status === httpStatus);
  if (exact !== undefined) return exact;
  const fitting = successes.find((one) => bodyOf(one, answer) !== undefined);
  const found = fitting ?? successes.find(({ field }) => field === null) ?? usual;
  // Statuses that say something of a body have to be declared (RFC 9110 §15.3).
  const isTold = httpStatus !== undefined && ![204, 205, 206].includes(httpStatus);
  return isTold ? { ...found, status: httpStatus } : found;
}

/** Undefined: it has none. */
function bodyOf({ field, variant }: RestResponseCodec, { output }: Answer): Value | undefined {
  if (field === null) return undefined;
  const value = field === undefined ? output : output[field];
  if (variant === undefined || value === undefined) return value;
  return (value as ValueRecord)[variant];
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
