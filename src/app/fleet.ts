/**
 * The workers as one gateway: all serve the same revision, take a new one together or not at all,
 * are counted together and stop together.
 */
import type { ProblemDefinition } from "#base/problem.ts";
import type { Platform } from "#base/platform.ts";
import { createTrafficTotals, type Traffic } from "#analytics/traffic-totals.ts";
import { createGaugeMemory, readGauges, type WorkerGauges } from "#analytics/worker-gauges.ts";
import type { InstanceLists, Revision } from "#configuration/configuration.ts";
import { createSharedCounts, forgetCounts } from "#base/shared-counts.ts";
import { createSharedCells } from "#base/shared-cells.ts";
import { notePurge } from "#extension/cache-purge.ts";
import type { ExplainedSite } from "#extension/policy.ts";
import type { LookedAt, WorkerView } from "#gateway/look-at.ts";
import { createSharedMemory } from "#gateway/shared-memory.ts";
import { createFlightMemory } from "#runtime/flight-table.ts";
import { canShare } from "#runtime/hold-port.ts";
import type { LogSink } from "#runtime/log-sink.ts";
import { createSupervisor, type WorkerStatus } from "#runtime/supervisor.ts";
import { costedServices } from "./costed-services.ts";
import type { LedgerService } from "./ledger/ledger-service.ts";
import { logLostFlights, lostFlights, type LostFlight } from "./lost-flights.ts";
import { splitRevision } from "./revision-parts.ts";
import { createWrittenMemory } from "./worker-log.ts";
import type {
  Drained,
  Fault,
  LogLines,
  MeteredRevision,
  Question,
  WorkerData,
} from "./worker-messages.ts";

export interface FleetOptions {
  readonly platform: Platform;
  readonly sink: LogSink;
  readonly host: string;
  readonly port: number;
  readonly workers: number;
  readonly heapMbMax: number;
  /** In the order in which they are counted. */
  readonly knownProblems: readonly ProblemDefinition[];
  /** All instances of services that find some. */
  readonly instances: () => InstanceLists;
  /** Undefined: nothing is put on record. */
  readonly ledger: LedgerService | undefined;
  readonly onLost: (worker: number, flights: readonly LostFlight[]) => void;
}

export interface Fleet {
  /** Rejects when a worker cannot listen or cannot compile the first revision. */
  start(): Promise<void>;
  readonly revision: Revision;
  /** All workers, or none: rejects with the reason when one of them cannot. One at a time. */
  take(revision: Revision): Promise<void>;
  /** Workers ask for the lists anew. */
  renewInstances(): void;
  /** Resolves to the number of connections that were cut off. */
  drain(): Promise<number>;
  workers(): readonly FleetWorker[];
  traffic(): Traffic;
  /** What any worker has kept of these services is not given any more. */
  purge(serviceNames: readonly string[]): void;
  /** What workers have in common, as the main thread sees it. */
  shared(): NonNullable<ExplainedSite["running"]>;
  /** Of those that answer soon. */
  look(asked: LookedAt): Promise<readonly WorkerView[]>;
  /** Makes the first worker fail. */
  causeFault(fault: Fault): void;
}

export interface FleetWorker extends WorkerStatus {
  readonly gauges: WorkerGauges;
}

/** How long a worker has to say how it stands. */
const lookMs = 1_000;
/** What a worker gets beyond `drainMs` before it is ended. */
const drainGraceMs = 3_000;

interface WorkerMemory {
  flight: SharedArrayBuffer;
  gauges: SharedArrayBuffer;
  written: SharedArrayBuffer;
}

