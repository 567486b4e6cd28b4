/**
 * Times of entries: the wall clock in microseconds, and how far the logical clock is ahead of it.
 * The logical clock never stands still nor goes back, whatever the wall clock does.
 */

/** The wall clock may differ that much from what it was extrapolated to before it counts as set. */
const driftMsMax = 50;
/** How often it is looked at: reading it for every entry costs as much as encoding a few fields. */
const lookMs = 1;

interface Clocks {
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
}

export class EntryClock {
  readonly #clocks: Clocks;
  #originMs = 0;
  /** When it is to be looked at again. */
  #lookAtMs = -Infinity;
  #last = 0;
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
    if (monotonicMs >= this.#lookAtMs) this.#look(monotonicMs);
    this.timeUs = Math.max(0, Math.floor((this.#originMs + monotonicMs) * 1_000));
    this.#last = Math.max(this.#last + 1, this.timeUs);
    this.aheadUs = this.#last - this.timeUs;
  }

  #look(monotonicMs: number): void {
    this.#lookAtMs = monotonicMs + lookMs;
    const wallMs = this.#clocks.nowMs();
    if (Math.abs(wallMs - this.#originMs - monotonicMs) <= driftMsMax) return;
    this.#originMs = wallMs - this.#clocks.monotonicMs();
  }
}
