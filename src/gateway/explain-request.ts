/**
 * The request that an operator asks about, read by the very parser that callers meet, so that an
 * explanation refuses what the wire refuses. URLs are not normalised: `/a/../b` stays as it is.
 */
import type { Configuration } from "#configuration/configuration.ts";
import { RequestHead } from "#wire/head.ts";
import { parseFaultOf } from "#wire/parse-faults.ts";
import { parseRequestHead } from "#wire/parse-request-head.ts";

export interface ExplainedRequest {
  readonly method: string;
  /** Absolute, or a path with an optional query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Name of a caller; absent: whoever the key in `headers` belongs to. */
  readonly caller?: string | undefined;
}

export interface RefusedRequest {
  readonly status: number;
  readonly why: string;
}

export interface ReadRequest {
  /** As it would stand in the request line. */
  readonly target: string;
  readonly authority: string;
  readonly read: RequestHead | RefusedRequest;
}

export function readRequest(configuration: Configuration, request: ExplainedRequest): ReadRequest {
  const { target, authority: ofUrl } = splitUrl(request.url);
  const fields = Object.entries(request.headers);
  const ofHeaders = fields.find(([name]) => name.toLowerCase() === "host")?.[1];
  const authority = ofHeaders ?? ofUrl ?? `localhost:${configuration.listen.port}`;
  const lines = [`${request.method} ${target} HTTP/1.1`];
  if (ofHeaders === undefined) lines.push(`Host: ${authority}`);
  for (const [name, value] of fields) lines.push(`${name}: ${value}`);
  // A line end in a part would make another head of it, and the answer would be about that one.
  if (lines.some((line) => /[\r\n]/.test(line))) {
    const why = "the method, URL or a header holds a line end";
    return { target, authority, read: { status: 400, why } };
  }
  const bytes = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
  const head = new RequestHead();
  const result = parseRequestHead(head, bytes, 0, bytes.length, configuration.limits);
  // Plain gRPC comes over HTTP/2 only.
  head.overHttp2 = result > 0 && /^application\/grpc(?![\w.-])/i.test(typeOf(head));
  if (result > 0) return { target, authority, read: head };
  if (result < 0) {
    const { status, detail } = parseFaultOf(result, configuration.limits);
    return { target, authority, read: { status, why: detail } };
  }
  return { target, authority, read: { status: 400, why: "the head is incomplete" } };
}

function typeOf(head: RequestHead): string {
  return head.field("content-type") ?? "";
}

/** What a client makes of a URL: no fragment, characters beyond ASCII percent-encoded. */
function splitUrl(url: string): { target: string; authority: string | undefined } {
  const encoded = url
    .toWellFormed()
    .replace(/#.*$/s, "")
    .replace(/[^\x00-\x7f]+/g, encodeURIComponent);
  const absolute = /^https?:\/\/([^/?]*)(.*)$/is.exec(encoded);
  if (absolute === null) return { target: encoded, authority: undefined };
  const [, authority = "", rest = ""] = absolute;
  return { target: rest.startsWith("/") ? rest : `/${rest}`, authority };
}
