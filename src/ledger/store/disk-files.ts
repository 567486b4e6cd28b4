/** Whole files on a disk: read, written to the last byte, and replaced so that a cut harms none. */
import { dirname } from "node:path";
import type { Disk, DiskFile } from "#base/disk.ts";
import { unfinished } from "./layout.ts";
import { trying } from "./problems.ts";

/** A write may take less than it was given; only an error says that there is no more room. */
export function writeFully(
  file: DiskFile,
  bytes: Uint8Array,
  from: number,
  to: number,
  position: number,
): void {
  for (let done = from; done < to;) {
    done += file.write(bytes, done, to - done, position + done - from);
  }
}

/** At most `bytesMax` bytes; undefined: there is no such file. */
export function readFile(disk: Disk, path: string, bytesMax: number): Buffer | undefined {
  if (disk.stat(path) === undefined) return undefined;
  const file = disk.open(path, "read");
  try {
    const bytes = Buffer.alloc(Math.min(file.size(), bytesMax));
    return bytes.subarray(0, file.read(bytes, 0, bytes.length, 0));
  } finally {
    file.close();
  }
}

/** The file has its old content or the new one, whenever the power goes. */
export function replaceFile(
  disk: Disk,
  path: string,
  content: Uint8Array,
  permissions?: number,
): void {
  const fresh = path + unfinished;
  if (disk.stat(fresh) !== undefined) disk.remove(fresh);
  const file = disk.open(fresh, "create", permissions);
  try {
    writeFully(file, content, 0, content.length, 0);
    file.sync();
  } finally {
    file.close();
  }
  disk.rename(fresh, path);
  disk.syncFolder(dirname(path));
}

/** Names in a folder, none when it does not exist. */
export function listFolder(disk: Disk, folder: string): readonly string[] {
  return disk.stat(folder) === undefined ? [] : disk.list(folder);
}

/** Opens a file for reading and closes it; errors say that it was to be read. */
export function withFile<Result>(
  disk: Disk,
  path: string,
  run: (file: DiskFile) => Result,
): Result {
  return trying(`read ${path}`, () => {
    const file = disk.open(path, "read");
    try {
      return run(file);
    } finally {
      file.close();
    }
  });
}
