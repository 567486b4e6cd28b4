/**
 * Tokens that only their issuer can read: it is asked about each (RFC 7662), once for all who send
 * the same at the same time, and by so many at once at most.
 */
import type { Platform } from "#base/platform.ts";
import type { Problem } from "#base/problem.ts";
import type { Claims } from "./claims.ts";
import { fetchJson, statusIn } from "./fetch-json.ts";
import type { Introspection, Issuer } from "./options.ts";
import { problems } from "./problems.ts";
import { reasonIn } from "./reason.ts";
import type { Verified } from "./verify-token.ts";

export interface Introspector {
  ask(token: string): Promise<Verified | Problem>;
}

const underWayMax = 128;
/** RFC 6750 §2.1: what else a token might be, no issuer has given. */
const shape = /^[A-Za-z0-9._~+/-]+=*$/;
/** How long an answer that a token does not count is remembered, and of how many. */
const inactiveMs = 5_000;
const inactiveMax = 1_000;
/** How long after a failure nobody asks again. */
const failedMs = 1_000;

export function createIntrospector(
  platform: Platform,
  name: string,
  issuer: Issuer & { readonly introspection: Introspection },
): Introspector {
  const { clock } = platform;
  const { uri, clientId, clientSecret, cacheMs } = issuer.introspection;
  const credentials = [clientId, clientSecret.secret].map(encodeURIComponent).join(":");
  const headers = {
    authorization: `Basic ${Buffer.from(credentials).toString("base64")}`,
    "content-type": "application/x-www-form-urlencoded",
  };
  const underWay = new Map<string, Promise<Verified | Problem>>();
  const inactive = new Map<string, number>();
  let failedUntilMs = -Infinity;

  async function send(token: string): Promise<Verified | Problem> {
    const body = new URLSearchParams({ token, token_type_hint: "access_token" }).toString();
    try {
      const { value } = await fetchJson(platform, uri, { method: "POST", headers, body });
      const claims = value as Claims | null;
      if (typeof claims?.["active"] !== "boolean") throw new Error(`${uri}: no \`active\` in it`);
      if (claims["active"]) return judge(claims);
      remember(token);
      return problems["token-inactive"](`issuer ${name} says so`);
    } catch (cause) {
      // What it does not want to hear of one token says nothing of the others.
      if (!isAboutToken(statusIn(cause))) failedUntilMs = clock.monotonicMs() + failedMs;
      return unavailable(`issuer ${name} cannot be asked about tokens`, reasonIn(cause));
    }
  }

  function remember(token: string): void {
    if (inactive.size >= inactiveMax) inactive.clear();
    inactive.set(token, clock.monotonicMs() + inactiveMs);
  }

  function judge(claims: Claims): Verified | Problem {
    const { issuer: url, audience, clockSkewMs } = issuer;
    const { iss, aud, exp, nbf } = claims;
    const bad = (claim: string): Problem =>
      problems["token-claims"](`its \`${claim}\` is not what issuer ${name} is configured with`);
    if (iss !== undefined && iss !== url) return bad("iss");
    const names = aud === undefined ? undefined : [aud].flat();
    if (names?.some((one) => typeof one === "string" && audience.includes(one)) === false)
      return bad("aud");
    for (const [claim, time] of Object.entries({ exp, nbf })) {
      if (time === undefined || time === null || typeof time === "number") continue;
      return problems["token-claims"](
        `its \`${claim}\` is no number, by the word of issuer ${name}`,
      );
    }
    const nowMs = clock.nowMs();
    const untilMs = typeof exp === "number" ? exp * 1_000 + clockSkewMs : Infinity;
    if (untilMs <= nowMs) return problems["token-expired"]("its `exp` is in the past");
    if (typeof nbf === "number" && nbf * 1_000 - clockSkewMs > nowMs) {
      return problems["token-not-yet-valid"]("its `nbf` is in the future");
    }
    return { claims, untilMs: Math.min(untilMs, nowMs + cacheMs) };
  }

  return {
    async ask(token) {
      if (!shape.test(token)) {
        return problems["token-malformed"]("it has characters that bearer tokens have not");
      }
      const nowMs = clock.monotonicMs();
      if ((inactive.get(token) ?? -Infinity) > nowMs) {
        return problems["token-inactive"](`issuer ${name} has said so`);
      }
      if (nowMs < failedUntilMs) return unavailable(`issuer ${name} did not answer just now`);
      const known = underWay.get(token);
      if (known !== undefined) return known;
      if (underWay.size >= underWayMax) {
        return unavailable(`issuer ${name} is being asked about ${underWayMax} tokens already`);
      }
      const coming = send(token).finally(() => underWay.delete(token));
      underWay.set(token, coming);
      return coming;
    },
  };
}

/** 401, 403 and 404 are about us, 408 and 429 about all who ask. */
function isAboutToken(status: number | undefined): boolean {
  return status === 400 || status === 413 || status === 414 || status === 422;
}

function unavailable(detail: string, cause?: string): Problem {
  return problems["issuer-unavailable"](detail, { cause, retryAfterS: 1 });
}
