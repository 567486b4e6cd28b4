/** Versions of the Model Context Protocol, and names that are the same in all of them. */

/** Every request says all that there is to know. */
export const statelessVersion = "2026-07-28";

/** A handshake comes first. What is within requests for tools is the same in both. */
export const handshakeVersions = ["2025-11-25", "2025-06-18"] as const;

export const servedVersions = [statelessVersion, ...handshakeVersions] as const;

export const metaKeys = {
  version: "io.modelcontextprotocol/protocolVersion",
  clientInfo: "io.modelcontextprotocol/clientInfo",
  clientCapabilities: "io.modelcontextprotocol/clientCapabilities",
  serverInfo: "io.modelcontextprotocol/serverInfo",
  /** W3C Trace Context, without a prefix. */
  traceParent: "traceparent",
  /** Ours: typed headers of requests and answers, and what is wrong. */
  headers: "parlance/headers",
  idempotencyKey: "parlance/idempotencyKey",
  fault: "parlance/fault",
  item: "parlance/item",
} as const;

export const own = { name: "parlance", title: "Parlance", version: "1" } as const;

/** Defined by MCP 2026-07-28, Overview, Error Codes; the others are those of JSON-RPC. */
export const mcpCodes = {
  invalidParams: -32602,
  headerMismatch: -32020,
  unsupportedVersion: -32022,
} as const;

const sentinel = /^=\?base64\?(.*)\?=$/;

/** A value as it stands in `Mcp-Name` and `Mcp-Param-*` (Streamable HTTP, Value Encoding). */
export function writeMirrored(value: string): string {
  const isPlain = /^[\x20-\x7e]*$/.test(value) && value.trim() === value && !sentinel.test(value);
  return isPlain ? value : `=?base64?${Buffer.from(value).toString("base64")}?=`;
}

/** Undefined: it is no base64 that could be read. */
export function readMirrored(written: string): string | undefined {
  const [, coded] = sentinel.exec(written) ?? [];
  if (coded === undefined) return written;
  const bytes = Buffer.from(coded, "base64");
  if (bytes.toString("base64") !== coded) return undefined;
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) ? text : undefined;
}
