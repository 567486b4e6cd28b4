/** What explanations know of this build. */
import { costKey } from "#analytics/policy-costs.ts";
import type { Traffic } from "#analytics/traffic-totals.ts";
import type { Clock } from "#base/platform.ts";
import type { ExplainedKinds } from "#gateway/explain.ts";
import { readCount } from "#state/read-count.ts";
import { standardPolicies } from "./standard-policies.ts";
import { standardProofs } from "./standard-proofs.ts";

/** @param costs of a running gateway. */
export function explainedKinds(
  clock: Pick<Clock, "nowMs">,
  costs: Traffic["costs"] = new Map(),
): ExplainedKinds {
  return {
    policies: standardPolicies,
    proofs: standardProofs,
    nowMs: clock.nowMs(),
    takenOf: (folder, key) => readCount(folder, key, clock.nowMs()),
    costOf(policy, service, route) {
      const found = costs.get(costKey(policy, service, route));
      if (found === undefined) return undefined;
      const { exchanges, totalMs } = found;
      return { averageUs: Math.round((totalMs / exchanges) * 1e5) / 100, exchanges };
    },
  };
}
