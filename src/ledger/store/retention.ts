/** Which sealed segments are older, or the ledger larger, than the operator wants to keep. */
import { join } from "node:path";
import type { Disk } from "#base/disk.ts";
import { listFolder } from "./disk-files.ts";
import { sealedName, segmentEntries, type Layout } from "./layout.ts";
import { openSealed } from "./sealed-reader.ts";

export interface Retention {
  /** Entries older than this; 0: for ever. */
  readonly days: number;
  /** Of entries on the disk, their hashes aside; 0: any size. */
  readonly bytesMax: number;
}

/** Entries from `first` to before `end`, all of them in whole sealed segments. */
export interface Expired {
  readonly first: number;
  readonly end: number;
  readonly bytes: number;
}

const dayMs = 86_400_000;

/** @param sealed segments from `keptFrom` to before this one may go, the oldest first. */
export function findExpired(
  disk: Disk,
  layout: Layout,
  kept: { readonly keptFrom: number; readonly sealed: number },
  retention: Retention,
  nowMs: number,
): Expired | undefined {
  const { days, bytesMax } = retention;
  let left = listFolder(disk, layout.segments)
    .map((name) => disk.stat(join(layout.segments, name))?.size ?? 0)
    .reduce((sum, size) => sum + size, 0);
  let bytes = 0;
  let expired: Expired | undefined;
  for (let segment = kept.keptFrom; segment < kept.sealed; segment++) {
    const own = openSealed(disk, join(layout.segments, sealedName(segment)), segment);
    // By the newest of its entries: their own times, whatever the clock said in between.
    const isOld = days > 0 && own.facts.maxMs < nowMs - days * dayMs;
    // The clock was ahead: it is as old as one behind it is at least.
    const isOfLater = days > 0 && own.facts.maxMs > nowMs;
    const isTooMuch = bytesMax > 0 && left > bytesMax;
    if (!isOld && !isTooMuch && !isOfLater) break;
    left -= own.bytes;
    bytes += own.bytes;
    if (!isOld && !isTooMuch) continue;
    const first = kept.keptFrom * segmentEntries;
    expired = { first, end: (segment + 1) * segmentEntries, bytes };
  }
  return expired;
}
