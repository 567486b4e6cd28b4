/**
 * Times of entries: the wall clock in microseconds, and how far the logical clock is ahead of it.
 * The logical clock never stands still nor goes back, whatever the wall clock does.
 */

/** The wall clock may differ that much from what it was extrapolated to before it counts as set. */
const driftMsMax = 50;

interface Clocks {
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
}

export class EntryClock {
  readonly #clocks: Clocks;
  #originMs: number;
  #last: number;
  timeUs = 0;
  aheadUs = 0;

  /** @param floorUs of the logical clock: that of the last entry of the log. */
  constructor(clocks: Clocks, floorUs: number) {
    this.#clocks = clocks;
    this.#originMs = clocks.nowMs() - clocks.monotonicMs();
    this.#last = floorUs;
  }

  /** Sets both times for an entry. @param monotonicMs of a moment that has just passed. */
  stamp(monotonicMs: number): void {
    const { nowMs } = this.#clocks;
    let wallMs = this.#originMs + monotonicMs;
    if (Math.abs(nowMs() - wallMs) > driftMsMax) {
      this.#originMs = nowMs() - this.#clocks.monotonicMs();
      wallMs = this.#originMs + monotonicMs;
    }
    this.timeUs = Math.max(0, Math.floor(wallMs * 1_000));
    this.#last = Math.max(this.#last + 1, this.timeUs);
    this.aheadUs = this.#last - this.timeUs;
  }
}
