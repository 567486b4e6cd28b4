/**
 * What counts as lately, where it is asked how many callers there are at the moment: connections
 * that stand idle for longer say nothing of what is about to come.
 */
export const latelyMs = 5_000;

/** The highest of values that were told in the last five to ten seconds. */
export class PeakLately {
  #sinceMs = 0;
  #before = 0;
  #now = 0;

  tell(value: number): void {
    if (value > this.#now) this.#now = value;
  }

  /** To be asked more often than every five seconds. @param present what it is now. */
  valueAt(nowMs: number, present: number): number {
    if (nowMs - this.#sinceMs > latelyMs) {
      this.#sinceMs = nowMs;
      this.#before = this.#now;
      this.#now = present;
    }
    return Math.max(this.#before, this.#now);
  }
}
