/** Something that fails: told, and left alone, for a second; then it is tried again. */
import type { Clock } from "#base/platform.ts";

export interface Trouble {
  readonly isPresent: boolean;
  readonly begin: (error: unknown) => void;
}

const retryMs = 1_000;

export function createTrouble(
  what: string,
  { clock, onFailure }: { readonly clock: Clock; readonly onFailure: (reason: string) => void },
): Trouble {
  let untilMs = -Infinity;
  return {
    get isPresent() {
      return untilMs > 0 && clock.monotonicMs() < untilMs;
    },
    begin(error) {
      const nowMs = clock.monotonicMs();
      if (nowMs < untilMs) return;
      untilMs = nowMs + retryMs;
      onFailure(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    },
  };
}
