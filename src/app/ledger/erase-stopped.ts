/** Erases a subject of a ledger that no gateway writes, and tells of it in the ledger. */
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { isProblem, type Problem } from "#base/problem.ts";
import { eraseSubject, recoverErasures, settle } from "#ledger/bodies/erase.ts";
import { layoutOf } from "#ledger/store/layout.ts";
import { findHolder } from "#ledger/store/lock.ts";
import { currentEpoch, readLogFacts } from "#ledger/store/log-file.ts";
import { trying } from "#ledger/store/problems.ts";
import type { Erased } from "./erase-running.ts";
import { problemOf, type LedgerFolders } from "./ledger-folders.ts";
import { openKeys } from "./open-keys.ts";
import { withStoppedLedger } from "./stopped-ledger.ts";

export interface LedgerHolder {
  /** In words. */
  readonly name: string;
  /** Of the ledger. */
  readonly origin: string;
}

/** The process that writes the ledger in this folder; undefined: none does. */
export function holderOf(path: string): LedgerHolder | undefined | Problem {
  try {
    const layout = layoutOf(path);
    const { lockFile } = layout;
    const holder = trying(`read ${lockFile}`, () => findHolder(nodeDisk, nodeProcesses, lockFile));
    const facts = readLogFacts(nodeDisk, layout);
    if (holder === undefined || facts === undefined) return undefined;
    const { origin } = currentEpoch(facts);
    return { name: `process ${holder.pid} on ${holder.host}`, origin };
  } catch (error) {
    return problemOf(error);
  }
}

export function eraseStopped(
  folders: LedgerFolders,
  order: { readonly subject: string; readonly by: string; readonly why: string },
): Erased | Problem {
  const { clock, random } = nodePlatform;
  return withStoppedLedger(folders, ({ append }) => {
    const keys = openKeys(random, folders.path);
    if (isProblem(keys)) return keys;
    return trying("erase the subject", () => {
      for (const earlier of recoverErasures(keys)) {
        append({ kind: "erasure", ...earlier });
        settle(keys, earlier.subject);
      }
      const erasure = eraseSubject(keys, { ...order, nowMs: clock.nowMs() });
      if (isProblem(erasure)) return erasure;
      const index = append({ kind: "erasure", ...erasure });
      settle(keys, erasure.subject);
      return { ...erasure, index };
    });
  });
}
