/** What a shared cache may keep of an answer, and for how long (RFC 9111 §3, §4.2; RFC 5861). */
import { parseDirectives, secondsOf, type Directives } from "./directives.ts";
import { parseHttpDate } from "./http-date.ts";

export type ReadField = (lowerCaseName: string) => string | undefined;

/** What the operator says where answers say nothing. */
export interface Defaults {
  /** As if it had said `public, max-age=...`; undefined: nothing is kept of such an answer. */
  readonly freshS: number | undefined;
  readonly staleIfErrorS: number;
  readonly staleWhileRevalidateS: number;
  /** Of the time since its last change, for which an answer is taken to be fresh; 0: none. */
  readonly heuristicPercent: number;
}

export interface Moments {
  /** Wall clock. */
  readonly requestedMs: number;
  readonly receivedMs: number;
}

/** How long it may be used. */
export interface Lifetime {
  /** When it was received (RFC 9111 §4.2.3). */
  readonly initialAgeMs: number;
  readonly freshMs: number;
  readonly staleIfErrorMs: number;
  readonly staleWhileRevalidateMs: number;
  /** It is never used without asking. */
  readonly alwaysValidate: boolean;
  /** Once it is stale. */
  readonly neverStale: boolean;
  /** Whether the operator's word stands for one of the answer's own. */
  readonly isTimed: boolean;
}

export type Judgement = Lifetime | { readonly unkept: string };

/** RFC 9110 §15.1: those that may be kept although nothing says so. */
const heuristicStatuses = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501]);
/** Of which everything about caching is known here (RFC 9111 §5.2.2.3). */
const understoodStatuses = new Set([...heuristicStatuses, 302, 303, 307, 400, 401, 403, 500, 503]);
const heuristicMaxMs = 86_400_000;

const unsaid = { unkept: "nothing says that it may be kept" };

function hasNone({ freshS, heuristicPercent }: Defaults): boolean {
  return freshS === undefined && heuristicPercent === 0;
}

/** @param authorized whether its request has `Authorization`. */
export function judgeAnswer(
  status: number,
  field: ReadField,
  authorized: boolean,
  { requestedMs, receivedMs }: Moments,
  defaults: Defaults,
): Judgement {
  const said = parseDirectives(field("cache-control"));
  const unkept = whyUnkept(status, said, field, authorized);
  if (unkept !== undefined) return { unkept };
  if (said.size === 0 && field("expires") === undefined && hasNone(defaults)) return unsaid;
  const dateMs = parseHttpDate(field("date") ?? "", receivedMs) ?? receivedMs;
  const explicit = explicitMs(said, field, dateMs, receivedMs);
  const alwaysValidate = said.has("no-cache");
  const saysNothing = explicit === undefined && !alwaysValidate && !said.has("public");
  const isTimed = saysNothing && defaults.freshS !== undefined && status >= 200 && status < 300;
  if (isTimed && field("set-cookie") !== undefined) return { unkept: "it sets a cookie" };
  const freshMs = isTimed
    ? defaults.freshS * 1_000
    : (explicit ?? heuristicMs(status, field, dateMs, defaults.heuristicPercent, receivedMs));
  if (freshMs === 0 && saysNothing) return unsaid;
  const shared = said.has("s-maxage") || said.has("proxy-revalidate");
  const neverStale = shared || said.has("must-revalidate") || alwaysValidate;
  const extended = (name: string, otherwiseS: number): number =>
    neverStale ? 0 : 1_000 * (secondsOf(said, name) ?? otherwiseS);
  const lifetime: Lifetime = {
    initialAgeMs: initialAgeMs(field("age"), dateMs, requestedMs, receivedMs),
    freshMs,
    staleIfErrorMs: extended("stale-if-error", defaults.staleIfErrorS),
    staleWhileRevalidateMs: extended("stale-while-revalidate", defaults.staleWhileRevalidateS),
    alwaysValidate,
    neverStale,
    isTimed,
  };
  return isOfUse(lifetime, field) ? lifetime : { unkept: "it is stale at once" };
}

function whyUnkept(
  status: number,
  said: Directives,
  field: ReadField,
  authorized: boolean,
): string | undefined {
  if (status < 200 || status === 206 || status === 304) return `status ${status} is none to keep`;
  const understands = understoodStatuses.has(status);
  if (said.has("must-understand")) {
    if (!understands) return `must-understand, and status ${status} is not understood`;
  } else if (said.has("no-store")) return "no-store";
  if (said.has("private")) return "private";
  const mayShare = said.has("public") || said.has("must-revalidate") || said.has("s-maxage");
  // RFC 9111 §3.5.
  if (authorized && !mayShare) return "the request has Authorization";
  if (field("vary")?.includes("*") === true) return "Vary: *";
  return undefined;
}

/** RFC 9111 §4.2.1. @returns undefined: it does not say. */
function explicitMs(
  said: Directives,
  field: ReadField,
  dateMs: number,
  nowMs: number,
): number | undefined {
  const seconds = secondsOf(said, "s-maxage") ?? secondsOf(said, "max-age");
  if (seconds !== undefined) return seconds * 1_000;
  const expires = field("expires");
  if (expires === undefined) return undefined;
  // RFC 9111 §5.3: what is no date is over, above all "0".
  return Math.max(0, (parseHttpDate(expires, nowMs) ?? 0) - dateMs);
}

/** RFC 9111 §4.2.2. */
function heuristicMs(
  status: number,
  field: ReadField,
  dateMs: number,
  percent: number,
  nowMs: number,
): number {
  if (percent === 0 || !heuristicStatuses.has(status)) return 0;
  const changedMs = parseHttpDate(field("last-modified") ?? "", nowMs);
  if (changedMs === undefined) return 0;
  return Math.min(heuristicMaxMs, (Math.max(0, dateMs - changedMs) * percent) / 100);
}

/** RFC 9111 §4.2.3. */
function initialAgeMs(
  age: string | undefined,
  dateMs: number,
  requestedMs: number,
  receivedMs: number,
): number {
  const apparentMs = Math.max(0, receivedMs - dateMs);
  // RFC 9111 §5.1: the first of several counts, and what is no number does not.
  const first = age?.split(",")[0]?.trim() ?? "";
  const ageMs = /^\d{1,10}$/.test(first) ? Number(first) * 1_000 : 0;
  return Math.max(apparentMs, ageMs + (receivedMs - requestedMs));
}

function isOfUse(lifetime: Lifetime, field: ReadField): boolean {
  if (field("etag") !== undefined || field("last-modified") !== undefined) return true;
  const { freshMs, initialAgeMs: ageMs, alwaysValidate } = lifetime;
  if (alwaysValidate) return false;
  const { staleIfErrorMs, staleWhileRevalidateMs } = lifetime;
  return freshMs + Math.max(staleIfErrorMs, staleWhileRevalidateMs) > ageMs;
}
