/** What a writer process has said so far, and whether a ledger holds all of it. */
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import type { Processes } from "#base/processes.ts";
import { openReader } from "#ledger/store/log-reader.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { LedgerProblem } from "#ledger/store/problems.ts";
import { writerOf } from "./torture-entry.ts";

export interface Acknowledged {
  readonly from: number;
  readonly to: number;
  readonly nonce: string;
}

export interface TortureFolders {
  readonly path: string;
  readonly checkpoints: string;
}

/** Complete lines only: what was cut off was not said. */
export function readAcks(output: string, nonce: string): readonly Acknowledged[] {
  const lines = output.split("\n").slice(0, -1);
  return lines.flatMap((line) => {
    const [, from, to] = /^ack (\d+) (\d+)$/.exec(line) ?? [];
    return from === undefined ? [] : [{ from: Number(from), to: Number(to), nonce }];
  });
}

/** As after a new start of the machine: whoever held a lock is gone. */
export const afterPowerCut: Processes = {
  ...nodeProcesses,
  self: () => ({ ...nodeProcesses.self(), boot: "after the power cut" }),
};

/** Recovers the ledger as a start does; @returns what is lost or wrong, as sentences. */
export function checkLedger(
  folders: TortureFolders,
  acks: readonly Acknowledged[],
  processes: Processes = nodeProcesses,
): string[] {
  const faults: string[] = [];
  const log = createLog(Date.now, () => {});
  const own = { ...folders, name: "torture", disk: nodeDisk, nowMs: Date.now(), log };
  try {
    openLog({ ...own, random: nodePlatform.random, processes }).writer.close();
  } catch (error) {
    if (!(error instanceof LedgerProblem)) throw error;
    return [`the ledger was refused: ${error.message}`];
  }
  const reader = openReader({ path: folders.path, disk: nodeDisk, processes });
  for (const { from, to, nonce } of acks) {
    if (to > reader.size) faults.push(`entries to ${to} were acknowledged of ${reader.size}`);
    reader.scan(from, to, (index, entry) => {
      const writer = writerOf(entry);
      if (writer === nonce) return undefined;
      faults.push(`entry ${index} is of ${String(writer)}, not of ${nonce}`);
      return false;
    });
  }
  let wrong = 0;
  const first = acks.at(-1)?.from ?? 0;
  reader.scan(first, reader.size, (_, entry) => {
    if (writerOf(entry) === undefined) wrong++;
    return undefined;
  });
  if (wrong > 0) faults.push(`${wrong} entries were never written`);
  reader.close();
  return faults;
}
