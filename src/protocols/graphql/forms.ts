/** What GraphQL cannot carry, for the fidelity report. */
import type { MessageForm } from "#extension/protocol.ts";

export const graphqlForms: readonly MessageForm[] = [
  {
    name: "graphql",
    limitations: {
      "input-stream": {
        kind: "absent",
        grade: "L3",
        rule: "an operation of GraphQL has one input",
        knob: "offer the operation in gRPC, or one that takes a list",
      },
      "opaque-xml": {
        kind: "unsayable",
        grade: "L1",
        rule: "xs:any and mixed content stand in the scalar XML as their text",
        knob: "name the elements in the schema",
        example: { before: "<b>bold</b>", after: '"<b>bold</b>"' },
      },
      "success-status": {
        kind: "unsayable",
        grade: "L2",
        rule: "GraphQL has one status for success where REST has several with the same body",
        knob: "say in the body what the status says",
        example: { before: "201 Created", after: "200 OK" },
      },
    },
  },
];
