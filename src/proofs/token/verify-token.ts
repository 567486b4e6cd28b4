/** Whether a token is its issuer's and counts now: RFC 7519, RFC 8725, with pinned algorithms. */
import type { JWTVerifyGetKey, JWTVerifyOptions } from "jose";
import type { Platform } from "#base/platform.ts";
import type { Problem } from "#base/problem.ts";
import type { Claims } from "./claims.ts";
import { isRefusal, type KeySet } from "./key-set.ts";
import type { Issuer } from "./options.ts";
import { problems } from "./problems.ts";
import { loadJose, type PublicKeys } from "./public-keys.ts";

export interface Verified {
  readonly claims: Claims;
  /** Wall clock, from when on it does not count any more; the skew is in it. */
  readonly untilMs: number;
}

/** Keys that a token without a key id is tried with. */
const triesMax = 8;

export async function verifyToken(
  token: string,
  name: string,
  issuer: Issuer,
  keySet: KeySet,
  { clock }: Pick<Platform, "clock">,
): Promise<Verified | Problem> {
  const keys = await keySet.keys();
  if (isRefusal(keys)) return keys;
  const outcome = await verifyWith(token, name, issuer, keys, clock.nowMs());
  if (outcome !== "unknown-key") return outcome;
  const newer = await keySet.newerThan(keys);
  const again =
    newer === undefined
      ? "unknown-key"
      : await verifyWith(token, name, issuer, newer, clock.nowMs());
  if (again !== "unknown-key") return again;
  return problems["token-unknown-key"](`issuer ${name} has no key that fits the token's header`);
}

async function verifyWith(
  token: string,
  name: string,
  issuer: Issuer,
  { find }: PublicKeys,
  nowMs: number,
): Promise<Verified | Problem | "unknown-key"> {
  const { jwtVerify, errors } = await loadJose();
  const options: JWTVerifyOptions = {
    issuer: issuer.issuer,
    audience: [...issuer.audience],
    algorithms: [...issuer.algorithms],
    clockTolerance: issuer.clockSkewMs / 1_000,
    currentDate: new Date(nowMs),
    requiredClaims: ["exp"],
  };
  const verify = async (key: JWTVerifyGetKey): Promise<Verified> => {
    const { payload } = await jwtVerify(token, key, options);
    return { claims: payload, untilMs: (payload.exp as number) * 1_000 + issuer.clockSkewMs };
  };
  try {
    return await verify(find);
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return "unknown-key";
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) return refusalOf(error, name, errors);
    let last: unknown = error;
    let tries = 0;
    for await (const key of error) {
      if (++tries > triesMax) break;
      try {
        return await verify(() => key);
      } catch (cause) {
        last = cause;
        // Where its signature holds, no other key is right; one that is of no use (jose throws a
        // TypeError then) is no reason to leave out the others (RFC 7517 §5).
        const isOfClaims = cause instanceof errors.JOSEError;
        if (isOfClaims && !(cause instanceof errors.JWSSignatureVerificationFailed)) break;
      }
    }
    return refusalOf(last, name, errors);
  }
}

function refusalOf(
  error: unknown,
  name: string,
  errors: Awaited<ReturnType<typeof loadJose>>["errors"],
): Problem {
  const more = { cause: error };
  if (error instanceof errors.JWTExpired) {
    return problems["token-expired"](`its \`exp\` is in the past, by the clock here`, more);
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim, reason } = error;
    if (reason === "invalid")
      return problems["token-claims"](`its \`${claim}\` is no number`, more);
    if (claim === "nbf") {
      return problems["token-not-yet-valid"]("its `nbf` is in the future, by the clock here", more);
    }
    // Names of claims that it is asked for, never values of the caller's.
    const detail = `its \`${claim}\` is not what issuer ${name} is configured with`;
    return problems["token-claims"](detail, more);
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return problems["token-algorithm"](name, more);
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return problems["token-signature"](`no key of issuer ${name} has made it`, more);
  }
  if (error instanceof errors.JOSEError) {
    return problems["token-malformed"]("it is no JWT that can be verified", more);
  }
  return problems["token-malformed"]("its key cannot be used to verify it", more);
}
