/** How late timers fire: what callers feel of work that does not give way. */
import type { Platform } from "#base/platform.ts";

const periodMs = 50;

export interface LoopDelay {
  /** The longest delay since the last call. */
  takeMaxMs(): number;
}

export function createLoopDelay({ clock, timers }: Pick<Platform, "clock" | "timers">): LoopDelay {
  let lastMs = clock.monotonicMs();
  let maxMs = 0;
  timers.every(periodMs, () => {
    const nowMs = clock.monotonicMs();
    maxMs = Math.max(maxMs, nowMs - lastMs - periodMs);
    lastMs = nowMs;
  });
  return {
    takeMaxMs() {
      const taken = maxMs;
      maxMs = 0;
      return taken;
    },
  };
}
