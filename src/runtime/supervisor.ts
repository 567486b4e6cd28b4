/**
 * Keeps a number of worker threads alive: one that dies is replaced at once, and with growing
 * pauses when its successors die young. It runs no traffic itself and knows nothing of any.
 */
import type { ResourceLimits } from "node:worker_threads";
import type { Log } from "#base/log.ts";
import type { Cancel, Platform } from "#base/platform.ts";
import { startWorkerThread, ThreadEnded, type WorkerThread } from "./worker-thread.ts";

/** A worker that lived shorter than this makes its successor wait. */
const youngMs = 1_000;
const pauseMsMin = 100;
const pauseMsMax = 10_000;

export interface SupervisorOptions {
  readonly platform: Platform;
  readonly log: Log;
  readonly entry: URL;
  readonly count: number;
  readonly resourceLimits: ResourceLimits;
  /** What a new worker is given; asked anew for each replacement. */
  readonly dataFor: (index: number) => unknown;
  readonly onMessage: (index: number, message: unknown) => void;
  /** After a death that nobody asked for, before the replacement. */
  readonly onDied: (index: number) => void;
}

export interface WorkerStatus {
  readonly index: number;
  readonly state: "starting" | "up" | "waiting";
  /** How often it was replaced. */
  readonly restarts: number;
  /** Monotonic. */
  readonly startedMs: number;
}

export interface Supervisor {
  /** Resolves when all are up; rejects with what the first one to fail says. */
  start(): Promise<void>;
  /** To every worker; one that waits to be replaced is left out. */
  askAll(question: (index: number) => unknown): Promise<readonly PromiseSettledResult<unknown>[]>;
  ask(index: number, question: unknown): Promise<unknown>;
  /** From now on the dead stay dead. */
  retire(): void;
  stop(): Promise<void>;
  statuses(): readonly WorkerStatus[];
}

interface Place {
  readonly index: number;
  thread: WorkerThread | undefined;
  isUp: boolean;
  restarts: number;
  youngDeaths: number;
  startedMs: number;
  cancelPause: Cancel | undefined;
}

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { platform, log } = options;
  const { clock, timers } = platform;
  let isRetired = false;
  const places: readonly Place[] = Array.from({ length: options.count }, (_, index) => ({
    index,
    thread: undefined,
    isUp: false,
    restarts: 0,
    youngDeaths: 0,
    startedMs: 0,
    cancelPause: undefined,
  }));

  /** Resolves when the new worker is up. */
  async function bear(place: Place): Promise<void> {
    const { index } = place;
    place.startedMs = clock.monotonicMs();
    place.cancelPause = undefined;
    const thread = startWorkerThread({
      entry: options.entry,
      name: `worker ${index}`,
      data: options.dataFor(index),
      resourceLimits: options.resourceLimits,
      onMessage: (message) => options.onMessage(index, message),
      onEnd: (reason) => onEnd(place, thread, reason),
    });
    place.thread = thread;
    try {
      await thread.ask(undefined);
    } catch (error) {
      // Without what it needs, a port for example, it is of no use.
      await thread.terminate();
      throw error;
    }
    if (place.thread === thread) place.isUp = true;
  }

  function onEnd(place: Place, thread: WorkerThread, reason: string): void {
    if (place.thread !== thread) return;
    place.thread = undefined;
    place.isUp = false;
    if (isRetired) return;
    const livedMs = Math.round(clock.monotonicMs() - place.startedMs);
    const fields = { worker: place.index, livedMs, reason };
    log.error("worker-died", `worker ${place.index} died and is replaced`, fields);
    options.onDied(place.index);
    place.youngDeaths = livedMs < youngMs ? place.youngDeaths + 1 : 0;
    place.restarts++;
    if (place.youngDeaths === 0) return replace(place);
    const pauseMs = Math.min(pauseMsMax, pauseMsMin * 2 ** (place.youngDeaths - 1));
    place.cancelPause = timers.after(pauseMs, () => replace(place));
  }

  function replace(place: Place): void {
    bear(place).then(
      () => log.info("worker-replaced", `worker ${place.index} is up again`),
      (error: unknown) => {
        // Its end is reported by `onEnd`.
        if (error instanceof ThreadEnded || isRetired) return;
        const reason = error instanceof Error ? error.message : String(error);
        log.error("worker-failed", `worker ${place.index} cannot start`, { reason });
      },
    );
  }

  return {
    async start() {
      isRetired = true;
      await Promise.all(places.map(bear));
      isRetired = false;
    },
    askAll(question) {
      const alive = places.filter(({ thread }) => thread !== undefined);
      return Promise.allSettled(
        alive.map(({ index, thread }) => (thread as WorkerThread).ask(question(index))),
      );
    },
    ask(index, question) {
      const thread = places[index]?.thread;
      if (thread === undefined) return Promise.reject(new Error(`worker ${index} is not there`));
      return thread.ask(question);
    },
    retire() {
      isRetired = true;
      for (const { cancelPause } of places) cancelPause?.();
    },
    async stop() {
      this.retire();
      await Promise.all(places.map(async ({ thread }) => thread?.terminate()));
    },
    statuses: () =>
      places.map(({ index, thread, isUp, restarts, startedMs }) => ({
        index,
        state: thread === undefined ? "waiting" : isUp ? "up" : "starting",
        restarts,
        startedMs,
      })),
  };
}
