/**
 * Which of the protocols of the gRPC family a request speaks: gRPC over HTTP/2, gRPC-Web (also as
 * text), Connect with one message, Connect with streams; and in which form its messages are.
 */
import { readGrpcTimeout } from "#call/grpc-timeout.ts";
import type { FaceRequest } from "#extension/protocol.ts";
import type { Form } from "./grpc-operation.ts";

export interface Variant {
  readonly wire: "grpc" | "web" | "web-text" | "connect" | "connect-stream";
  readonly form: Form;
  /** Of the answer; the one that was asked in. */
  readonly contentType: string;
  /** Whether the caller compresses what it sends, so that it takes the same. */
  readonly coding: "identity" | "gzip";
  /** Of those of its framed messages that are marked as compressed. */
  readonly inputCoding: string;
}

const families: readonly (readonly [RegExp, Variant["wire"]])[] = [
  [/^application\/grpc(?:\+(proto|json))?$/, "grpc"],
  [/^application\/grpc-web(?:\+(proto|json))?$/, "web"],
  [/^application\/grpc-web-text(?:\+(proto))?$/, "web-text"],
  [/^application\/connect\+(proto|json)$/, "connect-stream"],
  [/^application\/(proto|json)$/, "connect"],
];

export const plainGrpc: Variant = {
  wire: "grpc",
  form: "proto",
  contentType: "application/grpc+proto",
  coding: "identity",
  inputCoding: "identity",
};

/** Undefined: it is none of them. */
export function variantOf(
  request: Pick<FaceRequest, "method" | "query" | "field">,
): Variant | undefined {
  const accepted = codingOf(request);
  if (request.method === "GET") return getVariant(request.query);
  const type = (request.field("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  for (const [pattern, wire] of families) {
    const match = pattern.exec(type);
    if (match === null) continue;
    const form = match[1] === "json" ? "json" : "proto";
    return { wire, form, contentType: type, coding: accepted, inputCoding: inputCodingOf(request) };
  }
  return undefined;
}

/** Who says what it takes is given nothing else. */
function codingOf({ field }: Pick<FaceRequest, "field">): Variant["coding"] {
  const isAsked = field("grpc-encoding") === "gzip" || field("connect-content-encoding") === "gzip";
  const taken = field("grpc-accept-encoding") ?? field("connect-accept-encoding");
  return isAsked && (taken === undefined || /\bgzip\b/.test(taken)) ? "gzip" : "identity";
}

function inputCodingOf(request: Pick<FaceRequest, "field">): string {
  const coding = request.field("grpc-encoding") ?? request.field("connect-content-encoding");
  return coding ?? "identity";
}

/** Connect, Unary-Get-Request. */
function getVariant(query: string): Variant | undefined {
  const parameters = new URLSearchParams(query);
  const encoding = parameters.get("encoding");
  if (encoding !== "json" && encoding !== "proto") return undefined;
  return {
    wire: "connect",
    form: encoding,
    contentType: `application/${encoding}`,
    coding: "identity",
    inputCoding: "identity",
  };
}

/** The message of a Connect GET; undefined: its text is no base64. */
export function getMessage(
  query: string,
): { readonly bytes: Buffer; readonly coding: string } | undefined {
  const parameters = new URLSearchParams(query);
  const text = parameters.get("message") ?? "";
  const coding = parameters.get("compression") ?? "identity";
  if (parameters.get("base64") !== "1") return { bytes: Buffer.from(text), coding };
  if (!/^[A-Za-z0-9_+/-]*={0,2}$/.test(text)) return undefined;
  return { bytes: Buffer.from(text, "base64url"), coding };
}

/**
 * What the caller gives the call: `grpc-timeout` (gRPC over HTTP/2, Timeout), or
 * `connect-timeout-ms`. NaN: it is none.
 */
export function timeoutOf(request: FaceRequest): number | undefined {
  const grpc = request.field("grpc-timeout");
  if (grpc !== undefined) return readGrpcTimeout(grpc);
  const connect = request.field("connect-timeout-ms");
  if (connect === undefined) return undefined;
  return /^\d{1,10}$/.test(connect) ? Number(connect) : NaN;
}
