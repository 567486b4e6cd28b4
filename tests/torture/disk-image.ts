/**
 * A file system in a file, whose power is cut by copying the file while it is written. What the
 * system had not given to the disk yet is not in the copy. A disk that itself forgets what it was
 * given but not told to flush cannot be imitated so; the simulation does that.
 */
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lacks, notRunPrefix } from "#tests/support/tools.ts";

const imageMiB = 96;

export interface DiskImage {
  /** The mounted file system. */
  readonly folder: string;
  /** Mounts a copy of the image as it is now, for as long as `run` takes. */
  withCopy<Result>(run: (folder: string) => Result): Result;
}

/** False when images can be mounted here, else why not. */
export function cannotMount(): false | string {
  const missing = lacks("mkfs.ext4", "mount", "umount");
  if (missing !== false) return missing;
  try {
    withDiskImage(() => {});
    return false;
  } catch (error) {
    const [line = ""] = (error as Error).message.split("\n");
    return `${notRunPrefix}no file system in a file can be mounted: ${line}`;
  }
}

export function withDiskImage<Result>(run: (image: DiskImage) => Result): Result {
  const own = mkdtempSync(join(tmpdir(), "parlance-image-"));
  const image = join(own, "image");
  const folder = join(own, "mounted");
  mkdirSync(folder);
  try {
    writeFileSync(image, "");
    truncateSync(image, imageMiB << 20);
    execFileSync("mkfs.ext4", ["-q", "-F", image], { stdio: "pipe" });
    mount(image, folder);
    const result = run({ folder, withCopy: (use) => withCopyOf(image, own, use) });
    if (!(result instanceof Promise)) {
      clean();
      return result;
    }
    return result.finally(clean) as Result;
  } catch (error) {
    clean();
    throw error;
  }

  function clean(): void {
    unmount(folder);
    rmSync(own, { recursive: true });
  }
}

function withCopyOf<Result>(image: string, own: string, use: (folder: string) => Result): Result {
  const copy = join(own, "copy");
  const folder = join(own, "copy-mounted");
  copyFileSync(image, copy);
  mkdirSync(folder);
  try {
    mount(copy, folder);
    return use(folder);
  } finally {
    unmount(folder);
    rmSync(folder, { recursive: true });
    rmSync(copy);
  }
}

function mount(image: string, folder: string): void {
  execFileSync("mount", ["-o", "loop", image, folder], { stdio: "pipe" });
}

function unmount(folder: string): void {
  if (!readFileSync("/proc/mounts", "utf8").includes(` ${folder} `)) return;
  execFileSync("umount", [folder], { stdio: "pipe" });
}

/** Whether all threads of a stopped process have come to rest, also those that wait for a disk. */
export function isAtRest(pid: number): boolean {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).every((task) => {
    const stat = readFileSync(join(tasks, task, "stat"), "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("T");
  });
}
