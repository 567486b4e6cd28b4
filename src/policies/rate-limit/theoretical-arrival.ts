/**
 * The generic cell rate algorithm (ITU-T I.371, virtual scheduling): one number a key, the time at
 * which the next request would come if all came evenly. How far it lies ahead is how much of the
 * burst is used up.
 */
import type { CellKey, SharedCells } from "#base/shared-cells.ts";

export interface Rate {
  readonly requests: number;
  readonly windowMs: number;
  readonly burst: number;
}

/** Times that were counted by another rate say nothing of this one. */
export function keyOfRate(id: string, { requests, windowMs, burst }: Rate, name: string): string {
  return `rate-limit ${id} ${requests}/${windowMs}/${burst} ${name}`;
}

export interface Taken {
  readonly allowed: boolean;
  /** How many more would be allowed at once. */
  readonly remaining: number;
  /** Until there is room for one, 0 when there is; of one that is allowed: until all is free. */
  readonly waitMs: number;
}

export interface TheoreticalArrival {
  readonly take: (key: CellKey, nowMs: number) => Taken;
  /** What taking one would bring; `remaining` then is how many are left before it. */
  readonly look: (key: CellKey, nowMs: number) => Taken;
}

/** 2020-01-01. Times since then in such parts of a millisecond fit a number exactly until 2054. */
const epochMs = 1_577_836_800_000;
const partsPerMs = 2 ** 13;

/** So much may pass between a worker's look at the clock and its turn to count. */
const lateMsMax = 2_000;

/** Beyond, rounding to these parts would count. */
export const requestsPerMsMax = 100;

export function createTheoreticalArrival(cells: SharedCells, rate: Rate): TheoreticalArrival {
  const interval = Math.ceil((rate.windowMs / rate.requests) * partsPerMs) / partsPerMs;
  const tolerance = interval * (rate.burst - 1);
  return {
    take(key, nowMs) {
      const now = nowMs - epochMs;
      let allowed = false;
      let ahead = 0;
      cells.update(key, nowMs, (present) => {
        // A clock that was set back must not keep everybody out until it is as late again.
        const isOfLater = present - now > tolerance + interval + lateMsMax;
        const arrival = isOfLater ? now : Math.max(present, now);
        ahead = arrival - now;
        allowed = ahead <= tolerance;
        const value = arrival + interval;
        return allowed ? { value, untilMs: value + epochMs } : undefined;
      });
      if (allowed) ahead += interval;
      const remaining = Math.max(0, Math.floor((tolerance + interval - ahead) / interval));
      return { allowed, remaining, waitMs: allowed ? ahead : ahead - tolerance };
    },
    look(key, nowMs) {
      const ahead = Math.max(cells.read(key, nowMs) - (nowMs - epochMs), 0);
      return leftOf(ahead, interval, tolerance);
    },
  };
}

/** How it stands when so much of the burst is used up; all in one unit of time. */
export function leftOf(ahead: number, interval: number, tolerance: number): Taken {
  const remaining = Math.max(0, Math.floor((tolerance + interval - ahead) / interval));
  return { allowed: ahead <= tolerance, remaining, waitMs: Math.max(0, ahead - tolerance) };
}
