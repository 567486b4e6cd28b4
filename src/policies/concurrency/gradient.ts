/**
 * How many requests a service takes at once before it only gets slower, found out while it works,
 * by the gradient of its latency (after Netflix's concurrency-limits). As long as the recent
 * latency is near the best one the limit grows; when it rises the limit falls by as much. What the
 * best is, is measured from time to time with few at once (after Envoy's gradient controller).
 */

export interface Gradient {
  readonly limit: number;
  /** A request has ended. @param dropped whether the service refused it for being busy. */
  readonly note: (tookMs: number, inFlight: number, dropped: boolean) => void;
}

/** Of recent requests that are looked at together. */
const samplesPerStep = 20;
/**
 * How often the best is measured anew, in steps: under load that lasts nobody knows any more how
 * fast the service is without it. Only a service with little to do tells.
 */
const firstMeasure = 25;
const stepsBetweenMeasures = 500;
/** Of the limit, while that is measured. */
const measuredPart = 1 / 4;
/** Latency may rise by half before it counts. */
const tolerance = 1.5;
/** Room to find more in, of the root of the limit: what is not there becomes a queue inside. */
const growth = 0.5;
/** How much of a change is made at once. */
const smoothing = 0.2;

export function createGradient({ min, max }: { min: number; max: number }): Gradient {
  let limit = within(20);
  let bestMs = Infinity;
  let sumMs = 0;
  let count = 0;
  let peak = 0;
  let drops = 0;
  let stepsToMeasure = firstMeasure;
  /** While the best is measured: how many that were let in before are still to end. */
  let toDrain = -1;

  function within(wanted: number): number {
    return Math.min(max, Math.max(min, wanted));
  }

  function step(): void {
    const good = count - drops;
    const recentMs = good === 0 ? undefined : Math.max(sumMs / good, 0.01);
    if (toDrain < 0) adjust(recentMs);
    else if (recentMs !== undefined) endMeasure(recentMs);
    sumMs = 0;
    count = 0;
    peak = 0;
    drops = 0;
  }

  function adjust(recentMs = Infinity): void {
    bestMs = Math.min(bestMs, recentMs);
    // Who does not use what there is, learns nothing of it.
    const isUsed = peak * 2 >= limit;
    if (drops > 0) limit = within(limit * 0.9);
    else if (isUsed) {
      const gradient = Math.max(0.5, Math.min(1, (tolerance * bestMs) / recentMs));
      limit = within(limit + (limit * gradient + growth * Math.sqrt(limit) - limit) * smoothing);
    }
    if (isUsed && --stepsToMeasure <= 0) toDrain = Math.ceil(limit);
  }

  function endMeasure(recentMs: number): void {
    bestMs = recentMs;
    toDrain = -1;
    stepsToMeasure = stepsBetweenMeasures;
  }

  return {
    get limit() {
      return Math.floor(toDrain < 0 ? limit : within(limit * measuredPart));
    },
    note(tookMs, inFlight, dropped) {
      if (toDrain > 0) {
        toDrain--;
        return;
      }
      count++;
      peak = Math.max(peak, inFlight);
      // A refusal is soon there, and says nothing of how long the work takes.
      if (dropped) drops++;
      else sumMs += tookMs;
      if (count >= samplesPerStep) step();
    },
  };
}
