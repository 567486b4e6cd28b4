/**
 * Exchanges whose time is given, by their caller or a policy: they are looked at more often than
 * the coarse clock goes, so that a short time is not exceeded by more than it is long.
 */
import type { Cancel, Platform } from "#base/platform.ts";

export interface Timed {
  onTimeTick(nowMs: number): void;
}

export interface TimedExchanges {
  readonly add: (exchange: Timed) => void;
  readonly remove: (exchange: Timed) => void;
}

const everyMs = 10;

export function createTimedExchanges({
  clock,
  timers,
}: Pick<Platform, "clock" | "timers">): TimedExchanges {
  const timed = new Set<Timed>();
  let stop: Cancel | undefined;

  function look(): void {
    const nowMs = clock.monotonicMs();
    for (const exchange of timed) exchange.onTimeTick(nowMs);
    if (timed.size > 0) return;
    stop?.();
    stop = undefined;
  }

  return {
    add(exchange) {
      timed.add(exchange);
      stop ??= timers.every(everyMs, look);
    },
    remove: (exchange) => void timed.delete(exchange),
  };
}
