/** A successful response to an answer. What does not fit the contract is the service's fault. */
import type { Fault, Reply } from "#call/call.ts";
import { isStream } from "#call/problems.ts";
import { DocumentFailure, withLine } from "#contract/document-fault.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import type { UpstreamResponse } from "#extension/protocol.ts";
import { bodyFor } from "./bodies.ts";
import type { BodyCodec } from "./body-codec.ts";
import { parseMediaType, type MediaType } from "./negotiate.ts";
import { readHeaderParameter } from "./parameters.ts";
import { faultOf, restProblems } from "./problems.ts";
import type { RestOperation, RestResponseCodec } from "./rest-operation.ts";

export function decodeAnswer(rest: RestOperation, response: UpstreamResponse): Reply {
  const headers = readHeaders(rest, response);
  if (headers.kind === "fault") return headers;
  if (isStream(rest.operation)) return notStreamed(rest, response);
  const output = readOutput(rest, response);
  if (output.kind === "fault") return output;
  const answer = { kind: "answer", output: output.record, headers: headers.record } as const;
  const { status } = response;
  return status === rest.successes[0].status ? answer : { ...answer, httpStatus: status };
}

/** One of several outputs would be taken for the only one. */
function notStreamed({ successes }: RestOperation, response: UpstreamResponse): Fault {
  const expected = successes[0].bodies.map(({ mediaType }) => mediaType).join(", ");
  const found = (response.field("content-type") ?? "").slice(0, 100);
  return invalid(`the answer's Content-Type is \`${found}\`; expected ${expected}`);
}

type ReadRecord = { readonly kind: "record"; readonly record: ValueRecord } | Fault;

export function readHeaders(
  { outputHeaders }: RestOperation,
  response: Pick<UpstreamResponse, "field">,
): ReadRecord {
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
  const [usual] = rest.successes;
  const success = rest.successes.find(({ status }) => status === response.status) ?? usual;
  const { field, variant } = success;
  if (success.bodies.length === 0 || field === null) return { kind: "record", record: {} };
  const outcome = readBody(rest, success, response);
  if (outcome.kind === "fault") return outcome;
  const { value } = outcome;
  if (field === undefined) return { kind: "record", record: (value ?? {}) as ValueRecord };
  const record = createRecord();
  if (value === undefined) return { kind: "record", record };
  if (variant === undefined) record[field] = value;
  else {
    const chosen = createRecord();
    chosen[variant] = value;
    record[field] = chosen;
  }
  return { kind: "record", record };
}

const nothing = Buffer.from("{}");

/** An undefined value: no body where one may lack. */
function readBody(
  { operation }: RestOperation,
  { bodies, field }: RestResponseCodec,
  response: UpstreamResponse,
): { readonly kind: "value"; readonly value: Value | undefined } | Fault {
  const { status, body } = response;
  if (body.length === 0) {
    const json = bodies.find(({ content }) => content.format === "json");
    // An object without members may be told as nothing; anything else is missing.
    const empty = field === undefined ? json?.read(nothing, undefined) : undefined;
    if (empty?.kind === "value") return empty;
    const isOctets = bodies.find(({ content }) => /^(bytes|text)$/.test(content.format));
    if (isOctets !== undefined) return readWith(isOctets, body, undefined);
    return invalid(`the answer of ${operation.id} (status ${status}) has no body; expected one`);
  }
  const contentType = response.field("content-type");
  const type = contentType === undefined ? undefined : parseMediaType(contentType);
  const codec = contentType === undefined ? bodies[0] : type && bodyFor(bodies, type);
  if (codec !== undefined) return readWith(codec, body, type);
  const expected = bodies.map(({ mediaType }) => mediaType).join(", ");
  const found = (contentType ?? "").slice(0, 100);
  return invalid(`the answer's Content-Type is \`${found}\`; expected ${expected}`);
}

function readWith(codec: BodyCodec, body: Buffer, type: MediaType | undefined) {
  const outcome = codec.read(body, type);
  if (outcome.kind === "value") return outcome;
  return invalid(`the answer's body: ${withLine(outcome)}`, outcome.place);
}

function invalid(detail: string, place?: string): Fault {
  return faultOf(restProblems["answer-invalid"](detail), place);
}
