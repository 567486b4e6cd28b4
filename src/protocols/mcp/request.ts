/**
 * One message of a caller (Streamable HTTP): who may ask at all, in which version it speaks, and
 * whether the HTTP fields say what the body says.
 */
import type { FaceRequest } from "#extension/protocol.ts";
import {
  invalidRequest,
  readRequest,
  textOf,
  unreadableRequest,
  type BadRequest,
  type RpcRequest,
} from "#formats/json-rpc/request.ts";
import { readValueSpans } from "#formats/json/value-spans.ts";
import {
  handshakeVersions,
  mcpCodes,
  metaKeys,
  readMirrored,
  servedVersions,
  statelessVersion,
} from "./versions.ts";
import { checkHttp } from "./http-checks.ts";

export type Members = ReadonlyMap<string, string>;

export type Message =
  | {
      readonly kind: "request";
      readonly id: string;
      readonly method: string;
      readonly params: Members;
      readonly meta: Members;
      /** Of `_meta`, where the HTTP head has none. */
      readonly traceParent: string | undefined;
      readonly isStateless: boolean;
    }
  | { readonly kind: "notification" }
  | Refusal;

export type Asking = Extract<Message, { kind: "request" }>;

export interface Refusal {
  readonly kind: "refusal";
  readonly status: number;
  readonly id: string;
  readonly code: number;
  readonly message: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

const none: Members = new Map();

export function readMessage(http: FaceRequest): Message {
  const wrong = checkHttp(http);
  if (wrong !== undefined) return refuse(wrong.status, invalidRequest("null", wrong.message));
  const spans = readValueSpans(http.body);
  if (spans.kind === "fault") return refuse(400, unreadableRequest(spans));
  if (spans.kind === "array") {
    const message = "MCP has no batches since 2025-06-18; expected one request object";
    return refuse(400, invalidRequest("null", message));
  }
  if (spans.kind === "scalar") {
    return refuse(400, invalidRequest("null", "expected a request object"));
  }
  const { members } = spans;
  if (!members.has("method") && (members.has("result") || members.has("error"))) {
    return refuse(400, invalidRequest("null", "nothing was asked that could be answered"));
  }
  const request = readRequest(members);
  if (request.kind === "bad") return refuse(400, request);
  return readIn(http, request);
}

function readIn(http: FaceRequest, { id, method, params }: RpcRequest): Message {
  if (id === undefined) return { kind: "notification" };
  // Overview, Requests: unlike in JSON-RPC it is never null, and a number is whole.
  if (id === "null" || /^-?\d+[.eE]/.test(id)) {
    return refuse(400, invalidRequest("null", "the id must be a text or a whole number"));
  }
  const given = params === undefined ? undefined : readValueSpans(params);
  if (given !== undefined && given.kind !== "object") {
    return invalidParams(id, "params must be an object");
  }
  const own = given?.members ?? none;
  const metaText = own.get("_meta");
  const meta = metaText === undefined ? undefined : readValueSpans(metaText);
  if (meta !== undefined && meta.kind !== "object") {
    return invalidParams(id, "params._meta must be an object");
  }
  const known = { id, method, params: own, meta: meta?.members ?? none };
  const refusal = known.meta.has(metaKeys.version)
    ? checkStateless(http, known)
    : checkHandshake(http, known);
  const isStateless = known.meta.has(metaKeys.version);
  const isTold = http.field("traceparent") !== undefined;
  const traceParent = isTold ? undefined : textOf(known.meta.get(metaKeys.traceParent));
  return refusal ?? { kind: "request", ...known, traceParent, isStateless };
}

interface Known {
  readonly id: string;
  readonly method: string;
  readonly params: Members;
  readonly meta: Members;
}

/** 2026-07-28: Overview, `_meta`; Streamable HTTP, Request Metadata. */
function checkStateless(http: FaceRequest, known: Known): Refusal | undefined {
  const { id, method, params, meta } = known;
  const version = textOf(meta.get(metaKeys.version));
  if (version === undefined) return invalidParams(id, `_meta: ${metaKeys.version} must be a text`);
  const capabilities = meta.get(metaKeys.clientCapabilities);
  if (capabilities?.startsWith("{") !== true) {
    return invalidParams(id, `_meta: ${metaKeys.clientCapabilities} must be an object`);
  }
  const header = http.field("mcp-protocol-version")?.trim();
  if (header !== version) return mismatch(id, "MCP-Protocol-Version", header, version);
  if (version !== statelessVersion) return unsupported(id, version);
  const named = http.field("mcp-method")?.trim();
  if (named !== method) return mismatch(id, "Mcp-Method", named, method);
  const name = method === "tools/call" ? textOf(params.get("name")) : undefined;
  if (name === undefined) return undefined;
  const written = http.field("mcp-name")?.trim();
  const mirrored = written === undefined ? undefined : readMirrored(written);
  return mirrored === name ? undefined : mismatch(id, "Mcp-Name", written, name);
}

/** 2025-11-25, Transports, Protocol Version Header: the handshake itself has none. */
function checkHandshake(http: FaceRequest, { id, method }: Known): Refusal | undefined {
  const header = http.field("mcp-protocol-version")?.trim();
  if (header === statelessVersion) {
    if (method === "initialize") return mismatch(id, "MCP-Protocol-Version", header, "initialize");
    const message = `version ${statelessVersion} wants params._meta with ${metaKeys.version}`;
    return invalidParams(id, message);
  }
  if (header === undefined || method === "initialize") return undefined;
  return handshakeVersions.some((one) => one === header) ? undefined : unsupported(id, header);
}

function unsupported(id: string, requested: string): Refusal {
  const shown = requested.slice(0, 50);
  const message = `Unsupported protocol version ${shown}; expected ${servedVersions.join(", ")}`;
  const data = { supported: servedVersions, requested: shown };
  return { kind: "refusal", status: 400, id, code: mcpCodes.unsupportedVersion, message, data };
}

function mismatch(id: string, name: string, header: string | undefined, body: string): Refusal {
  const found = header === undefined ? "is missing" : `is ${JSON.stringify(header.slice(0, 200))}`;
  const said = JSON.stringify(body.slice(0, 200));
  const message = `Header mismatch: ${name} ${found}; the body says ${said}`;
  return { kind: "refusal", status: 400, id, code: mcpCodes.headerMismatch, message };
}

function invalidParams(id: string, message: string): Refusal {
  const { invalidParams: code } = mcpCodes;
  return { kind: "refusal", status: 400, id, code, message: `Invalid params: ${message}` };
}

function refuse(status: number, { id, code, message }: BadRequest): Refusal {
  return { kind: "refusal", status, id, code, message };
}
