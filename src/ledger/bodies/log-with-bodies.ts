/**
 * A log whose entries are written only when the bodies that they refer to are on the disk. Not at
 * the sync of the log: the operating system may bring an entry to the disk before that.
 */
import type { CommitLog } from "#ledger/commit/commit-log.ts";
import type { BodySync } from "./body-sync.ts";

export function logWithBodies(log: CommitLog, bodies: BodySync): CommitLog {
  return {
    add: (bytes, from, to) => log.add(bytes, from, to),
    write() {
      bodies.sync();
      log.write();
    },
    sync: () => log.sync(),
    copyLeafHash: (index, target, at) => log.copyLeafHash(index, target, at),
    settle: (nowMs) => log.settle(nowMs),
    checkpoint: (nowMs) => log.checkpoint(nowMs),
    reopen: () => log.reopen(),
    close() {
      bodies.close();
      log.close();
    },
    get size() {
      return log.size;
    },
  };
}
