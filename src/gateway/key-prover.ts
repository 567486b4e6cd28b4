/**
 * Keys as one proof among others: in the headers, and, where it is configured so, in a cookie or a
 * query parameter.
 */
import type { ProofField, ProofOutcome, ProofRequest, Prover } from "#extension/proof.ts";
import { cookieValues, cutCookie, cutQuery, queryValues } from "#wire/cut-head.ts";
import type { RequestHead } from "#wire/head.ts";
import type { Authorization } from "./authorization.ts";
import { bearerIn, conflictBeside } from "./header-keys.ts";
import { problems } from "./problems.ts";

export interface KeyPlaces {
  readonly cookie?: string;
  readonly query?: string;
}

export function createKeyProver(authorization: Authorization, places: KeyPlaces): Prover {
  const isElsewhere = places.cookie !== undefined || places.query !== undefined;

  function proveElsewhere(request: ProofRequest, key: string | undefined): ProofOutcome {
    const [first, ...others] = keysElsewhere(request, places);
    if (first === undefined) return undefined;
    if (others.length > 0) {
      return { kind: "refused", problem: problems["credentials-duplicate"]("several keys") };
    }
    const caller = authorization.callerOf(first);
    if (key !== undefined && caller !== authorization.callerOf(key)) {
      const detail = "the header has another key than cookie or query";
      return { kind: "refused", problem: problems["credentials-conflict"](detail) };
    }
    const callerKey = authorization.numberOfKey(first);
    if (caller !== undefined) return { kind: "proven", caller, callerKey };
    const detail = "the key belongs to no caller";
    return { kind: "refused", problem: problems["caller-unknown"](detail) };
  }

  return {
    prove(request, credentials) {
      const own = request.field("x-api-key");
      const key = own ?? bearerIn(credentials);
      const elsewhere = isElsewhere ? proveElsewhere(request, key) : undefined;
      if (elsewhere?.kind === "refused" || key === undefined) return elsewhere;
      const field: ProofField = own === undefined ? "authorization" : "x-api-key";
      const caller = authorization.callerOf(key);
      if (caller !== undefined) {
        const beside = own === undefined ? undefined : bearerIn(credentials);
        const problem = conflictBeside(beside, caller, authorization);
        if (problem !== undefined) return { kind: "refused", problem, field };
        return { kind: "proven", caller, callerKey: authorization.numberOfKey(key), field };
      }
      return { kind: "unmatched", why: "the key belongs to no caller", field };
    },
    challenge: ({ definition }) =>
      definition.httpStatus === 401 ? 'Bearer realm="parlance"' : undefined,
  };
}

function keysElsewhere(request: ProofRequest, { cookie, query }: KeyPlaces): readonly string[] {
  return [
    ...(cookie === undefined ? [] : cookieValues(request.field("cookie") ?? "", cookie)),
    ...(query === undefined ? [] : queryValues(request.target, query)),
  ];
}

/** Neither service nor log nor record is to see them, whether they are right or wrong. */
export function cutKeys(head: RequestHead, { cookie, query }: KeyPlaces): void {
  if (cookie !== undefined) cutCookie(head, cookie);
  if (query !== undefined) cutQuery(head, query);
}
