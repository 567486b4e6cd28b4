/**
 * The right to make or destroy one file, among threads and processes: a file of its own that must
 * not exist yet. Who finds it waits; what a dead program left behind is taken over after a while.
 */
import type { Disk } from "#base/disk.ts";

const stepMs = 2;
const stepsMax = 1_000;
const never = new Int32Array(new SharedArrayBuffer(4));

/** @returns what gives it back. */
export function claim(disk: Disk, path: string): () => void {
  for (let step = 0; ; step++) {
    try {
      disk.open(path, "create", 0o600).close();
      return () => removeClaim(disk, path);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "EEXIST") throw error;
    }
    if (step === stepsMax) removeClaim(disk, path);
    else Atomics.wait(never, 0, 0, stepMs);
  }
}

function removeClaim(disk: Disk, path: string): void {
  if (disk.stat(path) !== undefined) disk.remove(path);
}
