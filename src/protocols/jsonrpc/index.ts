/** JSON-RPC 2.0 over HTTP, by OpenRPC or any other contract. */
import type { Protocol } from "#extension/protocol.ts";
import { describeOneOpenRpc } from "./describe.ts";
import { createJsonRpcHub } from "./hub.ts";
import { openRpcImporter } from "./import.ts";
import { createJsonRpcUpstream } from "./upstream.ts";

export const jsonrpc = {
  name: "jsonrpc",
  importer: openRpcImporter,
  describe: describeOneOpenRpc,
  createUpstream: createJsonRpcUpstream,
  createHub: createJsonRpcHub,
} satisfies Protocol;
