/** A successful response to an answer. What does not fit the contract is the service's fault. */
import type { Fault, Reply } from "#call/call.ts";
import { DocumentFailure } from "#contract/document-fault.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import type { UpstreamResponse } from "#extension/protocol.ts";
import { bodyFor } from "./bodies.ts";
import type { BodyCodec } from "./body-codec.ts";
import { parseMediaType, type MediaType } from "./negotiate.ts";
import { readHeaderParameter } from "./parameters.ts";
import { faultOf, restProblems } from "./problems.ts";
import type { RestOperation } from "./rest-operation.ts";

export function decodeAnswer(rest: RestOperation, response: UpstreamResponse): Reply {
  const headers = readHeaders(rest, response);
  if (headers.kind === "fault") return headers;
  const output = readOutput(rest, response);
  if (output.kind === "fault") return output;
  return { kind: "answer", output: output.record, headers: headers.record };
}

type ReadRecord = { readonly kind: "record"; readonly record: ValueRecord } | Fault;

function readHeaders({ outputHeaders }: RestOperation, response: UpstreamResponse): ReadRecord {
  const record = createRecord();
  try {
    for (const codec of outputHeaders) {
      const text = response.field(codec.parameter.name.toLowerCase());
      if (text !== undefined) record[codec.field.name] = readHeaderParameter(codec, text);
      else if (codec.field.presence === "required")
        return invalid(`${codec.subject.what} is missing`);
    }
    return { kind: "record", record };
  } catch (error) {
    if (error instanceof DocumentFailure) return invalid(error.message, error.fault.place);
    throw error;
  }
}

function readOutput(rest: RestOperation, response: UpstreamResponse): ReadRecord {
  const { responseBodies, binding } = rest;
  const { field } = binding.success;
  if (responseBodies.length === 0 || field === null) return { kind: "record", record: {} };
  const outcome = readBody(rest, response);
  if (outcome.kind === "fault") return outcome;
  const { value } = outcome;
  if (field === undefined) return { kind: "record", record: (value ?? {}) as ValueRecord };
  const record = createRecord();
  if (value !== undefined) record[field] = value;
  return { kind: "record", record };
}

const nothing = Buffer.from("{}");

/** An undefined value: no body where one may lack. */
function readBody(
  { responseBodies, operation, binding }: RestOperation,
  response: UpstreamResponse,
): { readonly kind: "value"; readonly value: Value | undefined } | Fault {
  const { status, body } = response;
  if (body.length === 0) {
    const json = responseBodies.find(({ content }) => content.format === "json");
    // An object without members may be told as nothing; anything else is missing.
    const isWhole = binding.success.field === undefined;
    const empty = isWhole ? json?.read(nothing, undefined) : undefined;
    if (empty?.kind === "value") return empty;
    const isOctets = responseBodies.find(({ content }) => /^(bytes|text)$/.test(content.format));
    if (isOctets !== undefined) return readWith(isOctets, body, undefined);
    return invalid(`the answer of ${operation.id} (status ${status}) has no body; expected one`);
  }
  const contentType = response.field("content-type");
  const type = contentType === undefined ? undefined : parseMediaType(contentType);
  const codec =
    contentType === undefined ? responseBodies[0] : type && bodyFor(responseBodies, type);
  if (codec !== undefined) return readWith(codec, body, type);
  const expected = responseBodies.map(({ mediaType }) => mediaType).join(", ");
  const found = (contentType ?? "").slice(0, 100);
  return invalid(`the answer's Content-Type is \`${found}\`; expected ${expected}`);
}

function readWith(codec: BodyCodec, body: Buffer, type: MediaType | undefined) {
  const outcome = codec.read(body, type);
  if (outcome.kind === "value") return outcome;
  const { message, place, line, column } = outcome;
  const where = line === undefined ? "" : ` (line ${line}, column ${column ?? 1})`;
  return invalid(`the answer's body: ${message}${where}`, place);
}

function invalid(detail: string, place?: string): Fault {
  return faultOf(restProblems["answer-invalid"](detail), place);
}
