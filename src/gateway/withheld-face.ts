/** A face that does not take calls of operations which its dialect cannot carry: they get 501. */
import { notOffered } from "#call/problems.ts";
import type { Face } from "#extension/protocol.ts";

/** @param withheld by the id of an operation: why it is not offered here. */
export function withholdOperations(face: Face, withheld: ReadonlyMap<string, string>): Face {
  if (withheld.size === 0) return face;
  return {
    ...face,
    decode: (request) => {
      const decoded = face.decode(request);
      if (decoded.kind !== "call") return decoded;
      const { call, negotiated } = decoded;
      const reason = withheld.get(call.operation.id);
      if (reason === undefined) return decoded;
      return { kind: "fault", fault: notOffered(reason), operation: call.operation, negotiated };
    },
  };
}
