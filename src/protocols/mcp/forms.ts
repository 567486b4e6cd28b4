/** What MCP cannot carry, for the fidelity report: arguments and results are JSON as in REST. */
import { takesStream } from "#call/problems.ts";
import type { MessageForm } from "#extension/protocol.ts";

export const mcpForms: readonly MessageForm[] = [
  {
    name: "mcp",
    limitations: {},
    narrow: (contract) => ({
      ...contract,
      operations: contract.operations.filter((operation) => !takesStream(operation)),
    }),
  },
];
