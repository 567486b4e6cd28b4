/**
 * Outputs that come one by one, for dialects that have one answer: the same operation with a list
 * of them as its output. Callers get the list when the last one is there.
 */
import type { Contract, Operation } from "./contract.ts";
import type { RecordType } from "./types.ts";

/** Field of the output under which they stand; in XML each is an element of `itemElement`. */
export const collectedField = "items";
const itemElement = "item";

/** The operation as such dialects have it: an operation of one answer stays as it is. */
export function collectOutputs({ namespace }: Contract, operation: Operation): Operation {
  const { mode, output } = operation;
  if (mode !== "server-stream" || output === undefined) return operation;
  const type: RecordType = {
    kind: "record",
    xmlOrder: "sequence",
    fields: [
      {
        name: collectedField,
        type: { kind: "list", item: output.type, itemNullable: false, min: 0 },
        presence: "required",
        nullable: false,
        xml: { node: "element", name: itemElement, namespace },
      },
    ],
  };
  return { ...operation, mode: "unary", output: { ...output, type } };
}
