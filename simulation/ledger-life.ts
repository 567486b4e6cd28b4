/**
 * The life of a ledger on the simulated disk: it is written by seeded groups of entries, dies at a
 * seeded operation, starts again, and is held against what it has promised; again and again.
 */
import { openReader } from "#ledger/store/log-reader.ts";
import type { LogOptions, LogReader, LogWriter } from "#ledger/store/log.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { LedgerProblem, LedgerWriteError } from "#ledger/store/problems.ts";
import { nearlyFullLedger, simulatedOptions } from "./simulated-ledger.ts";
import { createPromises } from "./promises.ts";
import { createDice, type Dice } from "./random.ts";
import { noFaults, PowerCut, SimulatedDisk, type DiskFaults } from "./simulated-disk.ts";

export interface LifeOptions {
  readonly seed: number;
  /** Deaths that the ledger goes through. */
  readonly cuts: number;
  readonly faults?: DiskFaults;
  /** Begins with a segment that will soon be full, so that it is sealed. */
  readonly isNearlyFull?: boolean;
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

export function liveLedger(options: LifeOptions): LifeReport {
  const { seed, cuts, faults = noFaults } = options;
  const dice = createDice(seed);
  const nearlyFull = options.isNearlyFull === true ? nearlyFullLedger() : undefined;
  const disk = nearlyFull?.disk.copy(dice) ?? new SimulatedDisk(dice);
  const life = createLife(disk, dice, faults, nearlyFull?.entries ?? []);
  let cut = 0;
  for (; cut < cuts && life.findings.length === 0; cut++) life.dieOnce();
  return { cuts: cut, ...life.report() };
}

interface Life {
  readonly findings: readonly string[];
  /** Starts, writes until it dies, starts and checks. */
  dieOnce(): void;
  report(): Omit<LifeReport, "cuts">;
}

function createLife(
  disk: SimulatedDisk,
  dice: Dice,
  faults: DiskFaults,
  inherited: readonly Buffer[],
): Life {
  const promises = createPromises();
  for (const [index, entry] of inherited.entries()) promises.offered(index, entry);
  promises.acknowledged(inherited.length);
  const findings: string[] = [];
  /** Operations that a life lasts at most: enough to get something done. */
  const span = inherited.length > 0 ? 2_500 : 300;
  let pid = 1;
  let entries = 0;
  let failures = 0;
  let serial = inherited.length;

  const openOptions = (): LogOptions => simulatedOptions(disk, dice, ++pid);

  function dieOnce(): void {
    disk.faults = faults;
    disk.cutAt = disk.operations + 1 + dice.below(dice.chance(0.2) ? 60 : span);
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
        writeGroup(writer);
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

  function writeGroup(writer: LogWriter): void {
    for (let writes = dice.chance(0.2) ? 2 : 1; writes > 0; writes--) {
      for (let left = dice.chance(0.1) ? 40 : 1 + dice.below(5); left > 0; left--) {
        const length = dice.chance(0.05) ? dice.below(5_000) : dice.below(300);
        const entry = Buffer.from(`${++serial} `.padEnd(length, String(serial)));
        promises.offered(writer.add(entry, 0, entry.length), entry);
      }
      writer.write();
    }
    writer.sync();
    promises.acknowledged(writer.size);
    writer.settle();
    if (dice.chance(0.2)) promises.signed(writer.checkpoint(0));
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
