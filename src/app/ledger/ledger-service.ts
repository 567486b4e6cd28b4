/**
 * The ledger as the main thread runs it: starts the ledger thread and replaces it when it dies,
 * gives each worker its ring, puts entries of its own on record.
 */
import type { Log, LogRecord } from "#base/log.ts";
import type { Platform } from "#base/platform.ts";
import { Bell } from "#ledger/commit/bell.ts";
import { createStatisticsMemory, readStatistics } from "#ledger/commit/loop-statistics.ts";
import { MissedEntries } from "#ledger/commit/missed-entries.ts";
import { nodeDisk } from "#base/platform.ts";
import { createBodySlots } from "#ledger/bodies/body-slots.ts";
import { newBodyRun } from "#ledger/bodies/body-writer.ts";
import { RingConsumer } from "#ledger/commit/ring-consumer.ts";
import { createRingMemory, takeSurplus } from "#ledger/commit/ring-memory.ts";
import { startWorkerThread, ThreadEnded, type WorkerThread } from "#runtime/worker-thread.ts";
import type {
  Appended,
  BodyMemory,
  LedgerCommand,
  LedgerOpened,
  LedgerThreadData,
  OwnEntry,
  StartEntry,
  WorkerLedger,
} from "./ledger-messages.ts";
import { createWaitMemory, readWaits } from "./wait-meter.ts";
import type { LedgerFacts } from "#analytics/ledger-metrics.ts";

export interface LedgerServiceOptions {
  readonly platform: Platform;
  readonly log: Log;
  readonly path: string;
  readonly checkpoints: string;
  readonly name: string;
  readonly retention: LedgerThreadData["retention"];
  readonly start: StartEntry;
}

export interface LedgerService {
  readonly origin: string;
  /** Folder of the ledger. */
  readonly path: string;
  readonly bodies: BodyMemory;
  /** A new ring for a worker that is about to be born; that of its predecessor is emptied. */
  ringFor(worker: number): WorkerLedger;
  /** Resolves when they are durable, however long that takes; rejects when it has stopped. */
  append(entries: readonly OwnEntry[]): Promise<readonly Appended[]>;
  /** Signs the tree now. Resolves to its size. */
  checkpoint(): Promise<number>;
  /** Resolves to whether everything is on record. */
  stop(entry: OwnEntry): Promise<boolean>;
  facts(): LedgerFacts;
  /** For tests. */
  causeFault(): void;
}

const pauseMsMin = 100;
const pauseMsMax = 1_000;
const youngMs = 1_000;
const stopMsMax = 10_000;
const everything = Number.MAX_SAFE_INTEGER;

