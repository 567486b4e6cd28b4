/** Why a request meets a face over all services, and what it is held to before its calls are. */
import { defaultGraphqlSettings } from "#base/graphql-settings.ts";
import type { Configuration } from "#configuration/configuration.ts";
import type { RequestHead } from "#wire/head.ts";
import type { Contracts } from "./contract-routes.ts";
import { explainHubCaller, type Refuse } from "./explain-caller.ts";
import { explainHubPolicies } from "./explain-policies.ts";
import type { ExplainedRequest } from "./explain-request.ts";
import type { ExplainedKinds, ExplanationStep } from "./explain.ts";
import { createHubs } from "./hubs.ts";

export interface HubQuestion {
  readonly configuration: Configuration;
  readonly contracts: Contracts;
  readonly request: ExplainedRequest;
  readonly head: RequestHead;
  readonly kinds: ExplainedKinds;
  readonly steps: ExplanationStep[];
  readonly refuse: Refuse;
}

/** @returns why it is answered, if nothing refuses it; undefined: it is for none of them. */
export function explainHub(question: HubQuestion): string | undefined {
  const { configuration, contracts, request, head, kinds, steps, refuse } = question;
  const { services, graphql = defaultGraphqlSettings } = configuration;
  const { protocols = [], proofs, nowMs } = kinds;
  const match = createHubs(services, contracts, protocols, { graphql }).match(head);
  if (match === undefined) return undefined;
  const why = "the address of a face over all services";
  const what = head.path;
  if (match.kind === "miss") {
    refuse("choice", 405, what, `${why}, but only for ${match.allowedMethods.join(", ")}`);
    return why;
  }
  steps.push({ step: "choice", verdict: "chosen", what, why });
  for (const { refused, ...step } of explainHubPolicies(configuration, head, kinds)) {
    if (refused === undefined) steps.push(step);
    else refuse("policy", refused.definition.httpStatus, step.what, refused.detail);
  }
  explainHubCaller({ configuration, request, head, steps, refuse, proofs, nowMs });
  const calls = "each call that it asks for is an exchange of its own, permitted by itself";
  steps.push({ step: "permission", verdict: "info", what, why: calls });
  return `${why}; ${calls}`;
}
