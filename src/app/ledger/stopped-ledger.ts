/** Puts entries on record in a ledger that no gateway writes. */
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import type { Problem } from "#base/problem.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import { layoutOf } from "#ledger/store/layout.ts";
import { readLogFacts } from "#ledger/store/log-file.ts";
import type { LogWriter } from "#ledger/store/log.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { problems } from "#ledger/store/problems.ts";
import { problemOf, type LedgerFolders } from "./ledger-folders.ts";
import type { OwnEntry } from "./ledger-messages.ts";

/** @param run gets what puts one entry on the disk and says its index, and the log itself. */
export function withStoppedLedger<Result>(
  { path, checkpoints }: LedgerFolders,
  run: (append: (entry: OwnEntry) => number, writer: LogWriter) => Result,
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
      const result = run((entry) => {
        const timeUs = Math.floor(clock.nowMs() * 1_000);
        const bytes = encodeEntry({ ...entry, timeUs });
        const index = writer.add(bytes, 0, bytes.length);
        writer.write();
        writer.sync();
        writer.settle();
        return index;
      }, writer);
      writer.checkpoint(clock.nowMs());
      return result;
    } finally {
      writer.close();
    }
  } catch (error) {
    return problemOf(error);
  }
}
