/** The protocols of this build, one line each. */
import type { Protocol } from "#extension/protocol.ts";
import { graphql } from "#protocols/graphql/index.ts";
import { grpc } from "#protocols/grpc/index.ts";
import { jsonrpc } from "#protocols/jsonrpc/index.ts";
import { mcp } from "#protocols/mcp/index.ts";
import { rest } from "#protocols/rest/index.ts";
import { soap } from "#protocols/soap/index.ts";
import { text } from "#protocols/text/index.ts";

export const standardProtocols: readonly Protocol[] = [
  rest,
  soap,
  grpc,
  graphql,
  jsonrpc,
  mcp,
  text,
];
