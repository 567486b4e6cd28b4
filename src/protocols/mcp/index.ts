/** The Model Context Protocol: operations as tools, and tools as operations. */
import type { Protocol } from "#extension/protocol.ts";
import { describeMcp } from "./describe.ts";
import { createMcpHub } from "./hub.ts";
import { toolsImporter } from "./import.ts";
import { createMcpUpstream } from "./upstream.ts";

export const mcp = {
  name: "mcp",
  importer: toolsImporter,
  describe: describeMcp,
  createUpstream: createMcpUpstream,
  createHub: createMcpHub,
} satisfies Protocol;
