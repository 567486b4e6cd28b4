/** What a request allows to be done with an answer that is kept (RFC 9111 §4.2.4, §5.2.1). */
import { secondsOf, type Directives } from "./directives.ts";
import { ageMsOf, type Kept } from "./kept.ts";

/** "refresh": it is used, and somebody asks for a newer one meanwhile. */
export type Use = "fresh" | "stale" | "refresh" | "validate";

export function useOf(kept: Kept, asked: Directives, nowMs: number): Use {
  const { alwaysValidate, neverStale, freshMs, staleWhileRevalidateMs } = kept.lifetime;
  const ageMs = ageMsOf(kept, nowMs);
  if (alwaysValidate || asked.has("no-cache")) return "validate";
  const ageMaxS = secondsOf(asked, "max-age");
  if (ageMaxS !== undefined && ageMs > ageMaxS * 1_000) return "validate";
  const staleMs = ageMs - freshMs;
  const minFreshS = secondsOf(asked, "min-fresh");
  if (minFreshS !== undefined && -staleMs < minFreshS * 1_000) return "validate";
  if (staleMs < 0) return "fresh";
  if (neverStale) return "validate";
  if (staleMs <= staleMaxMs(asked)) return "stale";
  return staleMs <= staleWhileRevalidateMs ? "refresh" : "validate";
}

/** `max-stale` without a number: however stale it is. */
function staleMaxMs(asked: Directives): number {
  const argument = asked.get("max-stale");
  if (argument === "") return Infinity;
  return argument === undefined ? -1 : (secondsOf(asked, "max-stale") ?? 0) * 1_000;
}

/** RFC 5861 §4: whether it may be used because asking has failed. */
export function servesInError(kept: Kept, asked: Directives, nowMs: number): boolean {
  const { neverStale, freshMs, staleIfErrorMs } = kept.lifetime;
  if (neverStale) return false;
  const allowedMs = Math.max(staleIfErrorMs, 1_000 * (secondsOf(asked, "stale-if-error") ?? 0));
  return ageMsOf(kept, nowMs) - freshMs <= allowedMs;
}
