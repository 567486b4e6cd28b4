/**
 * How many requests a service takes at once before it only gets slower, found out while it works,
 * by the gradient of its latency (after Netflix's concurrency-limits). As long as the recent
 * latency is near the best one the limit grows; when it rises the limit falls by as much.
 */

export interface Gradient {
  readonly limit: number;
  /** A request has ended. @param dropped whether the service refused it for being busy. */
  readonly note: (tookMs: number, inFlight: number, dropped: boolean) => void;
}

/** Of recent requests that are looked at together. */
const samplesPerStep = 20;
/** By so much of the difference the best is forgotten, each step: a service may stay slower. */
const forgotten = 1 / 500;
/** Latency may rise by half before it counts. */
const tolerance = 1.5;
/** How much of a change is made at once. */
const smoothing = 0.2;

export function createGradient({ min, max }: { min: number; max: number }): Gradient {
  let limit = Math.min(max, Math.max(min, 20));
  let bestMs = Infinity;
  let sumMs = 0;
  let count = 0;
  let peak = 0;
  let drops = 0;

  function step(): void {
    const recentMs = Math.max(sumMs / count, 0.01);
    if (recentMs < bestMs) bestMs = recentMs;
    else bestMs += (recentMs - bestMs) * forgotten;
    if (drops > 0) limit *= 0.9;
    // Who does not use what there is, learns nothing of it.
    else if (peak * 2 >= limit) {
      const gradient = Math.max(0.5, Math.min(1, (tolerance * bestMs) / recentMs));
      limit += (limit * gradient + Math.sqrt(limit) - limit) * smoothing;
    }
    limit = Math.min(max, Math.max(min, limit));
    sumMs = 0;
    count = 0;
    peak = 0;
    drops = 0;
  }

  return {
    get limit() {
      return Math.floor(limit);
    },
    note(tookMs, inFlight, dropped) {
      sumMs += tookMs;
      count++;
      peak = Math.max(peak, inFlight);
      if (dropped) drops++;
      if (count >= samplesPerStep) step();
    },
  };
}
