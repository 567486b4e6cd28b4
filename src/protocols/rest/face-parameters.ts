/** What the address and the header fields of a request say: path, query, fields and cookies. */
import { DocumentFailure } from "#contract/document-fault.ts";
import type { Value } from "#contract/value.ts";
import type { FaceRequest } from "#extension/protocol.ts";
import {
  missing,
  parseCookies,
  readCookieParameter,
  readHeaderParameter,
  readQueryParameter,
  type ParameterCodec,
} from "./parameters.ts";
import { readPathValue } from "./path-values.ts";
import { parsePairs, type Pair } from "./percent.ts";
import type { RestOperation } from "./rest-operation.ts";

export type Members = { [name: string]: Value };

/** Members inside of fields are set when the body is read, which may hold the rest of the field. */
export type Inner = (readonly [codec: ParameterCodec, value: Value])[];

export interface Into {
  readonly input: Members;
  readonly inner: Inner;
}

function put({ input, inner }: Into, codec: ParameterCodec, value: Value): void {
  if (codec.steps === undefined) input[codec.field.name] = value;
  else inner.push([codec, value]);
}

export function readParameters(
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

export function readHeaders(rest: RestOperation, request: FaceRequest, headers: Members): void {
  for (const codec of rest.inputHeaders) {
    const text = request.field(codec.parameter.name.toLowerCase());
    if (text !== undefined) headers[codec.field.name] = readHeaderParameter(codec, text);
    else if (codec.field.presence === "required") throw missing(codec);
  }
}
