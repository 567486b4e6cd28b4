/**
 * The public keys of one issuer: from a file, or fetched, kept for the time that the issuer gives
 * and fetched again once for all who wait. A key id that is not among them is no reason to fetch
 * them more often than `cooldownMs` allows.
 */
import type { Log } from "#base/log.ts";
import type { Platform } from "#base/platform.ts";
import { isProblem, type Problem } from "#base/problem.ts";
import { fetchJson } from "./fetch-json.ts";
import { importKeys, type PublicKeys } from "./public-keys.ts";
import { problems } from "./problems.ts";
import { reasonIn } from "./reason.ts";

export interface KeySet {
  /** What is to be tried first. */
  keys(): Promise<PublicKeys | Problem>;
  /** After a key was not among them: others, or undefined. */
  newerThan(keys: PublicKeys): Promise<PublicKeys | undefined>;
}

export interface RemoteKeys {
  /** Name of the issuer, for messages. */
  readonly name: string;
  /** Undefined: where the issuer's discovery document says. */
  readonly jwksUri: string | undefined;
  readonly issuer: string;
  readonly cooldownMs: number;
  readonly staleMs: number;
}

/** How long keys count where the issuer says nothing, and at least and at most. */
const freshMsByDefault = 600_000;
const freshMsMin = 10_000;
const freshMsMax = 86_400_000;
/** How long after a failure nobody tries again. */
const failedMs = 2_000;

export function createRemoteKeys(
  platform: Platform,
  log: Log,
  { name, jwksUri, issuer, cooldownMs, staleMs }: RemoteKeys,
): KeySet {
  const { clock } = platform;
  let known: PublicKeys | undefined;
  let freshUntilMs = 0;
  let triedMs = -Infinity;
  let failure: Problem | undefined;
  let fetching: Promise<void> | undefined;
  /** What was logged last. */
  let isAway = false;

  /** Once: whoever goes on with old keys would not be heard of until there are none. */
  function tellAway(reason: string): void {
    if (isAway) return;
    isAway = true;
    const left = Math.max(0, Math.round((freshUntilMs + staleMs - clock.monotonicMs()) / 1_000));
    const consequence =
      known === undefined || left === 0
        ? "its tokens are answered with 503 until then"
        : `those that are known go on being used for ${left} s at most`;
    log.warn("issuer-away", `the keys of issuer ${name} cannot be had: ${reason}; ${consequence}`, {
      issuer: name,
    });
  }

  function tellBack(): void {
    if (!isAway) return;
    isAway = false;
    log.info("issuer-back", `the keys of issuer ${name} can be had again`, { issuer: name });
  }

  async function fetchKeys(): Promise<void> {
    triedMs = clock.monotonicMs();
    try {
      const uri = jwksUri ?? (await discover(platform, issuer));
      const { value, maxAgeS } = await fetchJson(platform, uri);
      known = await importKeys(value);
      const freshMs = maxAgeS === undefined ? freshMsByDefault : maxAgeS * 1_000;
      freshUntilMs = clock.monotonicMs() + Math.min(Math.max(freshMs, freshMsMin), freshMsMax);
      failure = undefined;
      tellBack();
    } catch (cause) {
      const detail = `the keys of issuer ${name} cannot be had`;
      const reason = reasonIn(cause);
      const retryAfterS = Math.ceil(failedMs / 1_000);
      failure = problems["issuer-unavailable"](detail, { cause: reason, retryAfterS });
      tellAway(reason);
    }
    fetching = undefined;
  }

  function fetchOnce(): Promise<void> {
    return (fetching ??= fetchKeys());
  }

  return {
    async keys() {
      const nowMs = clock.monotonicMs();
      const mayTry = failure === undefined || nowMs - triedMs >= failedMs;
      if (known !== undefined) {
        if (nowMs <= freshUntilMs) return known;
        if (nowMs <= freshUntilMs + staleMs) {
          // Nobody waits for newer ones as long as these will do.
          if (mayTry) void fetchOnce();
          return known;
        }
      }
      if (mayTry) await fetchOnce();
      if (failure !== undefined) return failure;
      return known as PublicKeys;
    },
    async newerThan(keys) {
      if (fetching === undefined && clock.monotonicMs() - triedMs < cooldownMs) {
        return known === keys ? undefined : known;
      }
      await fetchOnce();
      return known === keys ? undefined : known;
    },
  };
}

/** OpenID Connect Discovery 1.0 §4. */
async function discover(platform: Platform, issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const { value } = await fetchJson(platform, url);
  const found = value as { readonly issuer?: unknown; readonly jwks_uri?: unknown } | null;
  // §4.3: otherwise one issuer could speak for another.
  if (found?.issuer !== issuer) throw new Error(`${url} is about another issuer`);
  const uri = found.jwks_uri;
  if (typeof uri !== "string" || !/^https?:\/\//.test(uri)) {
    throw new Error(`${url} has no \`jwks_uri\``);
  }
  if (issuer.startsWith("https:") && !uri.startsWith("https:")) {
    throw new Error(`${url} leads to keys without TLS`);
  }
  return uri;
}

/** Keys that never change: a new file is a new revision. Throws what is wrong with them. */
export function createFixedKeys(text: string): KeySet {
  const value: unknown = JSON.parse(text);
  let coming: Promise<PublicKeys> | undefined;
  return {
    keys: () => (coming ??= importKeys(value)),
    newerThan: () => Promise.resolve(undefined),
  };
}

export function isRefusal(keys: PublicKeys | Problem): keys is Problem {
  return isProblem(keys);
}
