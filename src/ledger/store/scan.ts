/** Reads the frames of a part one after the other, up to the first that is not as written. */
import type { DiskFile } from "#base/disk.ts";
import { frameHeadBytes, frameLength, framePayloadMax, frameRunAt, readFrame } from "./frame.ts";
import type { Frame } from "./frame.ts";
import { partHeadBytes, type PartHead } from "./part-head.ts";

/** How far a part was read. */
export interface ScanPlace {
  /** In the file, of the frame that would come next. */
  position: number;
  /** Index of the entry that would come next. */
  next: number;
  /** Checksum of the last frame. */
  previous: number;
  /** All entries before this index are known to have been synced. */
  proven: number;
}

export function startOf(head: PartHead): ScanPlace {
  const { first, checksum, settled } = head;
  return { position: partHeadBytes, next: first, previous: checksum, proven: settled };
}

/** The payload stands in `bytes` at `from` to before `to`, during the call only. */
export type VisitFrame = (frame: Frame, bytes: Buffer, from: number, to: number) => void;

export interface Scanner {
  /** Goes on from `place`, which is moved along, to the index `limit` or the last good frame. */
  scan(file: DiskFile, head: PartHead, place: ScanPlace, limit: number, visit: VisitFrame): void;
  /** The first frame of the run at or behind a position that is wanted, whatever stands before. */
  find(
    file: DiskFile,
    run: Uint8Array,
    position: number,
    isWanted: (frame: Frame) => boolean,
  ): Frame | undefined;
}

const stepBytes = 64 * 1024;
const searchBytes = 1 << 20;

/** Holds a buffer of its own: nothing that is visited may use the same scanner. */
export function createScanner(): Scanner {
  let bytes: Buffer = Buffer.allocUnsafeSlow(stepBytes);
  let start = 0;
  let filled = 0;

  /** Where a position stands in `bytes`, with `need` bytes behind it; -1: the file ends before. */
  function windowAt(file: DiskFile, position: number, need: number): number {
    if (position >= start && position + need <= start + filled) return position - start;
    if (need > bytes.length) bytes = Buffer.allocUnsafeSlow(Math.min(need * 2, windowMax));
    start = position;
    filled = file.read(bytes, 0, bytes.length, position);
    return filled >= need ? 0 : -1;
  }

  function frameAt(file: DiskFile, run: Uint8Array, position: number): Frame | undefined {
    const head = windowAt(file, position, frameHeadBytes);
    if (head < 0) return undefined;
    const length = frameLength(bytes, head, run);
    if (length === undefined) return undefined;
    const at = windowAt(file, position, length);
    return at < 0 ? undefined : readFrame(bytes, at, run);
  }

  return {
    scan(file, head, place, limit, visit) {
      filled = 0;
      while (place.next < limit) {
        const frame = frameAt(file, head.run, place.position);
        if (frame === undefined || frame.first !== place.next) return;
        if (frame.previous !== place.previous || frame.count === 0) return;
        const from = place.position - start + frameHeadBytes;
        visit(frame, bytes, from, from + frame.length);
        place.position += frameHeadBytes + frame.length;
        place.next += frame.count;
        place.previous = frame.checksum;
        place.proven = Math.max(place.proven, frame.first - frame.unsynced);
      }
    },
    find(file, run, position, isWanted) {
      const size = file.size();
      if (size - position < frameHeadBytes) return undefined;
      const block = Buffer.allocUnsafeSlow(Math.min(searchBytes, size - position));
      // Blocks overlap by what a run could be cut by.
      for (let from = position; from < size; from += block.length - run.length) {
        const count = file.read(block, 0, block.length, from);
        const read = block.subarray(0, count);
        for (let at = read.indexOf(run); at >= 0; at = read.indexOf(run, at + 1)) {
          filled = 0;
          const frame = frameAt(file, run, from + at - frameRunAt);
          if (frame !== undefined && isWanted(frame)) return frame;
        }
        if (count < block.length) return undefined;
      }
      return undefined;
    },
  };
}

const windowMax = 2 * (frameHeadBytes + framePayloadMax);
