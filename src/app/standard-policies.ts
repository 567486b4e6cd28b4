/** The policies of this build, one line each. */
import type { Policy } from "#extension/policy.ts";
import { rateLimit } from "#policies/rate-limit/index.ts";

export const standardPolicies: readonly Policy[] = [rateLimit];
