/** Requests and batches of them (JSON-RPC 2.0 §4, §6). */
import {
  invalidRequest,
  readRequest,
  unreadableRequest,
  type BadRequest,
  type RpcRequest,
} from "#formats/json-rpc/request.ts";
import { readValueSpans } from "#formats/json/value-spans.ts";

export interface Requests {
  readonly isBatch: boolean;
  readonly requests: readonly (RpcRequest | BadRequest)[];
}

/** JSON-RPC over HTTP has had several names for the same JSON. */
const mediaTypes = ["application/json", "application/json-rpc", "application/jsonrequest"];

/**
 * Undefined: the body is JSON in UTF-8. Other types are what forms and pages of any origin may send
 * without asking.
 */
export function wrongMediaType(contentType: string | undefined): BadRequest | undefined {
  const [essence = "", ...parameters] = (contentType ?? "").toLowerCase().split(";");
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith("charset="));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  if (isUtf8 && mediaTypes.includes(essence.trim())) return undefined;
  const found = contentType === undefined ? "none" : JSON.stringify(contentType.slice(0, 100));
  return invalidRequest("null", `the Content-Type is ${found}; expected application/json`);
}

/** One caller's batch may not keep a worker for itself. */
const batchMax = 100;

export function readRequests(body: Buffer): Requests {
  const spans = readValueSpans(body);
  if (spans.kind === "fault") return one(unreadableRequest(spans));
  if (spans.kind === "object") return one(readRequest(spans.members));
  if (spans.kind === "scalar") return one(invalidRequest("null", "expected a request object"));
  const { items } = spans;
  if (items.length === 0) return one(invalidRequest("null", "the batch is empty"));
  if (items.length > batchMax) {
    return one(
      invalidRequest("null", `a batch has at most ${batchMax} requests, found ${items.length}`),
    );
  }
  return { isBatch: true, requests: items.map(readItem) };
}

function one(request: RpcRequest | BadRequest): Requests {
  return { isBatch: false, requests: [request] };
}

function readItem(text: string): RpcRequest | BadRequest {
  const spans = readValueSpans(text);
  if (spans.kind === "object") return readRequest(spans.members);
  if (spans.kind === "fault") return unreadableRequest(spans);
  return invalidRequest("null", "expected a request object");
}
