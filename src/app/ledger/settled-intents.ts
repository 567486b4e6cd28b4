/**
 * A file beside the log that says before which index all intents have an outcome, so that recovery
 * need not read the log from its beginning. It may say less than is true, never more.
 */
import { join } from "node:path";
import type { Disk } from "#base/disk.ts";
import { readFile, replaceFile } from "#ledger/store/disk-files.ts";
import { trying } from "#ledger/store/problems.ts";

const bytesMax = 32;

export interface SettledIntents {
  /** 0: nothing is known. */
  read(): number;
  write(index: number): void;
}

export function createSettledIntents(disk: Disk, folder: string): SettledIntents {
  const path = join(folder, "settled-intents");
  return {
    read() {
      const bytes = trying(`read ${path}`, () => readFile(disk, path, bytesMax));
      const text = bytes?.toString("latin1") ?? "";
      return /^\d{1,15}\n$/.test(text) ? Number(text) : 0;
    },
    write(index) {
      trying(`write ${path}`, () => replaceFile(disk, path, Buffer.from(`${index}\n`, "latin1")));
    },
  };
}
