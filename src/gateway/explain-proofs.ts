/** Which proofs of who calls a request carries, as far as that is seen without asking anybody. */
import { callerNameAt } from "#configuration/callers.ts";
import type { Configuration } from "#configuration/configuration.ts";
import type { ProofKind, ProofRequest } from "#extension/proof.ts";
import { framing, type RequestHead } from "#wire/head.ts";
import { createAuthorization } from "./authorization.ts";
import { createKeyProver, type KeyPlaces } from "./key-prover.ts";
import type { ExplanationStep } from "./explain.ts";
import { usesOf } from "./identity.ts";

export interface ExplainedProofs {
  readonly proofs: readonly ProofKind[];
  /** When tokens have to count. */
  readonly nowMs: number;
}

interface ProofsExplained {
  readonly steps: readonly ExplanationStep[];
  /** Undefined: no proof is there, or a key in a header is all there is. */
  readonly proven: Named | undefined;
  /** Why what is there counts for nothing. */
  readonly broken: { readonly what: string; readonly why: string } | undefined;
}

interface Named {
  readonly caller: string;
  readonly by: string;
  readonly scopes?: ReadonlySet<string>;
}

export function explainProofs(
  configuration: Configuration,
  head: RequestHead,
  { proofs, nowMs }: ExplainedProofs,
): ProofsExplained {
  const { identity } = configuration;
  if (identity === undefined) return { steps: [], proven: undefined, broken: undefined };
  const request = proofRequest(head);
  const key = explainKey(configuration, identity.key, request);
  const steps: ExplanationStep[] = [];
  const named: Named[] = [];
  let broken: ProofsExplained["broken"];
  for (const what of identity.order) {
    if (what === "key") {
      const { why, caller, isBroken } = key;
      steps.push({ step: "caller", verdict: caller ? "info" : "not matched", what, why });
      if (caller !== undefined) named.push({ caller, by: "its key" });
      else if (isBroken) broken ??= { what, why };
      continue;
    }
    const kind = proofs.find(({ name }) => name === what);
    const uses = kind && usesOf(configuration, kind);
    if (kind === undefined || uses === undefined || uses.callers.length === 0) continue;
    const { why, caller, scopes, absent } = kind.explain(uses, request, nowMs);
    steps.push({ step: "caller", verdict: caller ? "info" : "not matched", what, why });
    if (caller !== undefined) named.push({ caller, by: `its ${what}`, ...(scopes && { scopes }) });
    // One field carries one credential: a key there is no token that fails.
    else if (absent !== true && !key.inAuthorization) broken ??= { what, why };
  }
  const [first] = named;
  const other = named.find(({ caller }) => caller !== first?.caller);
  if (first !== undefined && other !== undefined) {
    const why = `${first.by} is that of ${first.caller}, and ${other.by} that of ${other.caller}`;
    broken ??= { what: "several proofs", why };
  }
  return { steps, proven: first, broken };
}

interface KeyExplained {
  readonly why: string;
  readonly caller?: string | undefined;
  readonly inAuthorization?: boolean;
  readonly isBroken?: boolean;
}

function explainKey(
  configuration: Configuration,
  places: KeyPlaces,
  request: ProofRequest,
): KeyExplained {
  const { callers } = configuration;
  const prover = createKeyProver(createAuthorization(configuration), places);
  const outcome = prover.prove(request, request.field("authorization"));
  if (callers === "open" || outcome === undefined || outcome instanceof Promise) {
    return { why: `${placesOf(places)} is there` };
  }
  if (outcome.kind === "refused") return { why: outcome.problem.detail, isBroken: true };
  if (outcome.kind === "unmatched") {
    const isBroken = outcome.field === "x-api-key";
    return { why: "what was sent is the key of no caller", isBroken };
  }
  const caller = callerNameAt(callers, outcome.caller);
  const inAuthorization = outcome.field === "authorization";
  return { why: `it is the key of ${caller}`, caller, inAuthorization };
}

function placesOf({ cookie, query }: KeyPlaces): string {
  const own = ["X-Api-Key", "Authorization: Bearer"];
  if (cookie !== undefined) own.push(`the cookie ${cookie}`);
  if (query !== undefined) own.push(`the query's ${query}`);
  const [last] = own.splice(-1);
  return `neither ${own.join(", ")} nor ${last}`;
}

/** As it would come over plain TCP: no certificate is shown. */
function proofRequest(head: RequestHead): ProofRequest {
  return {
    method: head.method,
    target: head.pathAndQuery,
    scheme: "http",
    authority: head.authority,
    field: (name) => head.field(name),
    hasBody: head.framing !== framing.none,
    certificate: undefined,
  };
}
