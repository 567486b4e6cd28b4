/** How many requests of its own the gateway may add to those of the last seconds. */
import { createTimeWindow } from "./time-window.ts";

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
  const extras = createTimeWindow(windowS * 1_000, clock);
  return {
    noteRequest: requests.add,
    take() {
      const allowed = (requests.total() * percent) / 100 + freePerS * windowS;
      if (extras.total() >= allowed) return false;
      extras.add();
      return true;
    },
  };
}
