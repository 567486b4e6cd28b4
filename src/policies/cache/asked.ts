/**
 * One request under way, from the moment it is looked up to its end: what was found for it, why it
 * goes to an instance all the same, and whether others wait for what it brings.
 */
import type { Problem } from "#base/problem.ts";
import type { Answered, PolicyRequest, Verdict } from "#extension/policy.ts";
import type { Fields } from "#extension/protocol.ts";
import type { Lifetime } from "./answer-rules.ts";
import type { Conditions } from "./conditions.ts";
import type { Directives } from "./directives.ts";
import type { Flight } from "./flights.ts";
import { stillHolds, type Kept, type Version } from "./kept.ts";
import { credentialsOf } from "./keys.ts";
import { problems } from "./problems.ts";
import { servesInError, useOf } from "./request-rules.ts";
import type { Shared } from "./settings.ts";
import { forwardedStatus, hitStatus, type Forwarded } from "./status-field.ts";

export interface Asked {
  /** "write": it may change what was kept. "other": nothing is done with it. */
  readonly kind: "read" | "write" | "other";
  readonly key: string;
  readonly directives: Directives;
  /** When it was looked up. */
  version: Version;
  /** Wall clock. */
  requestedMs: number;
  why: Forwarded;
  /** What may be used once it was asked for, or if asking fails. */
  found: Kept | undefined;
  /** Whether a caller's own condition is in the way of leading others. */
  readonly mayLead: boolean;
  readonly conditions: Conditions;
  /** It leads, and others may wait. */
  flight: Flight<Kept> | undefined;
  /** Whether it is made for nobody, to have a newer answer. */
  readonly isRefresh: boolean;
  /** As its answer began: it is to be kept. */
  lifetime: Lifetime | undefined;
  /** It is for those who wait now, and is not kept. */
  isMomentary: boolean;
  /** Of its answer, where that is not at hand when it is kept. */
  vary: string | undefined;
  fields: Fields;
}

type Known = Pick<Asked, "kind" | "key" | "directives" | "why" | "mayLead" | "conditions">;

/** About to be looked up. */
export function newAsked(request: PolicyRequest, known: Known): Asked {
  return {
    ...known,
    version: { address: 0, writes: 0 },
    requestedMs: 0,
    found: undefined,
    flight: undefined,
    isRefresh: request.isRepeat,
    lifetime: undefined,
    isMomentary: false,
    vary: undefined,
    fields: [],
  };
}

const refreshingMax = 10_000;
const refreshMaxMs = 30_000;

/** What differs between requests that pass and calls that are translated. */
export interface Way {
  readonly find: (asked: Asked) => Kept | undefined;
  readonly versionOf: () => Version;
  readonly answer: (asked: Asked, kept: Kept) => Answered;
  /** Whether what another one brought is for this one too. */
  readonly fits: (kept: Kept) => boolean;
  /** It goes to an instance, to hear whether what is kept still holds. */
  readonly validate: (kept: Kept) => void;
}

export function decide(
  shared: Shared,
  request: PolicyRequest,
  asked: Asked,
  way: Way,
): Verdict | Promise<Verdict> {
  const { platform, options } = shared;
  const nowMs = platform.clock.monotonicMs();
  asked.version = way.versionOf();
  const found = way.find(asked);
  const use = found === undefined ? undefined : useOf(found, asked.directives, nowMs);
  if (found !== undefined && !asked.isRefresh) {
    if (use === "refresh") refresh(shared, request, asked);
    if (use !== "validate") return hit(shared, request, asked, way, found);
  }
  if (asked.directives.has("only-if-cached") && !asked.isRefresh) {
    const detail = "the request says only-if-cached, and nothing is kept that it may have";
    return { kind: "refuse", problem: problems["not-in-cache"](detail) };
  }
  if (found !== undefined) asked.why = asked.directives.has("no-cache") ? "request" : "stale";
  asked.found = found;
  if (options.coalesce !== "off") {
    // Of those who may wait for each other.
    const flightKey = `${asked.key} ${credentialsOf(request)}`;
    const flight = shared.flights.under(flightKey);
    const mayFollow = use === undefined || !asked.directives.has("no-cache");
    if (flight !== undefined && mayFollow && !asked.isRefresh) {
      return flight.landed.then((brought) => take(shared, request, asked, way, brought));
    }
    const apart = shared.flights.areApart(flightKey, nowMs);
    if (asked.mayLead && flight === undefined && !apart) {
      asked.flight = shared.flights.begin(flightKey);
    }
  }
  asked.requestedMs = platform.clock.nowMs();
  if (found !== undefined) way.validate(found);
  return undefined;
}

/** What the leading request brought, or it goes on its own. */
function take(
  shared: Shared,
  request: PolicyRequest,
  asked: Asked,
  way: Way,
  brought: Kept | "again" | undefined,
): Verdict | Promise<Verdict> {
  if (shared.underWay.get(request) !== asked) return undefined;
  if (brought === "again") return decide(shared, request, asked, way);
  if (brought !== undefined && way.fits(brought)) {
    // It was asked for before a write that this one comes after.
    if (!stillHolds(brought, asked.version)) return decide(shared, request, asked, way);
    if (shared.options.cacheStatus) {
      request.addAnswerField("Cache-Status", forwardedStatus(asked.why, { isCollapsed: true }));
    }
    return way.answer(asked, brought);
  }
  asked.requestedMs = shared.platform.clock.nowMs();
  asked.version = way.versionOf();
  if (asked.found !== undefined) way.validate(asked.found);
  return undefined;
}

/** Somebody has it renewed, once, while it is still given. */
function refresh({ refreshing, platform }: Shared, request: PolicyRequest, asked: Asked): void {
  const nowMs = platform.clock.monotonicMs();
  if ((refreshing.get(asked.key) ?? 0) > nowMs) return;
  if (refreshing.size >= refreshingMax) refreshing.clear();
  refreshing.set(asked.key, nowMs + refreshMaxMs);
  request.repeat();
}

function hit(
  { options, platform }: Shared,
  request: PolicyRequest,
  asked: Asked,
  way: Way,
  kept: Kept,
): Verdict {
  if (options.cacheStatus) {
    request.addAnswerField("Cache-Status", hitStatus(kept, platform.clock.monotonicMs()));
  }
  return way.answer(asked, kept);
}

/** Asking has failed: what is kept is better than nothing, where that is allowed. */
export function insteadOfError(
  { options, platform }: Shared,
  request: PolicyRequest,
  asked: Asked,
  way: Pick<Way, "answer">,
  what: { readonly status?: number; readonly problem?: Problem },
): Answered | undefined {
  const { found } = asked;
  const nowMs = platform.clock.monotonicMs();
  if (found === undefined || asked.isRefresh) return undefined;
  if (!servesInError(found, asked.directives, nowMs)) return undefined;
  if (options.cacheStatus) {
    const { status, problem } = what;
    const told = {
      ...(status === undefined ? {} : { status }),
      detail: problem?.definition.code ?? "stale-if-error",
    };
    request.addAnswerField("Cache-Status", forwardedStatus("stale", told));
  }
  return way.answer(asked, found);
}
