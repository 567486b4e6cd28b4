/** Requests, envelopes and multipart bodies for the tests of this folder. */
import type { Reply } from "#call/call.ts";
import type { Decoded, Face, FaceRequest, FaceResponse } from "#extension/protocol.ts";
import { soap11, soap12 } from "./versions.ts";

export function envelope(body: string, headers = "", namespace: string = soap11.namespace): string {
  const header = headers === "" ? "" : `<e:Header>${headers}</e:Header>`;
  return `<e:Envelope xmlns:e="${namespace}">${header}<e:Body>${body}</e:Body></e:Envelope>`;
}

export function envelope12(body: string, headers = ""): string {
  return envelope(body, headers, soap12.namespace);
}

export function post(
  body: string | Buffer,
  contentType = "text/xml; charset=utf-8",
  fields: Readonly<Record<string, string>> = {},
): FaceRequest {
  const all: Readonly<Record<string, string>> = { "content-type": contentType, ...fields };
  return {
    method: "POST",
    path: "/",
    query: "",
    field: (name) => all[name],
    body: Buffer.from(body),
  };
}

/** Parts are fields and content; the first one is the root. */
export function related(
  parts: readonly (readonly [fields: string, content: string | Buffer])[],
  boundary = "b",
): Buffer {
  const pieces = parts.flatMap(([fields, content]) => [
    Buffer.from(`--${boundary}\r\n${fields}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from("\r\n"),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}

/** What the face answers to what it could not decode, or to the reply of a service. */
export function answerTo(face: Face, decoded: Decoded, reply?: Reply): FaceResponse {
  if (decoded.kind === "document") return decoded.response;
  const operation = decoded.kind === "call" ? decoded.call.operation : decoded.operation;
  const told = reply ?? (decoded.kind === "fault" ? decoded.fault : undefined);
  if (told === undefined) throw new Error("a call needs a reply");
  const { negotiated } = decoded;
  return face.encode(told, { operation, exchangeId: "exchange-1", negotiated });
}

/** What an instance answers, as an upstream sees it. */
export function answered(status: number, contentType: string | undefined, body: string | Buffer) {
  const field = (name: string) => (name === "content-type" ? contentType : undefined);
  return { status, field, body: Buffer.from(body) };
}
