/** A worker's store of limits: that of the present revision; a new one replaces the one before. */
import type { Log } from "#base/log.ts";
import type { Platform } from "#base/platform.ts";
import type { SharedStore } from "#base/shared-store.ts";
import type { LimitStore } from "#configuration/configuration.ts";
import { saysTheSame } from "#configuration/revision.ts";
import type { KeptStore } from "#store/keep-store.ts";

export interface WorkerStore {
  /** Undefined: there is none. */
  readonly current: SharedStore | undefined;
  /** 0: there is none, 1: it is away, 2: it answers. */
  readonly state: number;
  readonly missed: number;
  /** Resolves when a new one has answered, or has not. */
  take(declared: LimitStore | undefined): Promise<void>;
}

/** For exchanges that still go by the revision before. */
const lingerMs = 10_000;

export function createWorkerStore(platform: Platform, log: Log): WorkerStore {
  let declared: LimitStore | undefined;
  let kept: KeptStore | undefined;
  /** Of those before. */
  let missedBefore = 0;

  async function open(next: LimitStore): Promise<KeptStore> {
    const { keepStore } = await import("#store/keep-store.ts");
    const { host, port, database, username, tls, password, ...options } = next;
    const ca = tls?.caFile === undefined ? undefined : platform.files.read(tls.caFile);
    const address = {
      ...{ host, port, database, username, password: password?.secret },
      tls: tls && { serverName: tls.serverName, ca },
    };
    return keepStore({ ...options, address }, platform, log);
  }

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
      const fresh = next && (await open(next));
      const before = kept;
      missedBefore += before?.missed ?? 0;
      [declared, kept] = [next, fresh];
      if (before !== undefined) platform.timers.after(lingerMs, before.close);
      await fresh?.settled;
    },
  };
}
