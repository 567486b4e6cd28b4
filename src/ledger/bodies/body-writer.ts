/**
 * A worker's end of the store of bodies: appends records, which are not synced here. That is what
 * the thread does that commits entries (body-sync.ts), before an entry that refers to them.
 */
import type { Disk, DiskFile } from "#base/disk.ts";
import type { Random } from "#base/platform.ts";
import { encodeRecord, type BodyRecord } from "./body-record.ts";
import {
  bodiesFolder,
  bodyFileBytesMax,
  bodyFileHeader,
  bodyFileHeaderBytes,
  bodyFileName,
  bodyFileNames,
  bodyFilePath,
  bodyFileSpanMs,
  formatReference,
} from "./body-file.ts";
import { slot, slotAt } from "./body-slots.ts";
import { writeAll } from "./key-file.ts";

export interface BodyWriter {
  /** @returns the reference for the entry. Throws what the disk throws; begins a new file then. */
  append(record: BodyRecord, nowMs: number): string;
  close(): void;
}

export interface BodyWriterOptions {
  readonly disk: Disk;
  readonly ledger: string;
  /** 8 hexadecimal digits, the same for all threads of a process: see `newBodyRun`. */
  readonly run: string;
  /** Place of the worker, from 0. */
  readonly worker: number;
  /** From `createBodySlots`. */
  readonly slots: Int32Array;
}

interface OpenFile {
  readonly file: DiskFile;
  readonly name: string;
  readonly startMs: number;
  size: number;
}

export function newBodyRun(disk: Disk, ledger: string, random: Random): string {
  const names = bodyFileNames(disk, ledger);
  for (;;) {
    const run = random.bytes(4).toString("hex");
    if (!names.some((name) => name.startsWith(run))) return run;
  }
}

export function openBodyWriter(options: BodyWriterOptions): BodyWriter {
  const { disk, ledger, run, worker, slots } = options;
  let open: OpenFile | undefined;

  function begin(startMs: number): OpenFile {
    const number = Atomics.load(slots, slotAt(worker, slot.number)) + 1;
    const name = bodyFileName(run, worker, number);
    disk.makeFolder(bodiesFolder(ledger), 0o700);
    const file = disk.open(bodyFilePath(ledger, name), "create", 0o600);
    const written = Atomics.load(slots, slotAt(worker, slot.written));
    Atomics.store(slots, slotAt(worker, slot.base), written);
    Atomics.store(slots, slotAt(worker, slot.number), number);
    open = { file, name, startMs, size: bodyFileHeaderBytes };
    writeAll(file, bodyFileHeader(startMs), 0);
    return open;
  }

  function end(): void {
    open?.file.close();
    open = undefined;
  }

  function fileFor(nowMs: number, bytes: number): OpenFile {
    if (open !== undefined) {
      const { startMs, size } = open;
      // A clock that went back would make the file's span a lie.
      const isInTime = nowMs >= startMs && nowMs - startMs < bodyFileSpanMs;
      const failed = Atomics.load(slots, slotAt(worker, slot.failed));
      const isSound = Atomics.load(slots, slotAt(worker, slot.number)) > failed;
      if (isInTime && isSound && size + bytes <= bodyFileBytesMax) return open;
      end();
    }
    return begin(nowMs);
  }

  return {
    append(record, nowMs) {
      const bytes = encodeRecord(record);
      try {
        const into = fileFor(nowMs, bytes.length);
        const offset = into.size;
        writeAll(into.file, bytes, offset);
        into.size += bytes.length;
        Atomics.add(slots, slotAt(worker, slot.written), 1);
        return formatReference({ file: into.name, offset, length: bytes.length });
      } catch (error) {
        end();
        throw error;
      }
    },
    close: end,
  };
}
