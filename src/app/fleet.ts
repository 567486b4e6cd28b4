/**
 * The workers as one gateway: all serve the same revision, take a new one together or not at all,
 * and stop together.
 */
import type { Log } from "#base/log.ts";
import type { Platform } from "#base/platform.ts";
import type { Revision } from "#configuration/configuration.ts";
import { createSupervisor, type WorkerStatus } from "#runtime/supervisor.ts";
import type { LogSink } from "#runtime/log-sink.ts";
import type { Drained, LogBatch, Question, WorkerData } from "./worker-messages.ts";

export interface FleetOptions {
  readonly platform: Platform;
  readonly sink: LogSink;
  readonly host: string;
  readonly port: number;
  readonly workers: number;
  readonly first: Revision;
}

export interface Fleet {
  /** Rejects when a worker cannot listen or cannot compile the first revision. */
  start(): Promise<void>;
  readonly revision: Revision;
  /** All workers, or none: rejects with the reason when one of them cannot. One at a time. */
  take(revision: Revision): Promise<void>;
  /** Resolves to the number of exchanges that were cut off. */
  drain(): Promise<number>;
  statuses(): readonly WorkerStatus[];
}

/** What is on a worker's heap beside buffers, which do not count. */
const resourceLimits = { maxOldGenerationSizeMb: 1_024 };
/** What a worker gets beyond `drainMs` before it is ended. */
const drainGraceMs = 2_000;

export function createFleet(options: FleetOptions): Fleet {
  const { platform, sink, host, port, workers } = options;
  const log: Log = sink.log;
  let revision = options.first;
  const supervisor = createSupervisor({
    platform,
    log,
    entry: new URL("./main-worker.ts", import.meta.url),
    count: workers,
    resourceLimits,
    dataFor: (index): WorkerData => ({
      index,
      listen: { host, port, shared: workers > 1 },
      revision,
      logForm: sink.form,
    }),
    onMessage: (_index, message) => sink.writeLines((message as LogBatch).lines),
    onDied: () => undefined,
  });

  const ask = (question: Question) => supervisor.askAll(() => question);

  return {
    start: () => supervisor.start(),
    get revision() {
      return revision;
    },
    async take(next) {
      const prepared = await ask({ kind: "prepare", revision: next });
      const failure = prepared.find(({ status }) => status === "rejected");
      if (failure?.status === "rejected") throw failure.reason;
      // Whoever is born from now on begins with it.
      revision = next;
      for (const { index } of supervisor.statuses()) {
        supervisor
          .ask(index, { kind: "commit", id: next.id } satisfies Question)
          // Born in between, with the one before.
          .catch(() => supervisor.ask(index, { kind: "take", revision: next } satisfies Question))
          .catch(() => undefined);
      }
    },
    async drain() {
      supervisor.retire();
      const { drainMs } = revision.configuration.timeouts;
      const late = new Promise<undefined>((resolve) =>
        platform.timers.after(drainMs + drainGraceMs, () => resolve(undefined)),
      );
      const answers = await Promise.race([ask({ kind: "drain" }), late]);
      await supervisor.stop();
      let cut = 0;
      for (const answer of answers ?? []) {
        if (answer.status === "fulfilled") cut += (answer.value as Drained).cut;
      }
      return cut;
    },
    statuses: () => supervisor.statuses(),
  };
}
