/** What SOAP cannot carry, for the fidelity report. */
import type { MessageForm } from "#extension/protocol.ts";

export const soapForms: readonly MessageForm[] = [
  {
    name: "soap",
    limitations: {
      "control-characters": {
        kind: "unsayable",
        grade: "L2",
        rule: "XML 1.0 §2.2 has no U+0000 to U+001F but tab and line ends: they are refused",
        knob: "give the text a pattern that leaves them out, or carry it as bytes",
        example: { before: '"a\\u0001b"', after: "refused, naming the field" },
      },
      "open-record": {
        kind: "unsayable",
        grade: "L2",
        rule: "members that the contract does not name have no element to stand in",
        knob: "name them in the contract, or say additionalProperties: false",
        example: { before: '{"unnamed":1}', after: "{}" },
      },
      "opaque-json": {
        kind: "unsayable",
        grade: "L1",
        rule: "JSON of any shape stands in XML as its text",
        knob: "give the value a schema",
        example: { before: '{"a":1}', after: "<value>{&quot;a&quot;:1}</value>" },
      },
      "success-status": {
        kind: "unsayable",
        grade: "L2",
        rule: "SOAP has one answer where REST has several statuses with the same body",
        knob: "say in the body what the status says",
        example: { before: "201 Created", after: "an answer" },
      },
      "input-stream": {
        kind: "absent",
        grade: "L3",
        rule: "a SOAP message pattern has one request and one answer at most",
        knob: "offer the operation on another face",
      },
      "output-stream": {
        kind: "absent",
        grade: "L2",
        rule: "SOAP has one answer: outputs are collected in it, within limits",
        knob: "offer the operation on another face, where they come one by one",
        example: { before: "one output, another output", after: "<item/><item/>" },
      },
    },
  },
];
