/**
 * The life of a ledger on the simulated disk: it is written by seeded groups of entries, dies at a
 * seeded operation, starts again, and is held against what it has promised; again and again.
 */
import { createLog } from "#base/log.ts";
import type { Processes } from "#base/platform.ts";
import { openReader } from "#ledger/store/log-reader.ts";
import type { LogReader, LogWriter } from "#ledger/store/log.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { LedgerProblem, LedgerWriteError } from "#ledger/store/problems.ts";
import { createPromises, type Promises } from "./promises.ts";
import { createDice, type Dice } from "./random.ts";
import { noFaults, PowerCut, SimulatedDisk, type DiskFaults } from "./simulated-disk.ts";

export interface LifeOptions {
  readonly seed: number;
  /** Deaths that the ledger goes through. */
  readonly cuts: number;
  readonly faults?: DiskFaults;
}

export interface LifeReport {
  readonly cuts: number;
  /** Entries at the end. */
  readonly entries: number;
  /** Groups that the disk refused. */
  readonly failures: number;
  /** What was promised and not kept; empty unless something is wrong. */
  readonly findings: readonly string[];
}

const folders = { path: "/ledger", checkpoints: "/checkpoints" };

export function liveLedger({ seed, cuts, faults = noFaults }: LifeOptions): LifeReport {
  const dice = createDice(seed);
  const life = createLife(new SimulatedDisk(dice), dice, faults);
  for (let cut = 0; cut < cuts && life.findings.length === 0; cut++) life.dieOnce();
  return { cuts, ...life.report() };
}

export interface Life {
  readonly findings: readonly string[];
  /** Starts, writes until it dies, starts and checks. */
  dieOnce(): void;
  report(): Omit<LifeReport, "cuts">;
}

export function createLife(disk: SimulatedDisk, dice: Dice, faults: DiskFaults): Life {
  const promises = createPromises();
  const findings: string[] = [];
  let pid = 1;
  let entries = 0;
  let failures = 0;
  let serial = 0;

  function openOptions() {
    const own = ++pid;
    const processes: Processes = {
      self: () => ({ host: "simulated", boot: "1", pid: own, started: String(own) }),
      isRunning: () => false,
    };
    const random = { bytes: (count: number) => dice.bytes(count) };
    const log = createLog(
      () => 0,
      () => {},
    );
    return { ...folders, name: "simulated", disk, random, processes, nowMs: 0, log };
  }

  function dieOnce(): void {
    disk.faults = faults;
    disk.cutAt = disk.operations + 1 + dice.below(dice.chance(0.2) ? 60 : 300);
    try {
      write();
      disk.cutAt = 0;
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
    }
    // A killed process loses nothing that it wrote, whether it was synced or not.
    if (dice.chance(0.2)) disk.killProcess();
    else disk.cutPower();
    disk.faults = { ...noFaults, unsynced: faults.unsynced };
    // It may die while it recovers, too.
    if (dice.chance(0.3)) {
      disk.cutAt = disk.operations + 1 + dice.below(80);
      try {
        openLog(openOptions());
      } catch (error) {
        if (error instanceof LedgerProblem) return tell(error);
        if (!(error instanceof PowerCut)) throw error;
      }
      disk.cutPower();
    }
    checkAfterStart();
  }

  function write(): void {
    let writer: LogWriter | undefined;
    while (writer === undefined) writer = tryToOpen();
    const reader = openReader(openOptions());
    for (;;) {
      try {
        writeGroup(writer, promises);
        if (dice.chance(0.1)) look(reader);
      } catch (error) {
        if (!(error instanceof LedgerProblem)) throw error;
        if (error instanceof LedgerWriteError) reopen(writer);
      }
    }
  }

  function tryToOpen(): LogWriter | undefined {
    try {
      return openLog(openOptions()).writer;
    } catch (error) {
      const code = error instanceof LedgerProblem ? error.problem.definition.code : "";
      if (code === "ledger-disk-failed" || code === "ledger-disk-full") return undefined;
      throw error;
    }
  }

  function reopen(writer: LogWriter): void {
    for (failures++; ; failures++) {
      try {
        return writer.reopen();
      } catch (error) {
        if (!(error instanceof LedgerWriteError)) throw error;
      }
    }
  }

  function writeGroup(writer: LogWriter, { offered, acknowledged, signed }: Promises): void {
    for (let writes = dice.chance(0.2) ? 2 : 1; writes > 0; writes--) {
      for (let left = dice.chance(0.1) ? 40 : 1 + dice.below(5); left > 0; left--) {
        const length = dice.chance(0.05) ? dice.below(5_000) : dice.below(300);
        const entry = Buffer.from(`${++serial} `.padEnd(length, String(serial)));
        offered(writer.add(entry, 0, entry.length), entry);
      }
      writer.write();
    }
    writer.sync();
    acknowledged(writer.size);
    writer.settle();
    if (dice.chance(0.2)) signed(writer.checkpoint(0));
  }

  function look(reader: LogReader): void {
    reader.refresh();
    findings.push(...promises.seen(reader).map((fault) => `a reader saw: ${fault}`));
  }

  function checkAfterStart(): void {
    try {
      const { writer } = openLog(openOptions());
      const reader = openReader(openOptions());
      reader.refresh(writer.size);
      if (reader.size !== writer.size) {
        findings.push(`the reader has ${reader.size} entries, the writer ${writer.size}`);
      }
      findings.push(...promises.check(reader));
      entries = reader.size;
      reader.close();
      writer.close();
    } catch (error) {
      if (!(error instanceof LedgerProblem)) throw error;
      tell(error);
    }
  }

  function tell(error: LedgerProblem): void {
    findings.push(`the ledger refused to start: ${error.message}`);
  }

  return { findings, dieOnce, report: () => ({ entries, failures, findings }) };
}
