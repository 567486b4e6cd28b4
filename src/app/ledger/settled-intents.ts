/**
 * A file beside the log that says before which index all intents have an outcome, so that recovery
 * need not read the log from its beginning. It may say less than is true, never more: beside a copy
 * of the log that was made before it, it says nothing.
 */
import { join } from "node:path";
import type { Disk } from "#base/disk.ts";
import { readFile, replaceFile } from "#ledger/store/disk-files.ts";
import { trying } from "#ledger/store/problems.ts";

const bytesMax = 32;

export interface SettledIntents {
  /** 0: nothing is known. @param size of the log. */
  read(size: number): number;
  /** @param size of the log, in which all their outcomes are. */
  write(index: number, size: number): void;
}

export function createSettledIntents(disk: Disk, folder: string): SettledIntents {
  const path = join(folder, "settled-intents");
  return {
    read(size) {
      const bytes = trying(`read ${path}`, () => readFile(disk, path, bytesMax));
      const text = bytes?.toString("latin1") ?? "";
      // Of an earlier version: the index alone.
      const [, index = 0, least = index] = /^(\d{1,15})(?: (\d{1,15}))?\n$/.exec(text) ?? [];
      return Number(least) <= size ? Number(index) : 0;
    },
    write(index, size) {
      const text = Buffer.from(`${index} ${size}\n`, "latin1");
      trying(`write ${path}`, () => replaceFile(disk, path, text));
    },
  };
}
