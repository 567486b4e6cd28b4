/** Contracts of one operation round a type, and what is left of them behind their description. */
import type { Contract, Operation } from "#contract/contract.ts";
import type { Type } from "#contract/types.ts";
import { describeWsdl } from "./describe.ts";
import { importer } from "./import.ts";

/** A bare operation `store` that takes an element `document` of the type. */
export function contractAround(contract: Contract, type: Type): Contract {
  const namespace = contract.namespace;
  const input = { name: "document", namespace };
  const store: Operation = {
    id: "store",
    mode: "one-way",
    safety: "unsafe",
    input: {
      type: {
        kind: "record",
        fields: [
          {
            name: "document",
            type,
            presence: "required",
            nullable: false,
            xml: { node: "element", ...input },
          },
        ],
      },
      headers: [],
    },
    output: undefined,
    faults: [],
    soap: {
      version: "1.1",
      versions: ["1.1", "1.2"],
      action: "urn:store",
      style: "document",
      wrapped: false,
      use: "literal",
      input,
      output: undefined,
    },
  };
  return { ...contract, operations: [store] };
}

export function describedAndImported(contract: Contract) {
  const described = describeWsdl(
    { serviceName: "svc", contract },
    { address: "http://h/soap/svc" },
  );
  const read = () => undefined;
  const imported = importer.import({ file: "/described.wsdl", text: described.text, read });
  return { described, imported };
}
