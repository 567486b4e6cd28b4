/** Request objects and batches of them (JSON-RPC 2.0 §4, §6). */
import type { DocumentFault } from "#contract/document-fault.ts";
import { readValueSpans } from "#formats/json/value-spans.ts";
import { protocolCodes, textOf } from "./errors.ts";

export interface RpcRequest {
  readonly kind: "request";
  /** As its text; undefined: a notification. */
  readonly id: string | undefined;
  readonly method: string;
  readonly params: string | undefined;
}

/** It is none: what is to be said, and to whom. */
export interface BadRequest {
  readonly kind: "bad";
  readonly id: string;
  readonly code: number;
  readonly message: string;
}

export interface Requests {
  readonly isBatch: boolean;
  readonly requests: readonly (RpcRequest | BadRequest)[];
}

/** One caller's batch may not keep a worker for itself. */
const batchMax = 100;

export function readRequests(body: Buffer): Requests {
  const spans = readValueSpans(body);
  if (spans.kind === "fault") return one(parseError(spans));
  if (spans.kind === "object") return one(readRequest(spans.members));
  if (spans.kind === "scalar") return one(invalid("null", "expected a request object"));
  const { items } = spans;
  if (items.length === 0) return one(invalid("null", "the batch is empty"));
  if (items.length > batchMax) {
    return one(invalid("null", `a batch has at most ${batchMax} requests, found ${items.length}`));
  }
  return { isBatch: true, requests: items.map(readItem) };
}

function one(request: RpcRequest | BadRequest): Requests {
  return { isBatch: false, requests: [request] };
}

function readItem(text: string): RpcRequest | BadRequest {
  const spans = readValueSpans(text);
  if (spans.kind === "object") return readRequest(spans.members);
  if (spans.kind === "fault") return parseError(spans);
  return invalid("null", "expected a request object");
}

function readRequest(members: ReadonlyMap<string, string>): RpcRequest | BadRequest {
  const id = members.get("id");
  // §4: a text, a number or null. Anything else cannot be answered under it.
  const isId = id === undefined || /^(?:"|-?\d|null$)/.test(id);
  const told = isId && id !== undefined ? id : "null";
  if (!isId) return invalid("null", "the id is neither a text, nor a number, nor null");
  if (textOf(members.get("jsonrpc")) !== "2.0") return invalid(told, 'expected "jsonrpc": "2.0"');
  const method = textOf(members.get("method"));
  if (method === undefined) return invalid(told, "the method is no text");
  const params = members.get("params");
  if (params !== undefined && !/^[[{]/.test(params)) {
    return invalid(told, "params must be an object or an array");
  }
  return { kind: "request", id, method, params };
}

function parseError({ message, line, column }: DocumentFault): BadRequest {
  const where = line === undefined ? "" : ` at line ${line}, column ${column ?? 1}`;
  const { parseError: code } = protocolCodes;
  return { kind: "bad", id: "null", code, message: `Parse error: ${message}${where}` };
}

function invalid(id: string, message: string): BadRequest {
  const { invalidRequest: code } = protocolCodes;
  return { kind: "bad", id, code, message: `Invalid Request: ${message}` };
}