/** Rejects when the log cannot be opened, with the reason in words. */
export async function startLedger(options: LedgerServiceOptions): Promise<LedgerService> {
  const { platform, log, path, checkpoints, name, retention, start } = options;
  const bellMemory = Bell.createMemory();
  const bell = new Bell(bellMemory);
  const statistics = createStatisticsMemory();
  const missed = new MissedEntries();
  const rings = new Map<number, SharedArrayBuffer>();
  const ringOf = new Map<number, number>();
  const waits = new Map<number, SharedArrayBuffer>();
  const bodies: BodyMemory = {
    run: newBodyRun(nodeDisk, path, platform.random),
    slots: createBodySlots(start.workers),
  };
  const wallAtZeroMs = platform.clock.nowMs() - platform.clock.monotonicMs();
  let lastRing = 0;
  let thread: WorkerThread | undefined;
  let bornMs = 0;
  let youngDeaths = 0;
  let restarts = 0;
  let isUp = false;
  let isStopping = false;
  /** Resolves when there is a thread again. */
  let back = Promise.withResolvers<void>();
  let opened: LedgerOpened | undefined;

  async function bear(): Promise<LedgerOpened> {
    bornMs = platform.clock.monotonicMs();
    const data: LedgerThreadData = {
      ...{ path, checkpoints, name, retention, bell: bellMemory, statistics, start, bodies },
      clockAheadMs: platform.clock.nowMs() - bornMs - wallAtZeroMs,
      run: opened?.run,
      missed: missed.value,
      rings: Array.from(rings, ([id, memory]) => ({ id, memory })),
    };
    const born = startWorkerThread({
      entry: new URL("./ledger-thread.ts", import.meta.url),
      name: "ledger",
      data,
      resourceLimits: {},
      onMessage: (message) => {
        const { level, event, message: text, fields } = message as LogRecord;
        log[level](event, text, fields);
      },
      onEnd: (reason) => onEnd(born, reason),
    });
    thread = born;
    try {
      const answer = (await born.ask(undefined)) as LedgerOpened;
      missed.clear();
      isUp = true;
      back.resolve();
      return answer;
    } catch (error) {
      thread = undefined;
      await born.terminate();
      throw error;
    }
  }

  function onEnd(ended: WorkerThread, reason: string): void {
    // One that never came up is told of by whoever wanted it.
    if (thread !== ended || isStopping || !isUp) return;
    isUp = false;
    thread = undefined;
    bell.state = "absent";
    back = Promise.withResolvers();
    const message = `the ledger thread died and is replaced: ${firstLine(reason)}`;
    log.error("ledger-thread-died", message, { reason });
    restarts++;
    rememberMissed(reason);
    const livedMs = platform.clock.monotonicMs() - bornMs;
    youngDeaths = livedMs < youngMs ? youngDeaths + 1 : 0;
    replaceAfter(youngDeaths === 0 ? 0 : pauseMsMin * 2 ** (youngDeaths - 1), reason);
  }

  function replaceAfter(pauseMs: number, reason: string): void {
    platform.timers.after(Math.min(pauseMsMax, pauseMs), () => void replace(reason));
  }

  async function replace(reason: string): Promise<void> {
    if (isStopping) return;
    try {
      opened = await bear();
      log.info("ledger-thread-replaced", "the ledger thread is up again");
    } catch (error) {
      if (isStopping) return;
      const why = firstLine(error instanceof Error ? error.message : String(error));
      log.error("ledger-thread-failed", `the ledger cannot be opened: ${why}`, { reason: why });
      giveUpAll(reason);
      replaceAfter(pauseMsMax, reason);
    }
  }

  /** What the thread had counted and told in no gap entry yet. */
  function rememberMissed(reason: string): void {
    const { missed: count } = readStatistics(statistics);
    if (count === 0) return;
    const why = `the disk failed, then the ledger thread died: ${firstLine(reason)}`;
    const sinceUs = Math.floor(platform.clock.nowMs() * 1_000);
    missed.addAll({ count, exchanges: [], sinceUs, reason: why });
  }

  /** Nobody commits, and nobody is to wait for ever. */
  function giveUpAll(reason: string): void {
    const why = `the ledger thread died: ${firstLine(reason)}`;
    missed.begin(platform.clock.nowMs() * 1_000, why);
    for (const memory of rings.values()) {
      const ring = new RingConsumer(memory);
      ring.take(() => -1, everything);
      ring.giveUp(missed.add);
    }
  }

  function tell(command: LedgerCommand): void {
    if (thread === undefined) return;
    thread.ask(command).catch(() => undefined);
    bell.ringForCommand();
  }

  async function ask(command: LedgerCommand): Promise<unknown> {
    for (;;) {
      await back.promise;
      if (thread === undefined) continue;
      const answer = thread.ask(command);
      bell.ringForCommand();
      try {
        return await answer;
      } catch (error) {
        if (isStopping || !(error instanceof ThreadEnded)) throw error;
      }
    }
  }

  opened = await bear();
  const { origin } = opened;
  const openedAtMs = platform.clock.nowMs();
  return {
    origin,
    path,
    bodies,
    ringFor(worker) {
      const before = ringOf.get(worker);
      if (before !== undefined) {
        tell({ kind: "retire", id: before });
        bell.shift(-takeSurplus(rings.get(before) as SharedArrayBuffer));
        retireLater(before);
      }
      const id = ++lastRing;
      const memory = createRingMemory();
      rings.set(id, memory);
      ringOf.set(worker, id);
      if (!waits.has(worker)) waits.set(worker, createWaitMemory());
      tell({ kind: "ring", id, memory });
      const own = waits.get(worker) as SharedArrayBuffer;
      return {
        ...(opened as LedgerOpened),
        worker,
        ring: memory,
        bell: bellMemory,
        waits: own,
        path,
        bodies,
      };
    },
    append: (entries) => ask({ kind: "append", entries }) as Promise<readonly Appended[]>,
    checkpoint: () => ask({ kind: "checkpoint" }) as Promise<number>,
    stop: (entry) => stop(entry),
    facts: () => ({
      ...readStatistics(statistics),
      waits: readWaits(waits.values()),
      isOpen: bell.isOpen,
      restarts,
      openedAtMs,
      nowMs: platform.clock.nowMs(),
    }),
    causeFault: () => tell({ kind: "fault" }),
  };

  /** Should the ledger thread die meanwhile, its successor is to find it. */
  function retireLater(id: number): void {
    platform.timers.after(stopMsMax, () => rings.delete(id));
  }

  async function stop(entry: OwnEntry): Promise<boolean> {
    isStopping = true;
    const { promise: late, resolve } = Promise.withResolvers<boolean>();
    const cancel = platform.timers.after(stopMsMax, () => resolve(false));
    const answer = ask({ kind: "stop", entry }).then(Boolean, () => false);
    const isWhole = await Promise.race([answer, late]);
    cancel();
    await thread?.terminate();
    return isWhole;
  }
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
