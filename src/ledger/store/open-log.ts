/** Opens a ledger for writing: makes it, or recovers it; refuses what must not be gone on with. */
import { createSigner, formatVerifier } from "#ledger/tree/note-keys.ts";
import { dirname } from "node:path";
import type { Disk } from "#base/disk.ts";
import { createAppender } from "./appender.ts";
import { readCheckpointFile, refuseOther, separateFile } from "./checkpoint-store.ts";
import { loadSigner, makeKey } from "./keys.ts";
import { layoutOf, type Layout } from "./layout.ts";
import { listFolder } from "./disk-files.ts";
import { findSegmentFiles } from "./segment-files.ts";
import { readSegmentRoot } from "./segment-hashes.ts";
import { refuseRunning, takeLock } from "./lock.ts";
import { currentEpoch, originOf, readLogFacts, writeLogFacts, type LogFacts } from "./log-file.ts";
import { createLogTree, type LogTree } from "./log-tree.ts";
import { createLogWriter } from "./log-writer.ts";
import type { LogOptions, LogWriter, Recovered } from "./log.ts";
import type { PartHead } from "./part-head.ts";
import { LedgerProblem, problems, trying } from "./problems.ts";
import { recover, type Recovery } from "./recover.ts";

export interface OpenedLog {
  readonly writer: LogWriter;
  readonly recovered: Recovered;
}

/** What reading takes. */
export type ReadingOptions = Pick<LogOptions, "path" | "checkpoints" | "name" | "disk" | "log">;

export function openLog(options: LogOptions): OpenedLog {
  const { path, disk, processes } = options;
  const layout = layoutOf(path);
  return trying(`open the ledger in ${path}`, () => {
    // What is refused where there is no folder leaves none behind.
    if (disk.stat(path) === undefined) readLedger(options, layout);
    disk.makeFolder(path);
    const lock = takeLock(disk, processes, layout.lockFile);
    try {
      return openLocked(options, layout, lock.release);
    } catch (error) {
      lock.release();
      throw error;
    }
  });
}

/**
 * Asks all that `openLog` asks before it writes, and writes nothing.
 *
 * @throws LedgerProblem where it would refuse.
 */
export function refuseUnopenable(options: ReadingOptions & Pick<LogOptions, "processes">): void {
  const { path, disk, processes } = options;
  const layout = layoutOf(path);
  trying(`open the ledger in ${path}`, () => {
    refuseRunning(disk, processes, layout.lockFile);
    readLedger(options, layout);
  });
}

/** Writes nothing: whatever is refused is as it was. */
function readLedger(options: ReadingOptions, layout: Layout) {
  const { disk, name } = options;
  const found = readLogFacts(disk, layout);
  if (found !== undefined && found.name !== name) {
    const detail =
      `${layout.root} is the ledger ${found.name}, but the configuration calls it ${name}; ` +
      `set ledger.origin to ${found.name}, or begin another ledger in an empty folder`;
    throw new LedgerProblem(problems["ledger-origin"](detail));
  }
  const names = listFolder(disk, layout.segments);
  const { sealed, leftover } =
    found === undefined
      ? { sealed: 0, leftover: [] }
      : findSegmentFiles(disk, layout, found, names);
  const sealedRoots = Array.from({ length: sealed }, (_, segment) =>
    readSegmentRoot(disk, layout.hashes, segment),
  );
  const recovery = recover(disk, layout, sealed);
  const leaves = new Map(recovery.segments.map((one) => [one.segment, one.leaves]));
  const tree = createLogTree({ disk, layout, sealedRoots, leaves });
  tree.grow(recovery.size);
  refuseOtherPast(options, layout, found, tree);
  const signer = found && loadSigner(disk, layout.keys, currentEpoch(found));
  return { found, leftover, recovery, leaves, tree, signer };
}

function openLocked(options: LogOptions, layout: Layout, release: () => void): OpenedLog {
  const { disk, random } = options;
  const read = readLedger(options, layout);
  const { found, leftover, recovery, leaves, tree } = read;
  const facts = found ?? create(options, layout);
  // A process that was killed may have left names that are not on the disk yet.
  for (const folder of [layout.segments, layout.hashes, layout.keys, layout.root]) {
    disk.syncFolder(folder);
  }
  const signer = read.signer ?? loadSigner(disk, layout.keys, currentEpoch(facts));
  for (const path of [...leftover, ...recovery.empty]) disk.remove(path);
  const appender = createAppender({
    disk,
    random,
    folder: layout.segments,
    first: recovery.proven,
    tail: recovery.tail,
    leaves,
    lastParts: lastPartsOf(recovery),
  });
  cutParts(disk, recovery, appender.head);
  const { size, tornBytes, tail } = recovery;
  return {
    writer: createLogWriter({ options, layout, facts, signer, appender, tree, release }),
    recovered: { created: found === undefined, size, tornBytes, writtenAgain: tail.length },
  };
}

function create({ disk, random, name, nowMs }: LogOptions, layout: Layout): LogFacts {
  for (const folder of [layout.segments, layout.hashes]) disk.makeFolder(folder);
  disk.syncFolder(dirname(layout.root));
  const origin = originOf(name, 1);
  const { verifier } = createSigner(origin, makeKey(disk, random, layout.keys, 1));
  const epoch = { epoch: 1, origin, from: 0, verifierKey: formatVerifier(verifier) };
  const facts = { name, createdMs: nowMs, epochs: [epoch], keptFrom: 0 };
  writeLogFacts(disk, layout, facts);
  return facts;
}

/** A ledger must be what its last checkpoints say, the one in the other folder above all. */
function refuseOtherPast(
  options: ReadingOptions,
  layout: Layout,
  facts: LogFacts | undefined,
  tree: LogTree,
): void {
  const { disk, checkpoints, name } = options;
  const separate = separateFile(checkpoints, name);
  for (const path of [layout.checkpointFile, separate]) {
    const bytes = readCheckpointFile(disk, path);
    if (bytes === undefined) {
      if (path === separate) noteMissing(options, path, tree.size);
      continue;
    }
    refuseOther(path, bytes, facts?.epochs, tree);
  }
}

/** A ledger that was set back with its own checkpoint looks the same as one that was not. */
function noteMissing({ log }: ReadingOptions, path: string, size: number): void {
  if (size === 0) return;
  const message =
    `${path} is missing: whether the ledger was set back, which has ${size} entries, cannot be ` +
    "told. If its disk is only not mounted, stop, mount it and start again";
  log.warn("ledger-checkpoint-missing", message, { path, size });
}

function lastPartsOf({ segments }: Recovery): Map<number, number> {
  return new Map(segments.map(({ segment, parts }) => [segment, parts.at(-1)?.head.part ?? -1]));
}

/**
 * Gives back the room that ended parts hold beyond their frames. What a power cut tore is kept as
 * it is, for whoever wants to look at it.
 */
function cutParts(disk: Disk, { segments, tornBytes }: Recovery, fresh: PartHead): void {
  const parts = segments.flatMap((segment) => segment.parts);
  for (const [at, { path, head, end }] of parts.entries()) {
    const isTorn = tornBytes > 0 && at === parts.length - 1;
    if (head.first >= fresh.first) disk.remove(path);
    else if (!isTorn) truncate(disk, path, end);
  }
}

function truncate(disk: Disk, path: string, size: number): void {
  const file = disk.open(path, "write");
  try {
    if (file.size() > size) file.truncate(size);
  } finally {
    file.close();
  }
}
