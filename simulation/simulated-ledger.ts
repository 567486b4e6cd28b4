/** A ledger on the simulated disk: how it is opened, and one that has a nearly full segment. */
import { createLog } from "#base/log.ts";
import type { Processes } from "#base/processes.ts";
import { segmentEntries } from "#ledger/store/layout.ts";
import type { LogOptions } from "#ledger/store/log.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { createDice, type Dice } from "./random.ts";
import { SimulatedDisk } from "./simulated-disk.ts";

const path = "/ledger";
const checkpoints = "/checkpoints";

/** @param pid of the process that opens it; all others are dead. */
export function simulatedOptions(disk: SimulatedDisk, dice: Dice, pid: number): LogOptions {
  const processes: Processes = {
    self: () => ({ host: "simulated", boot: "1", space: "", pid, started: String(pid) }),
    isRunning: () => false,
    hold: () => undefined,
  };
  const random = { bytes: (count: number) => dice.bytes(count) };
  const nowMs = (): number => 0;
  const log = createLog(nowMs, () => {});
  return { path, checkpoints, name: "simulated", disk, random, processes, nowMs: 0, log };
}

export interface NearlyFull {
  /** To be copied: it is used again. */
  readonly disk: SimulatedDisk;
  readonly entries: readonly Buffer[];
}

let made: NearlyFull | undefined;

/** Some entries before the first segment is full. */
export function nearlyFullLedger(): NearlyFull {
  if (made !== undefined) return made;
  const dice = createDice(0);
  const disk = new SimulatedDisk(dice);
  const { writer } = openLog(simulatedOptions(disk, dice, 1));
  const entries: Buffer[] = [];
  for (let index = 0; index < segmentEntries - 60; index++) {
    const entry = Buffer.from(`first ${index}`);
    entries.push(entry);
    writer.add(entry, 0, entry.length);
    if (index % 1_000 > 0) continue;
    writer.write();
    writer.sync();
    writer.settle();
  }
  writer.write();
  writer.sync();
  writer.close();
  disk.syncFolder(path);
  made = { disk, entries };
  return made;
}
