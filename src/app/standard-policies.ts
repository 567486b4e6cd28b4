/** The policies of this build, one line each. */
import type { Policy } from "#extension/policy.ts";
import { breaker } from "#policies/breaker/index.ts";
import { cache } from "#policies/cache/index.ts";
import { concurrency } from "#policies/concurrency/index.ts";
import { cors } from "#policies/cors/index.ts";
import { fallback } from "#policies/fallback/index.ts";
import { headers } from "#policies/headers/index.ts";
import { hedge } from "#policies/hedge/index.ts";
import { idempotency } from "#policies/idempotency/index.ts";
import { ipFilter } from "#policies/ip-filter/index.ts";
import { maintenance } from "#policies/maintenance/index.ts";
import { mask } from "#policies/mask/index.ts";
import { quota } from "#policies/quota/index.ts";
import { rateLimit } from "#policies/rate-limit/index.ts";
import { retry } from "#policies/retry/index.ts";
import { sign } from "#policies/sign/index.ts";
import { timeout } from "#policies/timeout/index.ts";
import { validate } from "#policies/validate/index.ts";

export const standardPolicies: readonly Policy[] = [
  breaker,
  cache,
  concurrency,
  cors,
  fallback,
  headers,
  hedge,
  idempotency,
  ipFilter,
  maintenance,
  mask,
  quota,
  rateLimit,
  retry,
  sign,
  timeout,
  validate,
];
