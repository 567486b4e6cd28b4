/**
 * SIGTERM and SIGINT: the first asks for an orderly stop, a second one is not to be argued with.
 */
import type { Clock } from "#base/platform.ts";

/** A launcher passes on the signal that the terminal has sent to all: that is one Ctrl-C. */
const sameKeyMs = 400;

export interface StopSignals {
  /** Resolves to the name of the first signal. */
  readonly asked: Promise<string>;
  dispose(): void;
}

export function listenForStop(clock: Clock, onSecond: (signal: string) => void): StopSignals {
  const { promise: asked, resolve } = Promise.withResolvers<string>();
  let askedMs: number | undefined;
  const onSignal = (signal: string): void => {
    if (askedMs === undefined) {
      askedMs = clock.monotonicMs();
      resolve(signal);
    } else if (clock.monotonicMs() - askedMs > sameKeyMs) onSecond(signal);
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  return {
    asked,
    dispose() {
      process.off("SIGTERM", onSignal);
      process.off("SIGINT", onSignal);
    },
  };
}
