/** Puts entries on record in a ledger that no gateway writes. */
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import type { Problem } from "#base/problem.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import { EntryClock } from "#ledger/entry/entry-clock.ts";
import { layoutOf } from "#ledger/store/layout.ts";
import { readLogFacts } from "#ledger/store/log-file.ts";
import { openReader } from "#ledger/store/log-reader.ts";
import type { LogWriter } from "#ledger/store/log.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { problems } from "#ledger/store/problems.ts";
import { problemOf, type LedgerFolders } from "./ledger-folders.ts";
import type { OwnEntry } from "./ledger-messages.ts";
import { floorOf } from "./ledger-past.ts";

export interface StoppedLedger {
  readonly writer: LogWriter;
  /** With its time, behind those that are there. */
  readonly encode: (entry: OwnEntry) => Buffer;
  /** Puts an entry on the disk. @returns its index. */
  readonly append: (entry: OwnEntry) => number;
}

export function withStoppedLedger<Result>(
  { path, checkpoints }: LedgerFolders,
  run: (ledger: StoppedLedger) => Result,
): Result | Problem {
  const { clock, random } = nodePlatform;
  try {
    const facts = readLogFacts(nodeDisk, layoutOf(path));
    if (facts === undefined) return problems["ledger-foreign"](`${path} holds no ledger`);
    const { writer } = openLog({
      ...{ path, checkpoints, name: facts.name },
      ...{ disk: nodeDisk, random, processes: nodeProcesses, nowMs: clock.nowMs() },
      log: createLog(clock.nowMs, () => undefined),
    });
    try {
      const entryClock = new EntryClock(clock, floorIn(path, writer.size));
      const encode = (entry: OwnEntry): Buffer => {
        entryClock.stamp(clock.monotonicMs());
        const { timeUs, aheadUs } = entryClock;
        return encodeEntry({ ...entry, timeUs, ...(aheadUs > 0 ? { aheadUs } : {}) });
      };
      const append = (entry: OwnEntry): number => {
        const bytes = encode(entry);
        const index = writer.add(bytes, 0, bytes.length);
        writer.write();
        writer.sync();
        writer.settle();
        return index;
      };
      const result = run({ writer, encode, append });
      writer.checkpoint(clock.nowMs());
      return result;
    } finally {
      writer.close();
    }
  } catch (error) {
    return problemOf(error);
  }
}

function floorIn(path: string, size: number): number {
  const reader = openReader({ path, disk: nodeDisk, processes: nodeProcesses });
  try {
    reader.refresh(size);
    return floorOf(reader);
  } finally {
    reader.close();
  }
}
