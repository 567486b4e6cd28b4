/** The dialects of instances, one line each: where a gateway that serves them has them. */
import { pairTexts, type PairText } from "./texts.ts";

export interface PairUpstream {
  readonly name: string;
  readonly speaks: "rest" | "soap" | "grpc" | "graphql" | "jsonrpc" | "mcp" | "text";
  /** Behind the address of the gateway that is the instance. */
  readonly path: string;
  readonly text?: PairText;
}

export const pairUpstreams: readonly PairUpstream[] = [
  { name: "REST", speaks: "rest", path: "/pairs" },
  { name: "SOAP", speaks: "soap", path: "/soap/pairs" },
  { name: "gRPC", speaks: "grpc", path: "" },
  { name: "GraphQL", speaks: "graphql", path: "/graphql/pairs" },
  { name: "JSON-RPC", speaks: "jsonrpc", path: "/rpc/pairs" },
  { name: "MCP", speaks: "mcp", path: "/mcp/pairs" },
  ...pairTexts.map((text): PairUpstream => ({
    ...{ name: text.name, speaks: "text", path: "/text/pairs", text },
  })),
];
