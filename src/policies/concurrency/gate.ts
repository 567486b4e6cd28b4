/** Lets so many in at once; the others wait for their turn, for a time. */
import type { Platform } from "#base/platform.ts";
import { createFairQueue, type Waiting } from "./fair-queue.ts";
import type { Gradient } from "./gradient.ts";

export interface Gate {
  readonly limit: number;
  readonly enter: (caller: string) => Entry;
}

export interface Entry {
  readonly caller: string;
  /** It is in, there is no room to wait, or whether it got in comes later. */
  readonly result: "in" | "full" | Promise<boolean>;
  /** To be called once, whatever became of it. */
  readonly leave: (dropped: boolean) => void;
}

export interface GateRule {
  readonly queueMax: number;
  readonly waitMs: number;
  readonly weights: Readonly<Record<string, number>>;
}

export function createGate(
  limit: Gradient,
  { queueMax, waitMs, weights }: GateRule,
  { clock, timers }: Pick<Platform, "clock" | "timers">,
): Gate {
  const share = new Map(Object.entries(weights));
  const queue = createFairQueue(queueMax, (caller) => share.get(caller) ?? 1);
  let inFlight = 0;

  function letIn(): (dropped: boolean) => void {
    inFlight++;
    const sinceMs = clock.monotonicMs();
    return (dropped) => {
      limit.note(clock.monotonicMs() - sinceMs, inFlight, dropped);
      inFlight--;
      admitWaiting();
    };
  }

  function admitWaiting(): void {
    while (inFlight < limit.limit && queue.length > 0) queue.take()?.admit();
  }

  function wait(caller: string): Entry {
    let leave: ((dropped: boolean) => void) | undefined;
    const { promise: result, resolve: decide } = Promise.withResolvers<boolean>();
    const waiting: Waiting = {
      caller,
      admit() {
        stop();
        leave = letIn();
        decide(true);
      },
      shed() {
        stop();
        decide(false);
      },
    };
    const giveUp = (): void => {
      queue.remove(waiting);
      decide(false);
    };
    const stop = timers.after(waitMs, giveUp);
    if (!queue.add(waiting)) {
      stop();
      return full(caller);
    }
    return {
      caller,
      result,
      leave(dropped) {
        stop();
        queue.remove(waiting);
        leave?.(dropped);
        leave = undefined;
      },
    };
  }

  return {
    get limit() {
      return limit.limit;
    },
    enter(caller) {
      if (inFlight >= limit.limit || queue.length > 0) return wait(caller);
      return { caller, result: "in", leave: letIn() };
    },
  };
}

function full(caller: string): Entry {
  return { caller, result: "full", leave: () => undefined };
}
