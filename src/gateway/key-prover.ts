/** Keys as one proof among others: in the headers, and where it is configured so, elsewhere. */
import type { Prover, ProofRequest } from "#extension/proof.ts";
import { presentedKey, type Authorization } from "./authorization.ts";

export function createKeyProver(
  authorization: Authorization,
  places: { readonly cookie?: string; readonly query?: string },
): Prover {
  void places;
  return {
    prove(request: ProofRequest) {
      const isOwn = request.field("x-api-key") !== undefined;
      const key = presentedKey(request.field.bind(request));
      if (key === undefined) return undefined;
      const field = isOwn ? "x-api-key" : "authorization";
      const caller = authorization.callerOf(key);
      if (caller === undefined) {
        return { kind: "unmatched", why: "the key belongs to no caller", field };
      }
      return { kind: "proven", caller, field };
    },
    challenge: () => 'Bearer realm="parlance"',
  };
}
