/** A worker's store of limits: that of the present revision; a new one replaces the one before. */
import type { Log } from "#base/log.ts";
import type { Platform } from "#base/platform.ts";
import type { SharedStore } from "#base/shared-store.ts";
import type { LimitStore } from "#configuration/configuration.ts";
import { saysTheSame } from "#configuration/revision.ts";
import type { KeptStore } from "#store/keep-store.ts";
import { openStore } from "./open-store.ts";

export interface WorkerStore {
  /** Undefined: there is none. */
  readonly current: SharedStore | undefined;
  /** 0: there is none, 1: it is away, 2: it answers. */
  readonly state: number;
  readonly missed: number;
  /** Resolves when a new one has answered, or has not. */
  take(declared: LimitStore | undefined): Promise<void>;
  /** What was asked for before has been answered, or has missed its time. */
  finish(): Promise<void>;
}

/** For exchanges that still go by the revision before. */
const lingerMs = 10_000;

export function createWorkerStore(platform: Platform, log: Log): WorkerStore {
  let declared: LimitStore | undefined;
  let kept: KeptStore | undefined;
  /** Of those before. */
  let missedBefore = 0;

  return {
    get current() {
      return kept;
    },
    get state() {
      if (kept === undefined) return 0;
      return kept.isUp ? 2 : 1;
    },
    get missed() {
      return missedBefore + (kept?.missed ?? 0);
    },
    async take(next) {
      if (saysTheSame(next, declared)) return;
      const fresh = next && (await openStore(next, platform, log));
      const before = kept;
      missedBefore += before?.missed ?? 0;
      [declared, kept] = [next, fresh];
      if (before !== undefined) platform.timers.after(lingerMs, before.close);
      await fresh?.settled;
    },
    finish: async () => kept?.finish(),
  };
}
