/** What text messages cannot carry, for the fidelity report. */
import type { Operation } from "#contract/contract.ts";
import type { MessageForm } from "#extension/protocol.ts";

export const textForms: readonly MessageForm[] = [
  {
    name: "text",
    limitations: {
      "control-characters": {
        kind: "unsayable",
        grade: "L2",
        rule: "control characters, and what the charset lacks, are refused in text",
        knob: "give the text a pattern that leaves them out",
        example: { before: '"a\\u0001b"', after: "refused, naming the field" },
      },
      "open-record": {
        kind: "unsayable",
        grade: "L2",
        rule: "members that the contract does not name have no column",
        knob: "name them in the contract",
        example: { before: '{"unnamed":1}', after: "" },
      },
    },
    applies: ({ text }: Operation) => text !== undefined,
    narrow: (contract) => ({
      ...contract,
      operations: contract.operations.filter(({ text }) => text !== undefined),
    }),
  },
];
