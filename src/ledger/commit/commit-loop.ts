/**
 * What the ledger thread does, turn by turn: take all that waits in the rings, write it, sync it,
 * tell the producers. The next batch is what came meanwhile, and a moment longer where much comes
 * (pace.ts). When the disk fails, nothing is retried into the same file: what was taken is given
 * up and counted, a new file is tried every second, and a gap entry tells how much is missing.
 */
import { assert } from "#base/assert.ts";
import { isSystemError, LedgerProblem } from "#ledger/store/problems.ts";
import { hashBytes } from "#ledger/tree/hashes.ts";
import type { Bell } from "./bell.ts";
import type { CommitLog } from "./commit-log.ts";
import { Pace } from "./pace.ts";
import { MissedEntries, type Missed } from "./missed-entries.ts";
import type { RingConsumer } from "./ring-consumer.ts";
import type { LoopStatistics } from "./loop-statistics.ts";

export interface CommitLoopOptions {
  readonly log: CommitLog;
  readonly bell: Bell;
  readonly clock: { readonly nowMs: () => number; readonly monotonicMs: () => number };
  readonly statistics: LoopStatistics;
  readonly encodeGap: (missed: Missed) => Buffer;
  /** Sees each entry that is about to be committed. */
  readonly onEntry: (bytes: Buffer, from: number, to: number, index: number) => void;
  /** Sees each entry that is given up, after `onFailed`. */
  readonly onMissed: (bytes: Buffer, from: number, to: number) => void;
  /** After a checkpoint. */
  readonly onCheckpoint: (size: number) => void;
  /** Nothing can be put on record. */
  readonly onFailed: (error: LedgerProblem) => void;
  /** Entries are durable all the same; it is tried every second. */
  readonly onCheckpointFailed: (error: LedgerProblem) => void;
  /** After it had failed. */
  readonly onCheckpointKept: () => void;
  /** What could wait, room for more entries or sealing, has failed; it is tried every second. */
  readonly onSettleFailed: (error: Error) => void;
  /** Recording goes on; `missed` entries are not there. */
  readonly onRecovered: (missed: number) => void;
}

/** An entry of the ledger thread's own. */
interface OwnEntry {
  readonly encode: () => Buffer;
  readonly done: (index: number, leafHash: Uint8Array) => void;
}

const checkpointMs = 1_000;
const retryMs = 1_000;
/** From one piece of what can wait to the next, where no entries come. */
const settleMs = 2;
/** Of one ring in one batch. */
const takenBytesMax = 1024 * 1024;

export class CommitLoop {
  readonly #options: CommitLoopOptions;
  readonly #rings = new Map<number, RingConsumer>();
  /** Their producers are dead; they go when they are empty. */
  readonly #retired = new Set<number>();
  readonly #missed = new MissedEntries();
  /** Until they are durable; a disk that fails does not lose them. */
  #own: OwnEntry[] = [];
  #hasFailed = false;
  #retryAtMs = 0;
  /** Not before; 0: it did not fail. */
  #settleAtMs = 0;
  #hasMoreToSettle = false;
  #checkpointAtMs = 0;
  #checkpointSize = -1;
  #hasCheckpointFailed = false;
  readonly #pace = new Pace();

  constructor(options: CommitLoopOptions) {
    this.#options = options;
  }

