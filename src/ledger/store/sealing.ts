/** Seals full segments one after the other, as fast as new entries come and never much at once. */
import type { Disk } from "#base/disk.ts";
import type { Log } from "#base/log.ts";
import { listFolder } from "./disk-files.ts";
import { partsOf } from "./find-parts.ts";
import type { Layout } from "./layout.ts";
import { segmentEntries } from "./layout.ts";
import type { LogTree } from "./log-tree.ts";
import { isSystemError, LedgerProblem } from "./problems.ts";
import { sealSegment } from "./seal.ts";
import { bundleEntries } from "./sealed-format.ts";

export interface Sealing {
  /**
   * A share of the work: more when more entries came since the last call.
   * @param nowMs by any clock that only goes ahead.
   * @returns whether there is more to do, without more entries.
   */
  advance(size: number, nowMs: number): boolean;
}

/** A bundle takes about two slices; twice as many as come in keep the log ahead. */
const slicesPerEntry = 4 / bundleEntries;
/** From an error of the disk to the next try. */
const retryMs = 10_000;

export function createSealing(disk: Disk, layout: Layout, tree: LogTree, log: Log): Sealing {
  let work: Generator<undefined, void> | undefined;
  let lastSize = tree.size;
  /** What is due for the entries that came. */
  let due = 0;
  let notBeforeMs = 0;

  const isFull = (): boolean => tree.size >= (tree.sealed + 1) * segmentEntries;

  function* seal(segment: number): Generator<undefined, void> {
    yield* sealSegment({ disk, layout, segment, ...tree.hashesOf(segment) });
    // From here on it is never sealed again: what is left of its parts is not all of its entries.
    tree.noteSealed();
    yield* removeParts();
  }

  /** Of sealed segments; what cannot be removed harms nothing but the room on the disk. */
  function* removeParts(): Generator<undefined, void> {
    for (const [segment, parts] of partsOf(layout.segments, listFolder(disk, layout.segments))) {
      if (segment >= tree.sealed) return;
      for (const { path } of parts) {
        yield;
        remove(path);
      }
    }
  }

  function remove(path: string): void {
    try {
      disk.remove(path);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      const message =
        `${path}, which is sealed, could not be removed; it is tried again when the next segment ` +
        "is sealed, and at the next start";
      log.warn("ledger-not-removed", message, { error: error.message });
    }
  }

  function step(): boolean {
    if (work === undefined && isFull()) work = seal(tree.sealed);
    if (work === undefined) return false;
    if (work.next().done === true) work = undefined;
    return true;
  }

  return {
    advance(size, nowMs) {
      due += (size - lastSize) * slicesPerEntry;
      lastSize = size;
      const slices = Math.max(1, Math.floor(due));
      due = Math.max(0, due - slices);
      if (nowMs < notBeforeMs) return false;
      try {
        for (let slice = 0; slice < slices && step(); slice++);
        return work !== undefined || isFull();
      } catch (error) {
        if (!isSystemError(error) && !(error instanceof LedgerProblem)) throw error;
        work = undefined;
        notBeforeMs = nowMs + retryMs;
        log.error("ledger-not-sealed", "a full segment of the ledger could not be sealed", {
          segment: tree.sealed,
          error: error.message,
        });
        return false;
      }
    },
  };
}
