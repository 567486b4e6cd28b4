/**
 * The committing thread's end of the store of bodies: `sync` before the entries are synced that
 * were taken from the workers until then: a worker writes a body before it hands over the entry.
 */
import type { Disk, DiskFile } from "#base/disk.ts";
import { diskProblem, LedgerWriteError } from "#ledger/store/problems.ts";
import { bodiesFolder, bodyFileName, bodyFilePath } from "./body-file.ts";
import { slot, slotAt, slotCount } from "./body-slots.ts";

export interface BodySync {
  /**
   * Whatever workers have written is on the disk afterwards.
   *
   * @throws LedgerWriteError: the entries at hand are not recorded; the files are used no further.
   */
  sync(): void;
  close(): void;
}

interface Followed {
  number: number;
  written: number;
  file: DiskFile | undefined;
  /** The last sync has failed, and the worker has not begun another file since, as far as known. */
  isBroken: boolean;
}

export function openBodySync(disk: Disk, ledger: string, run: string, slots: Int32Array): BodySync {
  const workers = Array.from({ length: slotCount(slots) }, (_, worker): Followed => {
    // Another thread may have followed the worker before, and died.
    const number = Atomics.load(slots, slotAt(worker, slot.failed));
    return { number, written: 0, file: undefined, isBroken: number > 0 };
  });

  function follow(worker: number, followed: Followed): void {
    const written = Atomics.load(slots, slotAt(worker, slot.written));
    if (written === followed.written) return;
    // Read after `written`: every record that is counted there is in a file up to this number.
    const number = Atomics.load(slots, slotAt(worker, slot.number));
    if (followed.isBroken) leaveBroken(worker, followed, number, written);
    try {
      followed.file?.sync();
      while (followed.number < number) openNext(worker, followed);
      followed.written = written;
    } catch (error) {
      closeFile(followed);
      followed.number = number;
      followed.written = written;
      followed.isBroken = true;
      Atomics.store(slots, slotAt(worker, slot.failed), number);
      throw new LedgerWriteError(diskProblem(error, `sync bodies of worker ${worker}`));
    }
  }

  /** Records that the worker put into the broken file before it knew are lost as well. */
  function leaveBroken(worker: number, followed: Followed, number: number, written: number): void {
    const hasNewFile = number > followed.number;
    const lostUpTo = hasNewFile ? Atomics.load(slots, slotAt(worker, slot.base)) : written;
    const isLost = lostUpTo > followed.written;
    followed.isBroken = !hasNewFile;
    if (!isLost) return;
    followed.written = lostUpTo;
    const cause = new Error("they are in a file that could not be synced");
    throw new LedgerWriteError(diskProblem(cause, `keep bodies of worker ${worker}`));
  }

  function openNext(worker: number, followed: Followed): void {
    closeFile(followed);
    followed.number++;
    const path = bodyFilePath(ledger, bodyFileName(run, worker, followed.number));
    // Dropped with the entries that were in it.
    if (disk.stat(path) === undefined) return;
    followed.file = disk.open(path, "write");
    followed.file.sync();
    disk.syncFolder(bodiesFolder(ledger));
  }

  return {
    sync() {
      for (const [worker, followed] of workers.entries()) follow(worker, followed);
    },
    close() {
      for (const followed of workers) closeFile(followed);
    },
  };
}

function closeFile(followed: Followed): void {
  followed.file?.close();
  followed.file = undefined;
}
