/**
 * Lets so many in at once, counted over all workers; the others wait for their turn, for a time.
 * Each worker has a queue of its own. Room that becomes free here goes to who waits here or, by as
 * large a part as waits at others, to them: they look for it every few milliseconds.
 */
import type { Cancel, Platform } from "#base/platform.ts";
import type { SharedCounts } from "#base/shared-counts.ts";
import { createFairQueue, type Waiting } from "./fair-queue.ts";
import type { Gradient } from "./gradient.ts";

export interface Gate {
  readonly limit: number;
  /** @param waitMs how long it waits if there is no room. */
  readonly enter: (caller: string, waitMs: number) => Entry;
}

export interface Entry {
  readonly caller: string;
  /** It is in, there is no room to wait, or whether it got in comes later. */
  readonly result: "in" | "full" | Promise<boolean>;
  /** To be called once, whatever became of it. */
  readonly leave: (dropped: boolean) => void;
}

export interface GateSite extends Pick<Platform, "clock" | "timers"> {
  readonly counts: SharedCounts;
  /** Whole numbers from 0 to below a bound. */
  readonly draw: (bound: number) => number;
}

export interface GateRule {
  readonly queueMax: number;
  readonly weights: Readonly<Record<string, number>>;
}

/** How often who waits looks whether another worker has made room. */
const lookMs = 2;

/** @param name under which all workers count. */
export function createGate(
  name: string,
  limit: Gradient,
  { queueMax, weights }: GateRule,
  { clock, timers, counts, draw }: GateSite,
): Gate {
  const share = new Map(Object.entries(weights));
  const queue = createFairQueue(queueMax, (caller) => share.get(caller) ?? 1);
  const key = counts.keyOf(name);
  let told = 0;
  let stopLooking: Cancel | undefined;

  /** Undefined: there is no room. */
  function letIn(): ((dropped: boolean) => void) | undefined {
    const row = counts.enter(key, limit.limit);
    if (row < 0) return undefined;
    const sinceMs = clock.monotonicMs();
    return (dropped) => {
      limit.note(clock.monotonicMs() - sinceMs, counts.look(key).inside, dropped);
      counts.leave(row);
      if (queue.length > 0 && isOurTurn()) admitWaiting();
    };
  }

  function isOurTurn(): boolean {
    const { waitElsewhere } = counts.look(key);
    return waitElsewhere === 0 || draw(waitElsewhere + queue.length) < queue.length;
  }

  function admitWaiting(): void {
    while (queue.length > 0) {
      const leave = letIn();
      if (leave === undefined) break;
      queue.take()?.admit(leave);
    }
    tellWaiting();
  }

  /** The others are to know, and whoever waits is to look. */
  function tellWaiting(): void {
    const { length } = queue;
    if (length !== told) counts.setWaiting(key, length);
    told = length;
    if (length === 0) {
      stopLooking?.();
      stopLooking = undefined;
    } else stopLooking ??= timers.every(lookMs, admitWaiting);
  }

  function wait(caller: string, waitMs: number): Entry {
    let leave: ((dropped: boolean) => void) | undefined;
    const { promise: result, resolve: decide } = Promise.withResolvers<boolean>();
    const waiting: Waiting = {
      caller,
      admit(room) {
        stop();
        leave = room;
        decide(true);
      },
      shed() {
        stop();
        decide(false);
      },
    };
    const giveUp = (): void => {
      queue.remove(waiting);
      tellWaiting();
      decide(false);
    };
    const stop = timers.after(waitMs, giveUp);
    if (!queue.add(waiting)) {
      stop();
      return full(caller);
    }
    tellWaiting();
    return {
      caller,
      result,
      leave(dropped) {
        stop();
        queue.remove(waiting);
        tellWaiting();
        leave?.(dropped);
        leave = undefined;
      },
    };
  }

  return {
    get limit() {
      return limit.limit;
    },
    enter(caller, waitMs) {
      const leave = queue.length > 0 ? undefined : letIn();
      return leave === undefined ? wait(caller, waitMs) : { caller, result: "in", leave };
    },
  };
}

function full(caller: string): Entry {
  return { caller, result: "full", leave: () => undefined };
}
