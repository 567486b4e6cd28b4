/** Erases a subject of a ledger that no gateway writes, and tells of it in the ledger. */
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { isProblem, type Problem } from "#base/problem.ts";
import { eraseSubject, recoverErasures, settle, type ErasureFields } from "#ledger/bodies/erase.ts";
import { openKeyStore } from "#ledger/bodies/subject-keys.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import { layoutOf } from "#ledger/store/layout.ts";
import { findHolder } from "#ledger/store/lock.ts";
import { currentEpoch, readLogFacts } from "#ledger/store/log-file.ts";
import type { LogWriter } from "#ledger/store/log.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { problems } from "#ledger/store/problems.ts";
import type { Erased } from "./erase-running.ts";
import { problemOf, type LedgerFolders } from "./ledger-folders.ts";

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
    const holder = findHolder(nodeDisk, nodeProcesses, layout.lockFile);
    const facts = readLogFacts(nodeDisk, layout);
    if (holder === undefined || facts === undefined) return undefined;
    const { origin } = currentEpoch(facts);
    return { name: `process ${holder.pid} on ${holder.host}`, origin };
  } catch (error) {
    return problemOf(error);
  }
}

export function eraseStopped(
  { path, checkpoints }: LedgerFolders,
  order: { readonly subject: string; readonly by: string; readonly why: string },
): Erased | Problem {
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
      const keys = openKeyStore(nodeDisk, random, path, false);
      if (isProblem(keys)) return keys;
      for (const earlier of recoverErasures(keys)) {
        append(writer, earlier);
        settle(keys, earlier.subject);
      }
      const erasure = eraseSubject(keys, { ...order, nowMs: clock.nowMs() });
      if (isProblem(erasure)) return erasure;
      const index = append(writer, erasure);
      settle(keys, erasure.subject);
      writer.checkpoint(clock.nowMs());
      return { ...erasure, index };
    } finally {
      writer.close();
    }
  } catch (error) {
    return problemOf(error);
  }
}

function append(writer: LogWriter, erasure: ErasureFields): number {
  const timeUs = Math.floor(nodePlatform.clock.nowMs() * 1_000);
  const bytes = encodeEntry({ kind: "erasure", timeUs, ...erasure });
  const index = writer.add(bytes, 0, bytes.length);
  writer.write();
  writer.sync();
  writer.settle();
  return index;
}
