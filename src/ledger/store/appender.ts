/**
 * Appends groups of entries to the parts of the unsealed segments. After a failure nothing more is
 * written to the same file: `reopen` begins a new part behind the last entry that was synced.
 */
import { assert } from "#base/assert.ts";
import type { Disk } from "#base/disk.ts";
import type { Random } from "#base/platform.ts";
import { copyHash, hashBytes, leafHashInto } from "#ledger/tree/hashes.ts";
import { createBatch } from "./batch.ts";
import { listFolder, writeFully } from "./disk-files.ts";
import { partsOf } from "./find-parts.ts";
import { frameHeadBytes, writeFrameHead } from "./frame.ts";
import { segmentEntries } from "./layout.ts";
import { createNextPart } from "./next-part.ts";
import { beginPart, closePart, publishPart, zeroAhead, type PartFile } from "./part-file.ts";
import type { PartHead } from "./part-head.ts";
import { diskProblem, isSystemError, LedgerWriteError } from "./problems.ts";
import { createLeaves } from "./recover.ts";

export interface AppenderOptions {
  readonly disk: Disk;
  readonly random: Random;
  /** Of the parts. */
  readonly folder: string;
  /** Entries before this index are on the disk; those in `tail` are written again behind them. */
  readonly first: number;
  readonly tail: readonly Uint8Array[];
  /** Hashes of the leaves of unsealed segments, filled as far as there are entries. */
  readonly leaves: Map<number, Buffer>;
  /** Highest number of a part that a segment has. */
  readonly lastParts: Map<number, number>;
}

export interface Appender {
  /** Entries that are on the disk. */
  readonly synced: number;
  /** Of the part that is written to. */
  readonly head: PartHead;
  readonly add: (bytes: Uint8Array, from: number, to: number) => number;
  readonly write: () => void;
  readonly sync: () => void;
  /** Puts the hash of an entry that is not sealed yet into `target` at `at`. */
  readonly copyLeafHash: (index: number, target: Buffer, at: number) => void;
  /** A slice of what makes later writes cheap. Errors are those of the disk. */
  readonly prepare: () => void;
  readonly reopen: () => void;
  readonly close: () => void;
}

export function createAppender(options: AppenderOptions): Appender {
  const { disk, random, folder, leaves, lastParts } = options;
  let synced = options.first + options.tail.length;
  let written = options.first;
  let failed = false;
  let preparedAt = synced;
  const batch = createBatch(options.first);
  let ownLeaves = leavesAt(options.first);
  let part = beginAt(options.first);
  const nextPart = createNextPart({ begin: beginAt, publish });
  try {
    for (const entry of options.tail) add(entry, 0, entry.length);
    writeFrames();
    publish(part);
  } catch (error) {
    closePart(part);
    throw error;
  }

  function leavesAt(index: number): Buffer {
    const segment = Math.floor(index / segmentEntries);
    const known = leaves.get(segment) ?? createLeaves();
    leaves.set(segment, known);
    return known;
  }

  function beginAt(first: number): PartFile {
    const segment = Math.floor(first / segmentEntries);
    const number = (lastParts.get(segment) ?? -1) + 1;
    return beginPart(disk, random, folder, { segment, part: number, first, settled: synced });
  }

  function publish(fresh: PartFile): void {
    while (!zeroAhead(fresh));
    publishPart(disk, folder, fresh);
    lastParts.set(fresh.head.segment, fresh.head.part);
  }

  function add(bytes: Uint8Array, from: number, to: number): number {
    const index = batch.next;
    batch.add(bytes, from, to);
    const slot = index % segmentEntries;
    if (slot === 0) ownLeaves = leavesAt(index);
    leafHashInto(bytes, from, to, ownLeaves, slot * hashBytes);
    return index;
  }

  function writeFrames(): void {
    const { bytes, frames } = batch;
    let from = 0;
    let to = 0;
    let position = part.position;
    for (const frame of frames) {
      if (Math.floor(frame.first / segmentEntries) !== part.head.segment) {
        writeFully(part.file, bytes, from, to, position);
        rollOver(frame.first);
        from = frame.start;
        position = part.position;
      }
      const facts = {
        run: part.head.run,
        first: frame.first,
        count: frame.count,
        length: frame.end - frame.start - frameHeadBytes,
        unsynced: Math.max(0, frame.first - synced),
        previous: part.previous,
      };
      part.previous = writeFrameHead(bytes, frame.start, facts);
      part.position += frame.end - frame.start;
      to = frame.end;
    }
    writeFully(part.file, bytes, from, to, position);
    part.zeroed = Math.max(part.zeroed, part.position);
    written = batch.next;
    batch.reset(written);
  }

  /** A segment is synced before the next one gets its first entry. */
  function rollOver(first: number): void {
    part.file.sync();
    closePart(part);
    const prepared = nextPart.take();
    part = prepared ?? beginAt(first);
    if (prepared === undefined) publish(part);
  }

  function guarded(what: string, run: () => void): void {
    assert(!failed, "after a failure a ledger is reopened before it is written to");
    try {
      run();
    } catch (error) {
      failed = true;
      if (!isSystemError(error)) throw error;
      throw new LedgerWriteError(diskProblem(error, `${what} ${part.path}`));
    }
  }

  function restart(): void {
    batch.reset(synced);
    written = synced;
    closePart(part);
    nextPart.drop();
    removeLaterSegments();
    ownLeaves = leavesAt(synced);
    const fresh = beginAt(synced);
    try {
      publish(fresh);
    } catch (error) {
      closePart(fresh);
      throw error;
    }
    part = fresh;
  }

  /** What they got was never acknowledged. */
  function removeLaterSegments(): void {
    const present = Math.floor(synced / segmentEntries);
    for (const [segment, parts] of partsOf(folder, listFolder(disk, folder))) {
      if (segment <= present) continue;
      for (const { path } of parts) disk.remove(path);
      disk.syncFolder(folder);
      lastParts.delete(segment);
    }
  }

  return {
    get synced() {
      return synced;
    },
    get head() {
      return part.head;
    },
    add(bytes, from, to) {
      assert(!failed, "after a failure a ledger is reopened before it is written to");
      return add(bytes, from, to);
    },
    write: () => guarded("write", writeFrames),
    sync: () =>
      guarded("sync", () => {
        part.file.sync();
        synced = written;
      }),
    copyLeafHash(index, target, at) {
      const from = (index % segmentEntries) * hashBytes;
      const own = leaves.get(Math.floor(index / segmentEntries));
      assert(own !== undefined, "the hash of an entry that is not sealed");
      copyHash(own, from, target, at);
    },
    prepare() {
      if (failed) return;
      const added = synced - preparedAt;
      preparedAt = synced;
      nextPart.advance(part, written, added);
    },
    reopen() {
      // What failed may be the bodies of entries that were only added; they go as well.
      failed = false;
      guarded("begin a part behind", restart);
    },
    close() {
      nextPart.drop();
      closePart(part);
    },
  };
}
