/**
 * A part as it is written: made under another name, filled with zeros ahead of its frames, and
 * given its name only when its head, and what had to be written again, are on the disk.
 */
import { join } from "node:path";
import type { Disk, DiskFile } from "#base/disk.ts";
import type { Random } from "#base/platform.ts";
import { writeFully } from "./disk-files.ts";
import { runBytes } from "./frame.ts";
import { partName, unfinished, type PartName } from "./layout.ts";
import { isSystemError } from "./problems.ts";
import { encodePartHead, parsePartHead, partHeadBytes, type PartHead } from "./part-head.ts";

/** A file that grows with every frame costs twice as much to sync as one that is long already. */
export const zeroStepBytes = 4 << 20;
export const zeroSliceBytes = 256 << 10;
const zeros = Buffer.alloc(zeroSliceBytes);

export interface PartFile {
  readonly head: PartHead;
  readonly file: DiskFile;
  readonly path: string;
  /** Of the next frame. */
  position: number;
  /** Checksum that the next frame is chained to. */
  previous: number;
  /** Bytes of the file that were written, with zeros at least. */
  zeroed: number;
  isOpen: boolean;
}

/** Begins a part; it has no name yet: see `publishPart`. */
export function beginPart(
  disk: Disk,
  random: Random,
  folder: string,
  place: PartName & { readonly first: number; readonly settled: number },
): PartFile {
  const path = join(folder, partName(place));
  const fresh = path + unfinished;
  if (disk.stat(fresh) !== undefined) disk.remove(fresh);
  const file = disk.open(fresh, "create");
  try {
    const bytes = encodePartHead({ ...place, run: random.bytes(runBytes) });
    const head = parsePartHead(bytes) as PartHead;
    writeFully(file, bytes, 0, bytes.length, 0);
    const position = partHeadBytes;
    return { head, file, path, position, previous: head.checksum, zeroed: position, isOpen: true };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Writes one slice of zeros; @returns whether `bytes` of them are ahead of the frames now. */
export function zeroAhead(part: PartFile, bytes = zeroStepBytes): boolean {
  if (part.zeroed >= part.position + bytes) return true;
  const end = Math.floor(part.zeroed / zeroSliceBytes + 1) * zeroSliceBytes;
  writeFully(part.file, zeros, 0, end - part.zeroed, part.zeroed);
  part.zeroed = end;
  return end >= part.position + bytes;
}

/** Syncs what was written and gives the part its name. */
export function publishPart(disk: Disk, folder: string, part: PartFile): void {
  part.file.sync();
  disk.rename(part.path + unfinished, part.path);
  disk.syncFolder(folder);
}

/** What was not synced is not told to anybody, so that an error no longer matters. */
export function closePart(part: PartFile): void {
  if (!part.isOpen) return;
  part.isOpen = false;
  try {
    part.file.close();
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}
