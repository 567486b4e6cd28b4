/** A log in memory whose disk fails when it is told to, and a ring with both of its sides. */
import { hash } from "node:crypto";
import { diskProblem, LedgerWriteError } from "#ledger/store/problems.ts";
import { hashBytes } from "#ledger/tree/hashes.ts";
import { Bell } from "./bell.ts";
import type { CommitLog } from "./commit-log.ts";
import { CommitLoop } from "./commit-loop.ts";
import { CommitQueue, type Dropped } from "./commit-queue.ts";
import { createStatisticsMemory, LoopStatistics, readStatistics } from "./loop-statistics.ts";
import { RingConsumer } from "./ring-consumer.ts";
import { cell, createRingMemory } from "./ring-memory.ts";

interface FakeLog extends CommitLog {
  /** What is durable. */
  readonly entries: string[];
  failing: "nothing" | "write" | "sync" | "all";
  reopened: number;
  checkpoints: number;
}

/** In base64. */
function leafHashOf(entry: string): string {
  return hash("sha256", Buffer.concat([Buffer.of(0), Buffer.from(entry, "latin1")]), "base64");
}

function createFakeLog(): FakeLog {
  let batch: string[] = [];
  const fail = (): never => {
    batch = [];
    throw new LedgerWriteError(
      diskProblem(Object.assign(new Error("full"), { code: "ENOSPC" }), "x"),
    );
  };
  return {
    entries: [],
    failing: "nothing",
    reopened: 0,
    checkpoints: 0,
    get size() {
      return this.entries.length;
    },
    add(bytes, from, to) {
      batch.push(Buffer.from(bytes.subarray(from, to)).toString("latin1"));
      return this.entries.length + batch.length - 1;
    },
    write() {
      if (this.failing === "write" || this.failing === "all") fail();
    },
    sync() {
      if (this.failing !== "nothing") fail();
      this.entries.push(...batch);
      batch = [];
    },
    copyLeafHash(index, target, at) {
      const entry = this.entries[index] ?? batch[index - this.entries.length] ?? "";
      target.write(leafHashOf(entry), at, "base64");
    },
    settle: () => false,
    checkpoint() {
      this.checkpoints++;
    },
    reopen() {
      batch = [];
      if (this.failing === "all") fail();
      this.reopened++;
    },
    close: () => undefined,
  };
}

const nameOf = (entry: string): string => entry.slice(0, 20);

export function createFixture(entryBytesMax = 1_000) {
  const memory = createRingMemory();
  const bell = new Bell(Bell.createMemory());
  bell.state = "open";
  const log = createFakeLog();
  const clock = { ms: 1_000_000, nowMs: () => clock.ms, monotonicMs: () => clock.ms };
  const statistics = createStatisticsMemory();
  const events: string[] = [];
  const cells = new Int32Array(memory, 0, 128);
  const newLoop = () => {
    const made = new CommitLoop({
      log,
      bell,
      clock,
      statistics: new LoopStatistics(statistics),
      encodeGap: ({ count, reason }) => Buffer.from(`gap ${count} ${reason}`),
      onEntry: () => undefined,
      onMissed: () => undefined,
      onCheckpoint: () => undefined,
      onFailed: ({ message }) => events.push(`failed: ${message}`),
      onSettleFailed: ({ message }) => events.push(`not settled: ${message}`),
      onCheckpointFailed: ({ message }) => events.push(`no checkpoint: ${message}`),
      onCheckpointKept: () => events.push("checkpoints again"),
      onRecovered: (missed) => events.push(`recovered: ${missed} missed`),
    });
    made.addRing(0, new RingConsumer(memory));
    return made;
  };
  const told: string[] = [];
  const callers = { count: 1 };
  const queue = new CommitQueue<string>({
    memory,
    bell,
    entryBytesMax,
    tell: {
      committed: (entry, index, hashes, at) => {
        const leaf = hashes.toString("base64", at, at + hashBytes);
        told.push(`${nameOf(entry)} at ${index} ${leaf === leafHashOf(entry)}`);
      },
      written: (entry) => told.push(`${nameOf(entry)} written`),
      notCommitted: (entry, waitFor) => told.push(`${nameOf(entry)} not ${waitFor}`),
    },
    nowMs: clock.monotonicMs,
    callers: () => callers.count,
    atTurnEnd: (run) => run(),
    encodeGap: ({ count }: Dropped, out, at) => at + out.write(`dropped ${count}`, at, "latin1"),
  });
  /** Puts an entry on its way. @returns false: it was let go. */
  const send = (entry: string, waitFor: "durable" | "written" | "nothing" = "durable") => {
    queue.reserve();
    const end = queue.at + queue.out.write(entry, queue.at, "latin1");
    return queue.commit(end, waitFor, waitFor === "nothing" ? undefined : entry, 0, 0, undefined);
  };
  return {
    ...{ memory, log, clock, bell, queue, send, told, events, newLoop, callers },
    loop: newLoop(),
    wakes: () => Atomics.load(cells, cell.wakes),
    counts: () => readStatistics(statistics),
  };
}
