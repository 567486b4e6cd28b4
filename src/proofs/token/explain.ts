/** What `parlance explain` says of a token: read, not verified, since nothing is fetched for it. */
import { isProblem } from "#base/problem.ts";
import type { ProofExplanation, ProofRequest, ProofUses } from "#extension/proof.ts";
import { findCaller, hasUsableSubject, scopesIn } from "./claims.ts";
import { tokenBytesMaxByDefault, type TokenCaller, type TokenOptions } from "./options.ts";
import { bearerIn, isLikeJwt, readToken } from "./read-token.ts";

export function explainToken(
  { callers, options }: ProofUses<TokenCaller, TokenOptions>,
  request: ProofRequest,
  nowMs: number,
): ProofExplanation {
  const { issuers = {}, tokenBytesMax = tokenBytesMaxByDefault } = options;
  const text = bearerIn(request.field("authorization"));
  if (text === undefined) return { why: "no Authorization: Bearer was sent", absent: true };
  const asked = Object.entries(issuers).filter(([, { introspection }]) => introspection);
  if (!isLikeJwt(text)) {
    const names = asked.map(([name]) => name).join(", ");
    if (names === "") return { why: "the bearer token is no JWT", absent: true };
    return { why: `the bearer token is no JWT; issuer ${names} is asked about it` };
  }
  if (text.length > tokenBytesMax) {
    return { why: `it has ${text.length} bytes, more than tokenBytesMax: ${tokenBytesMax}` };
  }
  const read = readToken(text);
  if (isProblem(read)) return { why: read.detail };
  const { claims, algorithm } = read;
  const found = Object.entries(issuers).find(([, { issuer }]) => issuer === claims["iss"]);
  if (found === undefined) return { why: "its `iss` is none of the issuers" };
  const [name, issuer] = found;
  if (issuer.introspection === undefined && !issuer.algorithms.includes(algorithm)) {
    return { why: `its algorithm is none of those of issuer ${name}` };
  }
  const late = timeFault(claims, issuer.clockSkewMs, nowMs);
  if (late !== undefined) return { why: `of issuer ${name}: ${late}` };
  const audience = [claims["aud"]].flat();
  if (!audience.some((one) => typeof one === "string" && issuer.audience.includes(one))) {
    return { why: `of issuer ${name}: its \`aud\` is none of ${issuer.audience.join(", ")}` };
  }
  if (!hasUsableSubject(claims)) {
    return { why: `of issuer ${name}: its \`sub\` is no text of 256 characters at most` };
  }
  const caller = findCaller(callers, name, claims);
  if (caller === undefined) {
    const who = callers.filter((one) => one.options.issuer === name).map((one) => one.name);
    return { why: `of issuer ${name}: subject and claims fit none of ${who.join(", ")}` };
  }
  const why = `of issuer ${name}, if its signature holds, which is not looked at here`;
  return { why, caller: caller.name, scopes: scopesIn(claims) };
}

function timeFault(
  { exp, nbf }: Readonly<Record<string, unknown>>,
  skewMs: number,
  nowMs: number,
): string | undefined {
  if (typeof exp !== "number") return "it has no `exp`";
  if (exp * 1_000 + skewMs <= nowMs) return "it is over";
  return typeof nbf === "number" && nbf * 1_000 - skewMs > nowMs ? "it begins later" : undefined;
}
