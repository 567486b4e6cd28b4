/**
 * Tokens as `Authorization: Bearer` (RFC 6750): JWTs, verified by their issuer's keys, and opaque
 * ones, which the issuer is asked about.
 */
import { isProblem, type Problem } from "#base/problem.ts";
import type { ProofKind, ProofOutcome } from "#extension/proof.ts";
import { checkTokens } from "./check.ts";
import { findCaller, hasUsableSubject, scopesIn, subjectIn } from "./claims.ts";
import { explainToken } from "./explain.ts";
import { createIssuers, type VerifiedBy } from "./issuers.ts";
import {
  callerSchema,
  optionsSchema,
  tokenBytesMaxByDefault,
  type TokenCaller,
  type TokenOptions,
} from "./options.ts";
import { problems } from "./problems.ts";
import { bearerIn, isLikeJwt } from "./read-token.ts";
import { createTokenCache } from "./token-cache.ts";

/** A key that the issuer has taken back counts no longer than this. */
const cachedMsMax = 300_000;
const field = "authorization";

export const token: ProofKind<TokenCaller, TokenOptions> = {
  name: "token",
  authentication: "token",
  caller: callerSchema,
  options: optionsSchema,
  problems: problems.definitions,
  check: checkTokens,
  explain: explainToken,
  create({ callers, options }, site) {
    const { clock } = site.platform;
    const { tokenBytesMax = tokenBytesMaxByDefault } = options;
    const { verifyJwt, verifyOpaque } = createIssuers(options.issuers ?? {}, site);
    const cache = createTokenCache();

    async function outcomeOf(
      text: string,
      coming: Promise<VerifiedBy | Problem>,
    ): Promise<ProofOutcome> {
      const verified = await coming;
      if (isProblem(verified)) return refuse(verified);
      const { issuer, claims, untilMs } = verified;
      if (!hasUsableSubject(claims)) {
        const detail = "its `sub` is no text of 256 characters at most";
        return refuse(problems["token-claims"](detail));
      }
      const caller = findCaller(callers, issuer, claims);
      if (caller === undefined) {
        const why = `the token of issuer ${issuer} counts, but subject and claims fit no caller`;
        return { kind: "unmatched", why, field };
      }
      const subject = subjectIn(claims);
      const about = { scopes: scopesIn(claims), ...(subject !== undefined && { subject }) };
      const proven = { kind: "proven", caller: caller.index, field, ...about } as const;
      cache.set(text, proven, Math.min(untilMs, clock.nowMs() + cachedMsMax));
      return proven;
    }

    return {
      prove(_request, authorization) {
        const text = bearerIn(authorization);
        if (text === undefined) return undefined;
        const known = cache.get(text, clock.nowMs());
        if (known !== undefined) return known;
        const verify = isLikeJwt(text) ? verifyJwt : verifyOpaque;
        // A key is nobody else's business.
        if (verify === undefined || (verify === verifyOpaque && site.isKey(text))) return undefined;
        if (text.length > tokenBytesMax) {
          const detail = `${text.length} bytes, and tokenBytesMax is ${tokenBytesMax}`;
          return refuse(problems["token-too-large"](detail));
        }
        return outcomeOf(text, verify(text));
      },
      challenge,
    };
  },
};

function refuse(problem: Problem): ProofOutcome {
  return { kind: "refused", problem, field };
}

/** RFC 6750 §3. */
function challenge({ definition: { code, httpStatus } }: Problem): string | undefined {
  if (httpStatus !== 401) return undefined;
  const bearer = 'Bearer realm="parlance"';
  return code.startsWith("token-") ? `${bearer}, error="invalid_token"` : bearer;
}
