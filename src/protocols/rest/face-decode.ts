/** A request to a call: parameters by their styles, headers, and the body by its media type. */
import type { Call, Fault } from "#call/call.ts";
import { takesStream } from "#call/problems.ts";
import { DocumentFailure, type DocumentFault } from "#contract/document-fault.ts";
import { setMember } from "#contract/member-path.ts";
import { createRecord, type Value } from "#contract/value.ts";
import type { FaceRequest } from "#extension/protocol.ts";
import { escapePointer } from "#formats/json/place.ts";
import { bodyFor } from "./bodies.ts";
import { parseMediaType } from "./negotiate.ts";
import {
  missing,
  parseCookies,
  readCookieParameter,
  readHeaderParameter,
  readQueryParameter,
  type ParameterCodec,
} from "./parameters.ts";
import { refuse } from "./parameters-flat.ts";
import { readPathValue } from "./path-values.ts";
import { parsePairs, type Pair } from "./percent.ts";
import { faultOf, restProblems } from "./problems.ts";
import type { RestOperation } from "./rest-operation.ts";

type DecodedCall = { readonly kind: "call"; readonly call: Call } | Fault;

type Members = { [name: string]: Value };

/** Members inside of fields are set when the body is read, which may hold the rest of the field. */
type Inner = (readonly [codec: ParameterCodec, value: Value])[];

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

interface Into {
  readonly input: Members;
  readonly inner: Inner;
}

function put({ input, inner }: Into, codec: ParameterCodec, value: Value): void {
  if (codec.steps === undefined) input[codec.field.name] = value;
  else inner.push([codec, value]);
}

function readParameters(
  rest: RestOperation,
  request: FaceRequest,
  captured: readonly string[],
  into: Into,
): void {
  const { parameters, claimed, pathValues } = rest;
  const { input } = into;
  for (const { codec, variable } of pathValues) {
    if (codec !== undefined) put(into, codec, readPathValue(codec, variable, captured));
  }
  readQuery(rest, request, into);
  for (const codec of parameters.header) {
    const text = request.field(codec.parameter.name.toLowerCase());
    if (text !== undefined) input[codec.field.name] = readHeaderParameter(codec, text);
    else if (codec.field.presence === "required") throw missing(codec);
  }
  if (parameters.cookie.length === 0) return;
  // Repeated fields were joined, with a comma that parts cookies no less.
  const cookies = parseCookies((request.field("cookie") ?? "").replaceAll(", ", "; "));
  for (const codec of parameters.cookie) {
    const value = readCookieParameter(codec, cookies, claimed);
    if (value !== undefined) input[codec.field.name] = value;
    else if (codec.field.presence === "required") throw missing(codec);
  }
}

function readQuery(
  { parameters, claimed, otherNames }: RestOperation,
  { query, passes }: FaceRequest,
  into: Into,
): void {
  if (query === "" && parameters.query.length === 0) return;
  const pairs = underFirstNames(otherNames, parsePairs(query));
  if (pairs === undefined) throw queryFailure("the percent-encoding of a name is broken", "");
  const used = new Set<Pair>();
  for (const codec of parameters.query) {
    const value = readQueryParameter(codec, pairs, claimed, used);
    if (value !== undefined) put(into, codec, value);
    else if (codec.field.presence === "required") throw missing(codec);
  }
  const surplus = pairs.find((pair) => !used.has(pair));
  if (surplus === undefined || passes?.unknown === "allow") return;
  const name = surplus.name.slice(0, 100);
  const known = parameters.query.map(({ parameter }) => `\`${parameter.name}\``).join(", ");
  const expected = known === "" ? "none" : `some of ${known}`;
  throw queryFailure(`there is no query parameter \`${name}\`; expected ${expected}`, `/${name}`);
}

function underFirstNames(
  otherNames: ReadonlyMap<string, string>,
  pairs: readonly Pair[] | undefined,
): readonly Pair[] | undefined {
  if (otherNames.size === 0) return pairs;
  return pairs?.map((pair) => ({ ...pair, name: otherNames.get(pair.name) ?? pair.name }));
}

function queryFailure(message: string, place: string): DocumentFailure {
  return new DocumentFailure({ kind: "fault", code: "unknown-parameter", message, place });
}

function readHeaders(rest: RestOperation, request: FaceRequest, headers: Members): void {
  for (const codec of rest.inputHeaders) {
    const text = request.field(codec.parameter.name.toLowerCase());
    if (text !== undefined) headers[codec.field.name] = readHeaderParameter(codec, text);
    else if (codec.field.presence === "required") throw missing(codec);
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
  const { code, line, column, place, message } = outcome;
  const where = line === undefined ? "" : ` (line ${line}, column ${column ?? 1})`;
  const problem = code === "charset-unsupported" ? "media-type-unsupported" : "invalid-body";
  return faultOf(restProblems[problem](`${message}${where}`), pointer(field, place));
}

function pointer(field: string | undefined, place: string): string {
  if (field === undefined) return place;
  const joint = place === "" || place.startsWith("/") ? "" : "/";
  return `/${escapePointer(field)}${joint}${place}`;
}