export function createFleet(first: Revision, options: FleetOptions): Fleet {
  const { platform, sink, host, port, knownProblems } = options;
  const totals = createTrafficTotals(knownProblems);
  let revision = first;
  const { stateFolder } = first.configuration;
  let servedSinceMs = 0;
  /** A revision that workers are being given. */
  let taking: Promise<void> | undefined;
  const sharedMemory = createSharedMemory(options.workers);
  const memories: WorkerMemory[] = Array.from({ length: options.workers }, createMemory);

  function metered(index: number, next: Revision): MeteredRevision {
    const names = next.configuration.services.map(({ name }) => name);
    const costed = costedServices(next.configuration);
    const meterMemory = totals.open(index, names, costed);
    return { revision: next, meterMemory, instances: options.instances() };
  }

  const supervisor = createSupervisor({
    platform,
    log: sink.log,
    entry: new URL("./main-worker.ts", import.meta.url),
    count: options.workers,
    // Buffers do not count as heap.
    resourceLimits: { maxOldGenerationSizeMb: options.heapMbMax },
    dataFor(index): WorkerData {
      const memory = createMemory();
      memories[index] = memory;
      const own = metered(index, revision);
      totals.settle(index);
      return {
        first: own,
        index,
        listen: { host, port, shared: canShare },
        logForm: sink.form,
        flightMemory: memory.flight,
        gaugeMemory: memory.gauges,
        writtenMemory: memory.written,
        problems: knownProblems,
        sharedMemory: { ...sharedMemory, counts: { ...sharedMemory.counts, worker: index } },
        stateFolder,
        ledger: options.ledger?.ringFor(index),
      };
    },
    onMessage(index, message) {
      const written = new Int32Array(memoryOf(index).written);
      sink.writeLines(message as LogLines, () => void Atomics.add(written, 0, 1));
    },
    onDied(index) {
      const { flight: flightMemory } = memoryOf(index);
      const { configuration } = revision;
      const dead = { index, flightMemory, servedSinceMs, configuration };
      const flights = lostFlights(dead);
      logLostFlights(sink.log, dead, flights, platform.clock.nowMs());
      options.onLost(index, flights);
      totals.close(index);
      forgetCounts(sharedMemory.counts, index);
    },
  });

  function memoryOf(index: number): WorkerMemory {
    return memories[index] as WorkerMemory;
  }

  const ask = (index: number, question: Question) => supervisor.ask(index, question);

  /** @param next all have prepared it, but for workers that were born since. */
  async function commit(index: number, next: Revision): Promise<void> {
    await ask(index, { kind: "commit", id: next.id }).catch(() =>
      ask(index, { kind: "take", ...metered(index, next) }),
    );
    totals.settle(index);
  }

  /** Not while a revision is on its way: it brings them along. */
  function renewInstances(): void {
    if (taking !== undefined) return;
    const lists = options.instances();
    void supervisor.askAll((): Question => ({ kind: "instances", lists }));
  }

  async function takeAll(next: Revision): Promise<void> {
    const indexes: number[] = [];
    const { parts, rest } = splitRevision(next);
    for (const [index, part] of parts.entries()) {
      await supervisor.askAll((): Question => ({ kind: "part", index, part }));
    }
    const answers = await supervisor.askAll((index): Question => {
      indexes.push(index);
      const own = metered(index, next);
      return { kind: "prepare", partCount: parts.length, ...own, revision: rest };
    });
    const failure = answers.find((answer) => answer.status === "rejected");
    if (failure !== undefined) {
      for (const index of indexes) totals.withdraw(index);
      throw failure.reason;
    }
    // Whoever is born from now on begins with it.
    revision = next;
    servedSinceMs = platform.clock.nowMs();
    await Promise.allSettled(
      supervisor
        .statuses()
        .filter(({ state }) => state !== "waiting")
        .map(({ index }) => commit(index, next)),
    );
  }

  return {
    start: () => supervisor.start(),
    get revision() {
      return revision;
    },
    renewInstances,
    async take(next) {
      taking = takeAll(next);
      await taking.finally(() => (taking = undefined));
      renewInstances();
    },
    async drain() {
      supervisor.retire();
      const { drainMs } = revision.configuration.timeouts;
      const { promise: late, resolve } = Promise.withResolvers<undefined>();
      const cancel = platform.timers.after(drainMs + drainGraceMs, () => resolve(undefined));
      const question: Question = { kind: "drain" };
      const answers = await Promise.race([supervisor.askAll(() => question), late]);
      cancel();
      await supervisor.stop();
      return (answers ?? []).reduce(
        (sum, answer) => sum + (answer.status === "fulfilled" ? (answer.value as Drained).cut : 0),
        0,
      );
    },
    workers: () =>
      supervisor
        .statuses()
        .map((status) => ({ ...status, gauges: readGauges(memoryOf(status.index).gauges) })),
    traffic: () => totals.read(),
    purge(serviceNames) {
      const cells = createSharedCells(sharedMemory.cells);
      for (const name of serviceNames) notePurge(cells, name, platform.clock.nowMs());
    },
    shared: () => ({
      cells: createSharedCells(sharedMemory.cells),
      counts: createSharedCounts(sharedMemory.counts),
    }),
    async look(asked) {
      const question: Question = { kind: "look", asked };
      const views: WorkerView[] = [];
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const cancel = platform.timers.after(lookMs, resolve);
      const all = supervisor.statuses().map(async ({ index }) => {
        views.push((await ask(index, question)) as WorkerView);
      });
      await Promise.race([Promise.allSettled(all), late]);
      cancel();
      return views.toSorted((a, b) => a.worker - b.worker);
    },
    causeFault: (fault) => void ask(0, { kind: "fault", fault }).catch(() => undefined),
  };
}

function createMemory(): WorkerMemory {
  return {
    flight: createFlightMemory(),
    gauges: createGaugeMemory(),
    written: createWrittenMemory(),
  };
}
