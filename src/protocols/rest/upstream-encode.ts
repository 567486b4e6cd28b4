/** A call to a request: the template filled, query, headers, cookies and body written. */
import type { Call } from "#call/call.ts";
import { DocumentFailure } from "#contract/document-fault.ts";
import { memberOf } from "#contract/member-path.ts";
import { pathVariable } from "#contract/path-segments.ts";
import type { Value, ValueRecord } from "#contract/value.ts";
import type { UpstreamRequest } from "#extension/protocol.ts";
import {
  missing,
  writeCookieParameter,
  writeHeaderParameter,
  writeQueryParameter,
  type ParameterCodec,
} from "./parameters.ts";
import { writePathValue, type PathValue } from "./path-values.ts";
import { checkReach } from "./reached-fields.ts";
import type { RestOperation } from "./rest-operation.ts";

/** Throws DocumentFailure for what cannot be told in this way. */
export function encodeRequest(rest: RestOperation, { input, headers }: Call): UpstreamRequest {
  const { binding, parameters } = rest;
  const fields: [string, string][] = [["accept", acceptOf(rest)]];
  let next = 0;
  const path = binding.path.replaceAll(pathVariable, (whole) => {
    const { codec, variable } = rest.pathValues[next++] as PathValue;
    return codec === undefined ? whole : writePathValue(codec, variable, required(input, codec));
  });
  checkSegments(path);
  if (rest.reach !== undefined) checkReach(rest.reach, input, "", binding);
  const query: string[] = [];
  for (const codec of parameters.query) {
    const value = present(input, codec);
    if (value !== undefined) query.push(...writeQueryParameter(codec, value));
  }
  const cookies: string[] = [];
  for (const codec of parameters.cookie) {
    const value = present(input, codec);
    if (value !== undefined) cookies.push(...writeCookieParameter(codec, value));
  }
  writeHeaders(parameters.header, input, fields);
  writeHeaders(rest.inputHeaders, headers, fields);
  if (cookies.length > 0) fields.push(["cookie", cookies.join("; ")]);
  const body = writeBody(rest, input, fields);
  const target = query.length === 0 ? path : `${path}?${query.join("&")}`;
  return { kind: "request", method: binding.method, target, fields, body };
}

/** With literal parts round it, an empty or dotted value is no step of its own. */
function checkSegments(path: string): void {
  if (!path.split("/").some((segment) => segment === "." || segment === "..")) return;
  const message = "the path would hold a `.` or `..` segment";
  throw new DocumentFailure({ kind: "fault", code: "not-representable", message, place: "" });
}

function acceptOf({ successes }: RestOperation): string {
  const bodies = successes.flatMap((one) => one.bodies);
  const types = new Set(bodies.map(({ mediaType }) => mediaType));
  return [...types, "application/problem+json", "*/*;q=0.1"].join(", ");
}

function valueOf(record: ValueRecord, { steps, field }: ParameterCodec): Value | undefined {
  return steps === undefined ? record[field.name] : memberOf(record, steps);
}

function required(record: ValueRecord, codec: ParameterCodec): Value {
  const value = valueOf(record, codec);
  if (value === undefined || value === null) throw missing(codec);
  return value;
}

/** Parameters cannot tell null from absence. */
function present(record: ValueRecord, codec: ParameterCodec): Value | undefined {
  const value = valueOf(record, codec);
  if (value !== undefined && value !== null) return value;
  if (codec.field.presence === "required" && value === undefined) throw missing(codec);
  return undefined;
}

function writeHeaders(
  codecs: readonly ParameterCodec[],
  record: ValueRecord,
  fields: [string, string][],
): void {
  for (const codec of codecs) {
    const value = present(record, codec);
    if (value === undefined) continue;
    fields.push([codec.parameter.name.toLowerCase(), writeHeaderParameter(codec, value)]);
  }
}

function writeBody(
  { binding, requestBodies, bodySteps }: RestOperation,
  input: ValueRecord,
  fields: [string, string][],
): Buffer {
  const { body } = binding;
  const [codec] = requestBodies;
  const value = bodySteps === undefined ? input : memberOf(input, bodySteps);
  if (body === undefined || codec === undefined || value === undefined) return Buffer.alloc(0);
  const written = codec.write(value);
  if (written.kind === "fault") throw new DocumentFailure(written);
  fields.push(["content-type", written.contentType]);
  return written.bytes;
}
