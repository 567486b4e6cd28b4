/** Which proofs of who calls a request carries, as far as that is seen without asking anybody. */
import { callerNameAt } from "#configuration/callers.ts";
import type { Configuration } from "#configuration/configuration.ts";
import type { ProofKind, ProofRequest } from "#extension/proof.ts";
import { framing, type RequestHead } from "#wire/head.ts";
import { createAuthorization } from "./authorization.ts";
import type { ExplanationStep } from "./explain.ts";
import { presentedKey } from "./header-keys.ts";
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
  const keyOwner = ownerOfKey(configuration, request);
  const inAuthorization = request.field("x-api-key") === undefined && keyOwner !== undefined;
  const steps: ExplanationStep[] = [];
  const named: Named[] = [];
  let broken: ProofsExplained["broken"];
  for (const what of identity.order) {
    if (what === "key") {
      const why = whyKey(request, keyOwner);
      steps.push({ step: "caller", verdict: keyOwner ? "info" : "not matched", what, why });
      if (keyOwner !== undefined) named.push({ caller: keyOwner, by: "its key" });
      else if (request.field("x-api-key") !== undefined) broken ??= { what, why };
      continue;
    }
    const kind = proofs.find(({ name }) => name === what);
    const uses = kind && usesOf(configuration, kind);
    if (kind === undefined || uses === undefined || uses.callers.length === 0) continue;
    const { why, caller, scopes, absent } = kind.explain(uses, request, nowMs);
    steps.push({ step: "caller", verdict: caller ? "info" : "not matched", what, why });
    if (caller !== undefined) named.push({ caller, by: `its ${what}`, ...(scopes && { scopes }) });
    // One field carries one credential: a key there is no token that fails.
    else if (absent !== true && !inAuthorization) broken ??= { what, why };
  }
  const [first] = named;
  const other = named.find(({ caller }) => caller !== first?.caller);
  if (first !== undefined && other !== undefined) {
    const why = `${first.by} is that of ${first.caller}, and ${other.by} that of ${other.caller}`;
    broken ??= { what: "several proofs", why };
  }
  return { steps, proven: first, broken };
}

function ownerOfKey(configuration: Configuration, request: ProofRequest): string | undefined {
  const key = presentedKey(request.field);
  if (key === undefined || configuration.callers === "open") return undefined;
  const index = createAuthorization(configuration).callerOf(key);
  return index === undefined ? undefined : callerNameAt(configuration.callers, index);
}

function whyKey(request: ProofRequest, owner: string | undefined): string {
  if (owner !== undefined) return `it is the key of ${owner}`;
  if (presentedKey(request.field) !== undefined) return "what was sent is the key of no caller";
  return "neither X-Api-Key nor Authorization: Bearer is there";
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
