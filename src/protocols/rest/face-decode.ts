/** A request to a call: parameters by their styles, headers, and the body by its media type. */
import type { Call, Fault } from "#call/call.ts";
import { takesStream } from "#call/problems.ts";
import { DocumentFailure, type DocumentFault, withLine } from "#contract/document-fault.ts";
import { setMember } from "#contract/member-path.ts";
import { createRecord, type Value } from "#contract/value.ts";
import type { FaceRequest } from "#extension/protocol.ts";
import { escapePointer } from "#formats/json/place.ts";
import { bodyFor } from "./bodies.ts";
import { readHeaders, readParameters, type Inner, type Members } from "./face-parameters.ts";
import { parseMediaType } from "./negotiate.ts";
import { refuse } from "./parameters-flat.ts";
import { faultOf, restProblems } from "./problems.ts";
import type { RestOperation } from "./rest-operation.ts";

type DecodedCall = { readonly kind: "call"; readonly call: Call } | Fault;

export function decodeCall(
  rest: RestOperation,
  request: FaceRequest,
  captured: readonly string[],
): DecodedCall {
  const input = createRecord();
  const headers = createRecord();
  const inner: Inner = [];
  const wrong = parameterFault(() => {
    readParameters(rest, request, captured, { input, inner });
    readHeaders(rest, request, headers);
  });
  if (wrong !== undefined) return wrong;
  // Inputs that come one by one are read as they do.
  const body = takesStream(rest.operation) ? undefined : readBody(rest, request);
  if (body !== undefined && body.kind === "fault") return body;
  const call = (whole: Members): DecodedCall => {
    const clash = inner.length === 0 ? undefined : parameterFault(() => setInner(whole, inner));
    return clash ?? { kind: "call", call: { operation: rest.operation, input: whole, headers } };
  };
  if (body === undefined) return call(input);
  const { bodySteps } = rest;
  if (bodySteps === undefined) return call(Object.assign(body.value as Members, input));
  setMember(input, bodySteps, body.value);
  return call(input);
}

function parameterFault(read: () => void): Fault | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (!(error instanceof DocumentFailure)) throw error;
    const { message, place } = error.fault;
    return faultOf(restProblems["invalid-parameter"](message), place);
  }
}

function setInner(input: Members, inner: Inner): void {
  for (const [{ steps = [], subject }, value] of inner) {
    const other = setMember(input, steps, value);
    if (other !== undefined) refuse(subject, `\`${other}\` is given, and only one of them may be`);
  }
}

const nothing = Buffer.from("{}");

/** Undefined: there is no body. */
function readBody(
  { binding, requestBodies }: RestOperation,
  request: FaceRequest,
): { readonly kind: "value"; readonly value: Value } | Fault | undefined {
  const { body } = binding;
  if (body === undefined) {
    if (request.body.length === 0) return undefined;
    return faultOf(restProblems["invalid-body"]("the operation takes no body; expected none"));
  }
  const offered = requestBodies.map(({ mediaType }) => mediaType).join(", ");
  if (request.body.length === 0) {
    if (body.required) {
      const detail = `the body is missing; expected ${offered}`;
      return faultOf(restProblems["invalid-body"](detail), pointer(body.field, ""));
    }
    if (body.field !== undefined) return undefined;
    const json = requestBodies.find(({ content }) => content.format === "json");
    return json === undefined ? undefined : bodyOutcome(json.read(nothing, undefined), undefined);
  }
  const contentType = request.field("content-type");
  const type = contentType === undefined ? undefined : parseMediaType(contentType);
  const codec = type && bodyFor(requestBodies, type);
  if (codec === undefined) {
    const found = contentType === undefined ? "none" : `\`${contentType.slice(0, 100)}\``;
    const detail = `the Content-Type must be one of ${offered}; found ${found}`;
    return faultOf(restProblems["media-type-unsupported"](detail));
  }
  return bodyOutcome(codec.read(request.body, type), body.field);
}

/** What a body says, or why it cannot be read. */
export function bodyOutcome<Read extends { readonly kind: "value" }>(
  outcome: Read | DocumentFault,
  field: string | undefined,
): Read | Fault {
  if (outcome.kind === "value") return outcome;
  const { code, place } = outcome;
  const problem = code === "charset-unsupported" ? "media-type-unsupported" : "invalid-body";
  return faultOf(restProblems[problem](withLine(outcome)), pointer(field, place));
}

function pointer(field: string | undefined, place: string): string {
  if (field === undefined) return place;
  const joint = place === "" || place.startsWith("/") ? "" : "/";
  return `/${escapePointer(field)}${joint}${place}`;
}
