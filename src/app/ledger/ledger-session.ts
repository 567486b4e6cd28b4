/**
 * What the ledger thread does besides committing: begins a run, closes the intents of the run
 * before, puts own entries on record, and obeys the main thread.
 */
import type { Log } from "#base/log.ts";
import type { Platform } from "#base/platform.ts";
import { Bell } from "#ledger/commit/bell.ts";
import { CommitLoop } from "#ledger/commit/commit-loop.ts";
import { LoopStatistics } from "#ledger/commit/loop-statistics.ts";
import { OpenIntents } from "#ledger/commit/open-intents.ts";
import { RingConsumer } from "#ledger/commit/ring-consumer.ts";
import type { CommitLog } from "#ledger/commit/commit-log.ts";
import type { ErasureFields } from "#ledger/bodies/erase.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import { EntryClock } from "#ledger/entry/entry-clock.ts";
import type { Expiry } from "./expire-entries.ts";
import type { Appended, LedgerCommand, LedgerThreadData, OwnEntry } from "./ledger-messages.ts";
import type { Past } from "./ledger-past.ts";

/** What recovery may have to look at is noted anew after so many entries. */
const settledStep = 65_536;
const settledStepOfIntents = 4_096;

export interface SessionOptions {
  readonly platform: Pick<Platform, "clock">;
  readonly log: Log;
  readonly data: LedgerThreadData;
  readonly writer: CommitLog;
  readonly past: Past;
  readonly expiry: Expiry;
  /** Those that the ledger has no entry about, because the power went. */
  readonly erasures: readonly ErasureFields[];
  readonly noteErased: (pseudonym: string) => void;
  /** Intents before this index have an outcome. */
  readonly noteSettledIntents: (index: number) => void;
}

export class LedgerSession {
  readonly #options: SessionOptions;
  readonly #bell: Bell;
  readonly #clock: EntryClock;
  readonly #intents = new OpenIntents();
  readonly #loop: CommitLoop;
  #settledIntents = 0;
  run = 0;
  isOver = false;

