/** One circuit: closed, open for a time, then half open for one attempt at a time. */
import { createTimeWindow } from "#base/time-window.ts";

export interface CircuitRule {
  readonly failurePercent: number;
  readonly requestsMin: number;
  readonly windowMs: number;
  readonly openMs: number;
}

export interface Circuit {
  /** @returns 0: go on; else after how many milliseconds it may be tried again. */
  readonly enter: () => number;
  /** Of an attempt that went on. @param tookMs since it entered, about. */
  readonly leave: (failed: boolean, tookMs: number) => void;
  /** For who asks: it is closed, or open for so long. */
  readonly tell: () => string;
  /** Of an attempt that went on: it is made anew, and enters once more. */
  readonly comeBack: () => void;
}

export function createCircuit(
  { failurePercent, requestsMin, windowMs, openMs }: CircuitRule,
  clock: { readonly monotonicMs: () => number },
): Circuit {
  const all = createTimeWindow(windowMs, clock);
  const failures = createTimeWindow(windowMs, clock);
  let openUntilMs = 0;
  /** Until when the attempt that finds out has time; 0: there is none under way. */
  let probeUntilMs = 0;

  function open(nowMs: number): void {
    openUntilMs = nowMs + openMs;
    probeUntilMs = 0;
    all.clear();
    failures.clear();
  }

  return {
    enter() {
      if (openUntilMs === 0) return 0;
      const nowMs = clock.monotonicMs();
      if (nowMs < openUntilMs) return openUntilMs - nowMs;
      // An attempt whose end is never told, because its caller went away, must not hold it open.
      if (nowMs < probeUntilMs) return probeUntilMs - nowMs;
      probeUntilMs = nowMs + openMs;
      return 0;
    },
    leave(failed, tookMs) {
      const nowMs = clock.monotonicMs();
      if (openUntilMs > 0) {
        // Those that were under way when it opened say nothing new, however late they end.
        const wasUnderWay = nowMs - tookMs < openUntilMs - openMs;
        if (probeUntilMs === 0 || wasUnderWay) return;
        if (failed) return open(nowMs);
        openUntilMs = 0;
        probeUntilMs = 0;
        return;
      }
      all.add();
      if (failed) failures.add();
      const total = all.total();
      if (total >= requestsMin && failures.total() * 100 >= failurePercent * total) open(nowMs);
    },
    tell() {
      const leftMs = Math.ceil(openUntilMs - clock.monotonicMs());
      if (openUntilMs === 0) return `closed, ${failures.total()} of ${all.total()} failed`;
      return leftMs > 0 ? `open for ${leftMs} ms more` : "half open: the next attempt finds out";
    },
    comeBack() {
      probeUntilMs = 0;
    },
  };
}
