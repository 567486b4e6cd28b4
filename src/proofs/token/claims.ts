/** What a verified token says, and which caller it is. */
import type { ProofCaller } from "#extension/proof.ts";
import type { TokenCaller } from "./options.ts";

export type Claims = Readonly<Record<string, unknown>>;

/** One that names a subject before those that stand for many, then in the order of the file. */
export function findCaller(
  callers: readonly ProofCaller<TokenCaller>[],
  issuer: string,
  claims: Claims,
): ProofCaller<TokenCaller> | undefined {
  let found: ProofCaller<TokenCaller> | undefined;
  for (const caller of callers) {
    const { options } = caller;
    if (options.issuer !== issuer || !hasClaims(claims, options)) continue;
    if (options.subject !== undefined) return caller;
    found ??= caller;
  }
  return found;
}

function hasClaims(claims: Claims, { subject, claims: wanted = {} }: TokenCaller): boolean {
  if (subject !== undefined && claims["sub"] !== subject) return false;
  return Object.entries(wanted).every(([name, value]) => {
    const found = claimNamed(claims, name);
    return Array.isArray(found) ? found.some((one) => isEqual(one, value)) : isEqual(found, value);
  });
}

function isEqual(found: unknown, wanted: string | number | boolean): boolean {
  const isPlain = typeof found === "string" || typeof found === "number" || found === !!found;
  return isPlain && String(found) === String(wanted);
}

/** Names may have dots themselves, as URLs do. */
function claimNamed(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let found: unknown = claims;
  for (const part of name.split(".")) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, part)) {
      return undefined;
    }
    found = (found as Claims)[part];
  }
  return found;
}

/** `scope` (RFC 8693 §4.2, RFC 7662), or `scp` as some issuers call it. */
export function scopesIn(claims: Claims): ReadonlySet<string> {
  const found = claims["scope"] ?? claims["scp"];
  const words = typeof found === "string" ? found.split(" ") : Array.isArray(found) ? found : [];
  return new Set(words.filter((word) => typeof word === "string" && word !== ""));
}

const subjectLengthMax = 256;

/**
 * What one person was given is kept apart from what another was by the subject, so that it has to
 * be one as RFC 7519 §4.1.2 has it, whole: two that were cut off, or are no text, may look alike.
 */
export function hasUsableSubject({ sub }: Claims): boolean {
  if (sub === undefined) return true;
  return typeof sub === "string" && sub.length <= subjectLengthMax;
}

export function subjectIn({ sub }: Claims): string | undefined {
  return typeof sub === "string" ? sub : undefined;
}