  addRing(id: number, ring: RingConsumer): void {
    // A second consumer would take again what the first one has taken and not settled.
    assert(!this.#rings.has(id), "a ring is added once");
    this.#rings.set(id, ring);
  }

  /** What its dead producer has published is still committed. */
  retireRing(id: number): void {
    this.#retired.add(id);
  }

  /** An entry of the ledger's own, encoded when its turn has come; `done` when it is durable. */
  submit(encode: OwnEntry["encode"], done: OwnEntry["done"]): void {
    this.#own.push({ encode, done });
  }

  /** Entries that were given up before this loop began. */
  addMissed(missed: Missed): void {
    this.#missed.addAll(missed);
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  get hasWork(): boolean {
    if (this.#own.length > 0 && !this.#hasFailed) return true;
    for (const ring of this.#rings.values()) if (ring.hasMore) return true;
    return false;
  }

  /** Until when the thread may sleep, if nothing comes. */
  get idleMs(): number {
    const now = this.#options.clock.monotonicMs();
    if (this.#hasFailed) return Math.max(0, this.#retryAtMs - now);
    if (this.#hasMoreToSettle) return settleMs;
    const isCurrent = this.#options.log.size === this.#checkpointSize;
    return isCurrent ? checkpointMs : Math.max(0, this.#checkpointAtMs - now);
  }

  /** How long entries may gather before the next turn; 0: not at all. */
  get gatherMs(): number {
    if (this.#hasFailed) return 0;
    return this.#pace.restMs(this.#options.clock.monotonicMs());
  }

  /** Commits what is there, as long as the disk lets it. */
  takeRest(): void {
    while (!this.#hasFailed && this.hasWork) this.turn();
  }

  /** What the next second would bring, for a thread that does not wait for it. */
  retryNow(): void {
    if (!this.#hasFailed) return;
    this.#retryAtMs = 0;
    this.#turnFailed();
  }

  /** One batch. @returns whether there was one. */
  turn(): boolean {
    if (this.#hasFailed) return this.#turnFailed();
    try {
      const count = this.#commit();
      if (this.#options.clock.monotonicMs() >= this.#checkpointAtMs) this.checkpoint();
      return count > 0;
    } catch (error) {
      this.#fail(error);
      return true;
    }
  }

  #commit(): number {
    const { log, statistics, clock } = this.#options;
    this.#pace.begin(clock.monotonicMs());
    const own = this.#own.map(({ encode, done }) => ({ index: this.#add(encode()), done }));
    const count = this.#takeAll() + own.length;
    if (count > 0) {
      log.write();
      for (const ring of this.#rings.values()) ring.publishWritten(this.#copyLeafHash);
      log.sync();
      for (const ring of this.#rings.values()) ring.publishSettled();
      statistics.addBatch(count);
      this.#pace.add(count);
    }
    this.#own = this.#own.slice(own.length);
    for (const { index, done } of own) done(index, this.#leafHash(index));
    this.#settle();
    this.#dropRetired();
    return count;
  }

  /**
   * Answers are released by now. That no room can be prepared for what comes harms nothing yet;
   * writing there is what fails.
   */
  #settle(): void {
    const { log, clock, onSettleFailed } = this.#options;
    const nowMs = clock.monotonicMs();
    if (nowMs < this.#settleAtMs) return;
    try {
      this.#hasMoreToSettle = log.settle(nowMs);
      this.#settleAtMs = 0;
    } catch (error) {
      this.#hasMoreToSettle = false;
      if (!isSystemError(error) && !(error instanceof LedgerProblem)) throw error;
      if (this.#settleAtMs === 0) onSettleFailed(error);
      this.#settleAtMs = nowMs + retryMs;
    }
  }

  #add(bytes: Buffer): number {
    return this.#takeEntry(bytes, 0, bytes.length);
  }

  readonly #copyLeafHash = (index: number, target: Buffer, at: number): void =>
    this.#options.log.copyLeafHash(index, target, at);

  #leafHash(index: number): Buffer {
    const hash = Buffer.alloc(hashBytes);
    this.#copyLeafHash(index, hash, 0);
    return hash;
  }

  #takeAll(): number {
    let count = 0;
    for (const ring of this.#rings.values()) count += ring.take(this.#takeEntry, takenBytesMax);
    return count;
  }

  readonly #takeEntry = (bytes: Buffer, from: number, to: number): number => {
    const index = this.#options.log.add(bytes, from, to);
    this.#options.onEntry(bytes, from, to, index);
    return index;
  };

  #dropRetired(): void {
    for (const id of this.#retired) {
      if (this.#rings.get(id)?.hasMore === true) continue;
      this.#rings.delete(id);
      this.#retired.delete(id);
    }
  }

  /** Signs the tree, unless it is the one that was signed last. */
  checkpoint(): void {
    const { onCheckpointFailed, onCheckpointKept } = this.#options;
    try {
      this.#checkpoint();
    } catch (error) {
      if (!(error instanceof LedgerProblem)) throw error;
      if (!this.#hasCheckpointFailed) onCheckpointFailed(error);
      this.#hasCheckpointFailed = true;
      return;
    }
    if (this.#hasCheckpointFailed) onCheckpointKept();
    this.#hasCheckpointFailed = false;
  }

  #checkpoint(): void {
    const { log, clock, statistics, onCheckpoint } = this.#options;
    this.#checkpointAtMs = clock.monotonicMs() + checkpointMs;
    const { size } = log;
    if (size !== this.#checkpointSize) {
      log.checkpoint(clock.nowMs());
      this.#checkpointSize = size;
    }
    statistics.noteCheckpoint(size, clock.nowMs());
    onCheckpoint(size);
  }

  /** Puts an entry of the ledger's own on record at once. @returns its index. */
  append(bytes: Buffer): number {
    const { log, statistics } = this.#options;
    const index = this.#add(bytes);
    log.write();
    log.sync();
    this.#settle();
    statistics.addBatch(1);
    return index;
  }

  #fail(error: unknown): void {
    // Anything else is an error of the program's: the thread ends and is started anew.
    if (!(error instanceof LedgerProblem)) throw error;
    const { bell, clock, statistics, onFailed } = this.#options;
    this.#hasFailed = true;
    this.#missed.begin(clock.nowMs() * 1_000, error.message);
    bell.state = "failed";
    onFailed(error);
    this.#giveUpTaken();
    this.#retryAtMs = clock.monotonicMs() + retryMs;
    statistics.noteFailure();
  }

  #giveUpTaken(): void {
    for (const ring of this.#rings.values()) ring.giveUp(this.#giveUpEntry);
    this.#options.statistics.setMissed(this.#missed.count);
  }

  readonly #giveUpEntry = (bytes: Buffer, from: number, to: number): void => {
    this.#missed.add(bytes, from, to);
    this.#options.onMissed(bytes, from, to);
  };

  #turnFailed(): boolean {
    const { log, bell, clock } = this.#options;
    let count = 0;
    for (const ring of this.#rings.values()) {
      count += ring.take(this.#takeNothing, takenBytesMax);
    }
    if (count > 0) this.#giveUpTaken();
    this.#dropRetired();
    if (clock.monotonicMs() < this.#retryAtMs) return count > 0;
    this.#retryAtMs = clock.monotonicMs() + retryMs;
    try {
      log.reopen();
      this.flushMissed();
    } catch (error) {
      if (!(error instanceof LedgerProblem)) throw error;
      return true;
    }
    this.#hasFailed = false;
    bell.state = "open";
    return true;
  }

  readonly #takeNothing = (): number => -1;

  /** Tells in a gap entry what is missing. */
  flushMissed(): void {
    const { encodeGap, onRecovered, statistics } = this.#options;
    const missed = this.#missed.value;
    if (missed === undefined) return;
    if (missed.count > 0) {
      this.append(encodeGap(missed));
      statistics.addGap(missed.count);
    }
    this.#missed.clear();
    statistics.setMissed(0);
    onRecovered(missed.count);
  }
}
