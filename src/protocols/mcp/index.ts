/** The Model Context Protocol: operations as tools, and tools as operations. */
import type { Protocol } from "#extension/protocol.ts";
import { describeMcp } from "./describe.ts";
import { createMcpHub } from "./hub.ts";

export const mcp = {
  name: "mcp",
  describe: describeMcp,
  createHub: createMcpHub,
} satisfies Protocol;
