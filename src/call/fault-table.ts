/**
 * One table of failures for all dialects, total in both directions. Where a dialect knows fewer
 * failures than there are kinds, the exact kind travels along in the body and wins over this.
 */
import { faultKinds, type FaultKind } from "#base/fault-kind.ts";

export interface FaultRow {
  /** gRPC status. */
  readonly grpc: number;
  readonly http: number;
  readonly soap11: "Client" | "Server";
  readonly soap12: "Sender" | "Receiver";
  /** Local name in `faultNamespace`. */
  readonly soap12Subcode: FaultKind;
  /** `extensions.code`. */
  readonly graphql: string;
  readonly jsonRpc: number;
  /** Undefined: not an error of the protocol but a result with `isError`. */
  readonly mcp: number | undefined;
}

/** Namespace of SOAP 1.2 subcodes and of fault details in XML. */
export const faultNamespace = "urn:parlance:fault";

/**
 * Sources: google/rpc/code.proto (numbers, HTTP); SOAP 1.1 §4.4.1 with WS-I Basic Profile 1.1
 * R1031 (no dots in a faultcode); SOAP 1.2 Part 1 §5.4.6; Apollo's codes for `extensions.code`;
 * JSON-RPC 2.0 §5.1; MCP 2025-11-25, Tools, Error Handling.
 */
export const faultTable: { readonly [Kind in FaultKind]: FaultRow } = {
  cancelled: row("cancelled", 499, "Server", "CANCELLED"),
  unknown: row("unknown", 500, "Server", "UNKNOWN"),
  invalid_argument: row("invalid_argument", 400, "Client", "BAD_USER_INPUT", -32602),
  deadline_exceeded: row("deadline_exceeded", 504, "Server", "DEADLINE_EXCEEDED"),
  not_found: row("not_found", 404, "Client", "NOT_FOUND"),
  already_exists: row("already_exists", 409, "Client", "ALREADY_EXISTS"),
  permission_denied: row("permission_denied", 403, "Client", "FORBIDDEN"),
  resource_exhausted: row("resource_exhausted", 429, "Client", "RESOURCE_EXHAUSTED"),
  failed_precondition: row("failed_precondition", 400, "Client", "FAILED_PRECONDITION"),
  aborted: row("aborted", 409, "Server", "ABORTED"),
  out_of_range: row("out_of_range", 400, "Client", "OUT_OF_RANGE"),
  unimplemented: row("unimplemented", 501, "Client", "UNIMPLEMENTED", -32601, -32602),
  internal: row("internal", 500, "Server", "INTERNAL_SERVER_ERROR", -32603),
  unavailable: row("unavailable", 503, "Server", "UNAVAILABLE"),
  data_loss: row("data_loss", 500, "Server", "DATA_LOSS"),
  unauthenticated: row("unauthenticated", 401, "Client", "UNAUTHENTICATED"),
};

/** JSON-RPC 2.0 §5.1 leaves -32000 to -32099 to servers: the rest are numbered as in gRPC. */
function row(
  kind: FaultKind,
  http: number,
  soap11: "Client" | "Server",
  graphql: string,
  jsonRpc?: number,
  mcp?: number,
): FaultRow {
  const grpc = faultKinds.indexOf(kind) + 1;
  return {
    grpc,
    http,
    soap11,
    soap12: soap11 === "Client" ? "Sender" : "Receiver",
    soap12Subcode: kind,
    graphql,
    jsonRpc: jsonRpc ?? -32000 - grpc,
    mcp,
  };
}

export function isFaultKind(text: unknown): text is FaultKind {
  return typeof text === "string" && Object.hasOwn(faultTable, text);
}

/** 0 is no failure; what has no number of its own is unknown. */
export function faultKindOfGrpc(status: number): FaultKind {
  return faultKinds[status - 1] ?? "unknown";
}

/** The kinds that statuses mean most often, as in Connect and google-cloud clients. */
const kindOfHttp: { readonly [status: number]: FaultKind } = {
  400: "invalid_argument",
  401: "unauthenticated",
  403: "permission_denied",
  404: "not_found",
  405: "unimplemented",
  408: "deadline_exceeded",
  409: "aborted",
  410: "not_found",
  412: "failed_precondition",
  413: "resource_exhausted",
  416: "out_of_range",
  421: "unavailable",
  425: "unavailable",
  428: "failed_precondition",
  429: "resource_exhausted",
  431: "resource_exhausted",
  451: "permission_denied",
  499: "cancelled",
  500: "internal",
  501: "unimplemented",
  502: "unavailable",
  503: "unavailable",
  504: "deadline_exceeded",
  507: "resource_exhausted",
};

export function faultKindOfHttp(status: number): FaultKind {
  const kind = kindOfHttp[status];
  if (kind !== undefined) return kind;
  if (status >= 400 && status < 500) return "invalid_argument";
  return status >= 500 && status < 600 ? "internal" : "unknown";
}

/** Local name of the faultcode; SOAP 1.1 §4.4.1 lets dots refine it: `Client.Authentication`. */
export function faultKindOfSoap11(code: string): FaultKind {
  const [generic = "", refined] = code.split(".");
  if (refined === "Authentication") return "unauthenticated";
  if (generic === "Client" || generic === "VersionMismatch") return "invalid_argument";
  if (generic === "MustUnderstand") return "unimplemented";
  return generic === "Server" ? "internal" : "unknown";
}

/** Local names; the subcode counts only when it stands in `faultNamespace`. */
export function faultKindOfSoap12(code: string, ourSubcode: string | undefined): FaultKind {
  if (isFaultKind(ourSubcode)) return ourSubcode;
  switch (code) {
    case "Sender":
    case "VersionMismatch":
    case "DataEncodingUnknown":
      return "invalid_argument";
    case "MustUnderstand":
      return "unimplemented";
    default:
      return code === "Receiver" ? "internal" : "unknown";
  }
}

const kindOfGraphql = new Map<string, FaultKind>([
  ["GRAPHQL_PARSE_FAILED", "invalid_argument"],
  ["GRAPHQL_VALIDATION_FAILED", "invalid_argument"],
  ["OPERATION_RESOLUTION_FAILURE", "invalid_argument"],
  ["BAD_REQUEST", "invalid_argument"],
  ["PERSISTED_QUERY_NOT_FOUND", "not_found"],
  ["PERSISTED_QUERY_NOT_SUPPORTED", "unimplemented"],
  ...faultKinds.map((kind) => [faultTable[kind].graphql, kind] as const),
]);

export function faultKindOfGraphql(code: string): FaultKind {
  return kindOfGraphql.get(code) ?? "unknown";
}

const kindOfJsonRpc = new Map<number, FaultKind>([
  [-32700, "invalid_argument"],
  [-32600, "invalid_argument"],
  ...faultKinds.map((kind) => [faultTable[kind].jsonRpc, kind] as const),
]);

export function faultKindOfJsonRpc(code: number): FaultKind {
  return kindOfJsonRpc.get(code) ?? "unknown";
}

/**
 * Of a protocol error; -32602 names an unknown tool or malformed arguments. Those that JSON-RPC
 * leaves to servers (§5.1) mean what each likes: -32001 is a session in one, time in another.
 */
export function faultKindOfMcp(code: number): FaultKind {
  if (code === -32002) return "not_found";
  return code <= -32000 && code >= -32099 ? "unknown" : faultKindOfJsonRpc(code);
}
