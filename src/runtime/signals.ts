/**
 * The signals of the process. SIGTERM and SIGINT: the first asks for an orderly stop, a second one
 * is not to be argued with. SIGHUP: the configuration is to be read again.
 */
import type { Clock } from "#base/platform.ts";

/** A launcher passes on the signal that the terminal has sent to all: that is one Ctrl-C. */
const sameKeyMs = 400;

export interface HangUps {
  /** From now on `take` is called, also for one that has come before. */
  begin(take: () => void): void;
  dispose(): void;
}

/** Without anybody who listens a SIGHUP ends the process, also while it starts. */
export function listenForHangUps(): HangUps {
  let isWaiting = false;
  let take = (): void => {
    isWaiting = true;
  };
  const onSignal = (): void => take();
  process.on("SIGHUP", onSignal);
  return {
    begin(next) {
      take = next;
      if (isWaiting) next();
    },
    dispose: () => void process.off("SIGHUP", onSignal),
  };
}

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
