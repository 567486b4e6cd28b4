/** What explanations know of this build. */
import type { Clock } from "#base/platform.ts";
import type { ExplainedKinds } from "#gateway/explain.ts";
import { standardPolicies } from "./standard-policies.ts";
import { standardProofs } from "./standard-proofs.ts";

export function explainedKinds(clock: Pick<Clock, "nowMs">): ExplainedKinds {
  return { policies: standardPolicies, proofs: standardProofs, nowMs: clock.nowMs() };
}
