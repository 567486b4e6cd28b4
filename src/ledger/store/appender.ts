/**
 * Appends groups of entries to the parts of the unsealed segments. After a failure nothing more is
 * written to the same file: `reopen` begins a new part behind the last entry that was synced.
 */
import { assert } from "#base/assert.ts";
import type { Disk } from "#base/disk.ts";
import type { Random } from "#base/platform.ts";
import { hashBytes, leafHashInto } from "#ledger/tree/hashes.ts";
import { createBatch } from "./batch.ts";
import { writeFully } from "./disk-files.ts";
import { frameHeadBytes, writeFrameHead } from "./frame.ts";
import { segmentEntries } from "./layout.ts";
import {
  beginPart,
  closePart,
  publishPart,
  zeroAhead,
  zeroSliceBytes,
  zeroStepBytes,
  type PartFile,
} from "./part-file.ts";
import type { PartHead } from "./part-head.ts";
import { diskProblem, isSystemError, LedgerWriteError } from "./problems.ts";
import { createLeaves } from "./recover.ts";

/** Over what entries took so far. */
const roomFactor = 1.05;
/** Of zeros in a part before its first entry comes. */
const preparedBytesMax = 64 << 20;

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
  /** Of an entry that is not sealed yet. */
  readonly leafHash: (index: number) => Buffer;
  /** A slice of what makes later writes cheap. Errors are those of the disk. */
  readonly prepare: () => void;
  readonly reopen: () => void;
  readonly close: () => void;
}

export function createAppender(options: AppenderOptions): Appender {
  const { disk, random, folder, leaves, lastParts } = options;
  let synced = options.first + options.tail.length;
  /** As `synced`, but also moved when a segment is full: not told to anybody. */
  let settled = synced;
  let written = options.first;
  let failed = false;
  let preparedAt = synced;
  const batch = createBatch(options.first);
  let ownLeaves = leavesAt(options.first);
  let part = beginAt(options.first, synced);
  /** Of the next segment: being filled with zeros, then ready. */
  let preparing: PartFile | undefined;
  let prepared: PartFile | undefined;
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

  function beginAt(first: number, settledTo: number): PartFile {
    const segment = Math.floor(first / segmentEntries);
    const number = (lastParts.get(segment) ?? -1) + 1;
    return beginPart(disk, random, folder, { segment, part: number, first, settled: settledTo });
  }

  function publish(fresh: PartFile): void {
    while (!zeroAhead(fresh, zeroStepBytes));
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
        unsynced: Math.max(0, frame.first - settled),
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
    settled = first;
    part = prepared ?? preparing ?? beginAt(first, first);
    if (prepared === undefined) publish(part);
    prepared = undefined;
    preparing = undefined;
  }

  function dropPreparing(): void {
    if (preparing === undefined) return;
    closePart(preparing);
    preparing = undefined;
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
    settled = synced;
    closePart(part);
    dropPreparing();
    // What a later segment got was never acknowledged.
    for (const later of [part, prepared]) {
      if (later === undefined || later.head.first <= synced || !isNamed(later)) continue;
      disk.remove(later.path);
      disk.syncFolder(folder);
      lastParts.delete(later.head.segment);
    }
    if (prepared !== undefined) closePart(prepared);
    prepared = undefined;
    ownLeaves = leavesAt(synced);
    const fresh = beginAt(synced, synced);
    try {
      publish(fresh);
    } catch (error) {
      closePart(fresh);
      throw error;
    }
    part = fresh;
  }

  function isNamed({ path }: PartFile): boolean {
    return disk.stat(path) !== undefined;
  }

  /** What the entries of this part took, with some room. */
  function bytesFor(entries: number): number {
    const own = Math.max(1, written - part.head.first);
    return Math.ceil(((part.position * roomFactor) / own) * entries);
  }

  /** Zeros ahead of the frames, as far as the segment will go. */
  function zeroOwn(): void {
    const rest = segmentEntries - 1 - ((written - 1) % segmentEntries);
    zeroAhead(part, Math.min(zeroStepBytes, bytesFor(rest)));
  }

  /** The next segment's part, once half of this segment is full. */
  function prepareNext(slices: number): void {
    const next = (part.head.segment + 1) * segmentEntries;
    if (prepared !== undefined || next - written > segmentEntries / 2) return;
    preparing ??= beginAt(next, settled);
    const wanted = Math.min(preparedBytesMax, Math.max(zeroStepBytes, bytesFor(segmentEntries)));
    const before = preparing.zeroed;
    for (let slice = 0; slice < slices; slice++) {
      if (zeroAhead(preparing, wanted)) break;
    }
    if (preparing.zeroed > before) return preparing.file.startSync();
    publishPart(disk, folder, preparing);
    lastParts.set(preparing.head.segment, preparing.head.part);
    prepared = preparing;
    preparing = undefined;
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
        settled = written;
      }),
    leafHash(index) {
      const at = (index % segmentEntries) * hashBytes;
      const own = leaves.get(Math.floor(index / segmentEntries));
      assert(own !== undefined, "the hash of an entry that is not sealed");
      return Buffer.from(own.subarray(at, at + hashBytes));
    },
    prepare() {
      if (failed) return;
      const added = synced - preparedAt;
      preparedAt = synced;
      try {
        zeroOwn();
        // Twice what comes in, so that the next part is ready in time.
        prepareNext(1 + Math.ceil((2 * bytesFor(added)) / zeroSliceBytes));
      } catch (error) {
        dropPreparing();
        throw error;
      }
    },
    reopen() {
      assert(failed, "a ledger is reopened after a failure only");
      failed = false;
      guarded("begin a part behind", restart);
    },
    close() {
      for (const open of [part, preparing, prepared]) if (open !== undefined) closePart(open);
    },
  };
}
