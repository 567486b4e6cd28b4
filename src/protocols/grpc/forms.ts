/** What Protocol Buffers cannot carry, for the fidelity report. */
import type { MessageForm } from "#extension/protocol.ts";

export const grpcForms: readonly MessageForm[] = [
  {
    name: "grpc",
    limitations: {
      "open-record": {
        kind: "unsayable",
        grade: "L2",
        rule: "members that the contract does not name have no field number",
        knob: "name them in the contract, or say additionalProperties: false",
        example: { before: '{"unnamed":1}', after: "{}" },
      },
      "opaque-json": {
        kind: "unsayable",
        grade: "L1",
        rule: "JSON of any shape stands in a string as its text",
        knob: "give the value a schema",
        example: { before: '{"a":1}', after: '"{\\"a\\":1}"' },
      },
      "opaque-xml": {
        kind: "unsayable",
        grade: "L1",
        rule: "xs:any and mixed content stand in a string as the text of their XML",
        knob: "name the elements in the schema",
        example: { before: "<b>bold</b>", after: '"<b>bold</b>"' },
      },
      "success-status": {
        kind: "unsayable",
        grade: "L2",
        rule: "gRPC has one status for success where REST has several with the same body",
        knob: "say in the body what the status says",
        example: { before: "201 Created", after: "grpc-status: 0" },
      },
    },
  },
];
