/** Pages that ask whether they may ask are answered by a policy, before it is asked who calls. */
import type { Configuration } from "#configuration/configuration.ts";
import type { RequestHead } from "#wire/head.ts";
import type { Contracts } from "./contract-routes.ts";
import { explainPolicies, type ExplainedPolicies } from "./explain-policies.ts";
import { readRequest, type ExplainedRequest } from "./explain-request.ts";
import type { ExplainedKinds } from "./explain.ts";
import type { Router } from "./router.ts";

/** @returns undefined: it is none, or nobody answers it as such. */
export function explainPreflight(
  configuration: Configuration,
  contracts: Contracts,
  router: Router,
  request: ExplainedRequest,
  head: RequestHead,
  kinds: ExplainedKinds,
): ExplainedPolicies | undefined {
  const method = head.field("access-control-request-method");
  if (head.method !== "OPTIONS" || method === undefined) return undefined;
  if (head.field("origin") === undefined) return undefined;
  const { read } = readRequest(configuration, { ...request, method });
  if ("why" in read) return undefined;
  const match = router.match(read);
  if (match.kind === "miss") return undefined;
  const policies = kinds.policies.filter(({ answersPreflights }) => answersPreflights === true);
  const contract = contracts.get(match.service.name);
  const met = explainPolicies(configuration, match, read, contract, undefined, {
    ...kinds,
    policies,
  });
  const names = new Set(policies.map(({ name }) => name));
  const steps = met.steps.filter(
    ({ what, verdict }) => names.has(what) && verdict !== "not matched",
  );
  return steps.length === 0 ? undefined : { ...met, steps };
}
