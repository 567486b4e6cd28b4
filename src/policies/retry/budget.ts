/** How many retries the requests of the last seconds allow. */
import { createTimeWindow } from "#base/time-window.ts";

export interface Budget {
  readonly noteRequest: () => void;
  /** Whether one more is allowed; it counts then. */
  readonly take: () => boolean;
}

const windowS = 10;

export function createBudget(
  clock: { readonly monotonicMs: () => number },
  percent: number,
  freePerS: number,
): Budget {
  const requests = createTimeWindow(windowS * 1_000, clock);
  const retries = createTimeWindow(windowS * 1_000, clock);
  return {
    noteRequest: requests.add,
    take() {
      const allowed = (requests.total() * percent) / 100 + freePerS * windowS;
      if (retries.total() >= allowed) return false;
      retries.add();
      return true;
    },
  };
}
