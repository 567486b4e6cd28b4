/**
 * One request object of JSON-RPC 2.0 (§4), its id and params as their own exact texts: for the
 * dialects whose messages are such objects.
 */
import type { DocumentFault } from "#contract/document-fault.ts";

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

/** What is said of requests that are none; no service has seen them. */
export const protocolCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
} as const;

/** @param members of the object, as their texts. */
export function readRequest(members: ReadonlyMap<string, string>): RpcRequest | BadRequest {
  const id = members.get("id");
  // §4: a text, a number or null. Anything else cannot be answered under it.
  const isId = id === undefined || /^(?:"|-?\d|null$)/.test(id);
  const told = isId && id !== undefined ? id : "null";
  if (!isId) return invalidRequest("null", "the id is neither a text, nor a number, nor null");
  if (textOf(members.get("jsonrpc")) !== "2.0") {
    return invalidRequest(told, 'expected "jsonrpc": "2.0"');
  }
  const method = textOf(members.get("method"));
  if (method === undefined) return invalidRequest(told, "the method is no text");
  const params = members.get("params");
  if (params !== undefined && !/^[[{]/.test(params)) {
    return invalidRequest(told, "params must be an object or an array");
  }
  return { kind: "request", id, method, params };
}

export function unreadableRequest({ message, line, column }: DocumentFault): BadRequest {
  const where = line === undefined ? "" : ` at line ${line}, column ${column ?? 1}`;
  const { parseError: code } = protocolCodes;
  return { kind: "bad", id: "null", code, message: `Parse error: ${message}${where}` };
}

export function invalidRequest(id: string, message: string): BadRequest {
  const { invalidRequest: code } = protocolCodes;
  return { kind: "bad", id, code, message: `Invalid Request: ${message}` };
}

/** A JSON string's value; undefined: it is none. */
export function textOf(text: string | undefined): string | undefined {
  return text?.startsWith('"') ? (JSON.parse(text) as string) : undefined;
}
