/**
 * A process that writes a ledger and says on its output what is on the disk, to be killed at any
 * time: `opened SIZE`, `ack FROM TO`, `failed FROM`, `reopened`, `refused CODE`, `done`.
 */
import { writeSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Disk } from "#base/disk.ts";
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import type { LogWriter } from "#ledger/store/log.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { LedgerProblem, LedgerWriteError } from "#ledger/store/problems.ts";
import { tortureEntry } from "./torture-entry.ts";

const { values } = parseArgs({
  options: {
    path: { type: "string" },
    checkpoints: { type: "string" },
    nonce: { type: "string", default: "0" },
    /** 0: until it is killed. */
    groups: { type: "string", default: "0" },
    groupMax: { type: "string", default: "50" },
    pauseMs: { type: "string", default: "0" },
    /** The control: says that everything was synced, and syncs no entry. */
    unsynced: { type: "boolean", default: false },
  },
});
const nonce = values.nonce;
const groups = Number(values.groups) || Infinity;
let isOpen = false;

/** Not through a stream: what was said is said, even if the next instruction is the last. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

function open(): LogWriter {
  const { path = "", checkpoints = "" } = values;
  const disk = values.unsynced ? withoutSync(nodeDisk) : nodeDisk;
  const log = createLog(Date.now, () => {});
  const own = { path, checkpoints, name: "torture", disk, nowMs: Date.now(), log };
  return openLog({ ...own, random: nodePlatform.random, processes: nodeProcesses }).writer;
}

/** Once the ledger is open: what a group of entries is written with is never synced. */
function withoutSync(disk: Disk): Disk {
  return {
    ...disk,
    open(path, mode, permissions) {
      const file = disk.open(path, mode, permissions);
      if (!path.includes("segments")) return file;
      return { ...file, sync: () => (isOpen ? undefined : file.sync()), startSync() {} };
    },
  };
}

function writeGroup(writer: LogWriter, group: number): void {
  const from = writer.size;
  try {
    for (let left = 1 + ((group * 7) % Number(values.groupMax)); left > 0; left--) {
      const entry = tortureEntry(from + left, nonce);
      writer.add(entry, 0, entry.length);
    }
    writer.write();
    writer.sync();
  } catch (error) {
    if (!(error instanceof LedgerWriteError)) throw error;
    say(`failed ${from}`);
    return reopen(writer);
  }
  say(`ack ${from} ${writer.size}`);
  writer.settle();
  if (group % 20 === 19) checkpoint(writer);
}

/** The ledger goes on when a checkpoint cannot be kept. */
function checkpoint(writer: LogWriter): void {
  try {
    writer.checkpoint(Date.now());
  } catch (error) {
    if (!(error instanceof LedgerProblem)) throw error;
    say(`refused ${error.problem.definition.code}`);
  }
}

function reopen(writer: LogWriter): void {
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      writer.reopen();
      return say("reopened");
    } catch (error) {
      if (!(error instanceof LedgerWriteError)) throw error;
    }
  }
  throw new Error("the ledger could not be reopened");
}

function main(): void {
  const writer = open();
  isOpen = true;
  say(`opened ${writer.size}`);
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let group = 0; group < groups; group++) {
    writeGroup(writer, group);
    if (values.pauseMs !== "0") Atomics.wait(pause, 0, 0, Number(values.pauseMs));
  }
  checkpoint(writer);
  writer.close();
  say("done");
}

try {
  main();
} catch (error) {
  if (!(error instanceof LedgerProblem)) throw error;
  say(`refused ${error.problem.definition.code}`);
  process.exitCode = 3;
}