  constructor(options: SessionOptions) {
    const { data, writer, past, platform } = options;
    this.#options = options;
    this.#bell = new Bell(data.bell);
    this.#clock = new EntryClock(platform.clock, past.floorUs);
    const statistics = new LoopStatistics(data.statistics);
    this.#loop = new CommitLoop({
      log: writer,
      bell: this.#bell,
      clock: platform.clock,
      statistics,
      encodeGap: ({ count, exchanges, sinceUs, reason }) =>
        this.#encode({
          kind: "gap",
          count,
          reason,
          sinceUs,
          ...(exchanges.length > 0 ? { exchanges } : {}),
        }),
      onEntry: (bytes, from, to, index) => {
        // The first of a batch.
        if (index === writer.size) this.#intents.noteSynced();
        this.#intents.note(bytes, from, to, index);
      },
      onMissed: (bytes, from, to) => this.#intents.noteMissed(bytes, from, to),
      onCheckpoint: () => this.#noteSettledIntents(),
      onCheckpointFailed: ({ message }) =>
        options.log.error("ledger-checkpoint-failed", `no checkpoint can be kept: ${message}`),
      onCheckpointKept: () =>
        options.log.info("ledger-checkpoint-kept", "checkpoints can be kept again"),
      onSettleFailed: ({ message }) =>
        options.log.warn("ledger-not-settled", `no room can be made for more: ${message}`),
      onFailed: (error) => this.#onFailed(error.message),
      onRecovered: (missed) => {
        const message = `the ledger works again; ${missed} exchanges are not on record`;
        options.log.warn("ledger-recovered", message, { missed });
        this.#closeUntold();
      },
    });
    if (data.run === undefined) this.run = this.#begin();
    else {
      this.run = data.run;
      this.#intents.addAll(past.openIntents);
    }
    this.#noteSettledIntents();
    for (const { id, memory } of data.rings) this.#loop.addRing(id, new RingConsumer(memory));
    if (data.missed !== undefined) {
      this.#loop.addMissed(data.missed);
      for (const id of data.missed.exchanges) this.#intents.noteUntold(id);
    }
    this.#loop.flushMissed();
    this.#bell.state = "open";
  }

  /** The first entries of a run. */
  #begin(): number {
    const { data, writer, past, log } = this.#options;
    this.run = writer.size;
    const run = this.#loop.append(this.#encode({ ...data.start, previous: past.previous }, true));
    for (const [exchange, intent] of past.openIntents) {
      const reason =
        "the gateway died, or its disk failed, before the outcome was on record: outcome unknown";
      this.#loop.append(this.#encode({ kind: "lost", exchange, intent, reason }));
    }
    this.#recordErasures();
    const { size } = past.openIntents;
    if (size > 0) {
      const message = `${size} calls from before this start have no outcome on record`;
      log.warn("ledger-intents-closed", message, { count: size });
    }
    return run;
  }

  /** The gateway goes on, and nothing else will tell of them. */
  #closeUntold(): void {
    const reason = "the disk failed when its outcome was to be put on record: outcome unknown";
    for (const [exchange, intent] of this.#intents.takeUntold()) {
      this.#submit({ kind: "lost", exchange, intent, reason }, () => undefined);
    }
  }

  #recordErasures(): void {
    const { erasures, noteErased } = this.#options;
    for (const erasure of erasures) {
      this.#loop.append(this.#encode({ kind: "erasure", ...erasure }));
      noteErased(erasure.subject);
    }
  }

  #encode(entry: OwnEntry, isStart = false): Buffer {
    this.#clock.stamp(this.#options.platform.clock.monotonicMs());
    const { timeUs, aheadUs } = this.#clock;
    return encodeEntry({
      ...entry,
      ...(isStart ? {} : { run: this.run }),
      timeUs,
      ...(aheadUs > 0 ? { aheadUs } : {}),
    });
  }

  #onFailed(reason: string): void {
    this.#intents.forgetFrom(this.#options.writer.size);
    const message =
      `nothing can be put on record: ${reason}. Exchanges that must be are refused with 503 ` +
      "until it works again; it is tried every second";
    this.#options.log.error("ledger-failed", message, { reason });
  }

  #noteSettledIntents(): void {
    const { oldest } = this.#intents;
    const settled = oldest ?? this.#options.writer.size;
    const step = oldest === undefined ? settledStep : settledStepOfIntents;
    if (this.#settledIntents > 0 && settled - this.#settledIntents < step) return;
    this.#settledIntents = settled;
    this.#options.noteSettledIntents(settled);
  }

  get commands(): number {
    return this.#bell.commands;
  }

  /** One batch, or sleep until something comes. @param commands that were obeyed already. */
  turn(commands: number): void {
    if (!this.#loop.hasFailed) this.#expire();
    if (this.#loop.turn()) {
      const gatherMs = this.#loop.gatherMs;
      const isCalled = (): boolean => this.#bell.commands !== commands;
      if (gatherMs > 0) this.#bell.rest(gatherMs, () => this.#loop.hasWork, isCalled);
      return;
    }
    this.#bell.sleep(
      this.#loop.idleMs,
      () => this.#loop.hasWork || this.#bell.commands !== commands,
    );
  }

  #expire(): void {
    const due = this.#options.expiry.due();
    if (due !== undefined) this.#submit(due.entry, due.drop);
  }

  /** Answers at once, or when what is asked for has been done. */
  obey(command: LedgerCommand, answer: (answer: unknown) => void): void {
    switch (command.kind) {
      case "ring":
        this.#loop.addRing(command.id, new RingConsumer(command.memory));
        return answer(true);
      case "retire":
        this.#loop.retireRing(command.id);
        return answer(true);
      case "append":
        return this.#appendAll(command.entries, answer);
      case "checkpoint":
        this.#loop.checkpoint();
        return answer(this.#options.writer.size);
      case "stop":
        return this.#stop(command.entry, answer);
      case "fault":
        throw new Error("the ledger thread was told to fail");
    }
  }

  #appendAll(entries: readonly OwnEntry[], answer: (answer: unknown) => void): void {
    const appended: Appended[] = [];
    for (const entry of entries) {
      this.#submit(entry, (one) => {
        appended.push(one);
        if (appended.length === entries.length) answer(appended);
      });
    }
  }

  #stop(entry: OwnEntry, answer: (answer: unknown) => void): void {
    const { writer } = this.#options;
    this.#loop.takeRest();
    this.#loop.retryNow();
    this.#loop.takeRest();
    this.#submit(entry, () => undefined);
    this.#loop.takeRest();
    const isWhole = !this.#loop.hasFailed;
    if (isWhole) this.#loop.checkpoint();
    this.#bell.state = "absent";
    writer.close();
    this.isOver = true;
    answer(isWhole);
  }

  #submit(entry: OwnEntry, done: (appended: Appended) => void): void {
    this.#loop.submit(
      () => this.#encode(entry),
      (index, leafHash) => done({ index, leafHash: Buffer.from(leafHash).toString("hex") }),
    );
  }
}
