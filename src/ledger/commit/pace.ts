/**
 * How long entries gather for the next batch. A sync costs the same whatever it covers, so where
 * entries come fast, fewer and larger batches spare most of its price and of waking the workers;
 * where they come slowly, a batch is what came during the last sync, and nobody waits for a timer.
 */
const windowMs = 20;
/** Above this many a millisecond, batches gather. */
const fastPerMs = 10;
/** By how much longer for each more a millisecond: a little faster is not much later. */
const rampMs = 0.5;
/** From here on a sync is a small part of what an entry costs. */
const wantedEntries = 80;
/** From one batch to the next at most, so what gathering adds to a wait. */
const gatherMsMax = 4;

export class Pace {
  #perMs = 0;
  #entries = 0;
  #windowAtMs = 0;
  #begunAtMs = 0;

  /** A batch begins to be written. */
  begin(nowMs: number): void {
    this.#begunAtMs = nowMs;
    const tookMs = nowMs - this.#windowAtMs;
    if (tookMs < windowMs) return;
    this.#perMs = this.#entries / tookMs;
    this.#entries = 0;
    this.#windowAtMs = nowMs;
  }

  /** It was that large. */
  add(entries: number): void {
    this.#entries += entries;
  }

  /** How long the thread is to rest now; 0: not at all. */
  restMs(nowMs: number): number {
    const above = this.#perMs - fastPerMs;
    if (above <= 0) return 0;
    const betweenMs = Math.min(gatherMsMax, above * rampMs, wantedEntries / this.#perMs);
    return Math.max(0, this.#begunAtMs + betweenMs - nowMs);
  }
}
