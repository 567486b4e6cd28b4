/** A file of an export: it must not exist yet, and comes with the folders above it. */
import { dirname } from "node:path";
import type { Disk } from "#base/disk.ts";
import { trying } from "#ledger/store/problems.ts";

export interface NewFile {
  append(content: Buffer): void;
  close(): void;
}

export function createNewFile(disk: Disk, path: string): NewFile {
  return trying(`write ${path}`, () => {
    disk.makeFolder(dirname(path));
    const file = disk.open(path, "create");
    let position = 0;
    return {
      append: (content) =>
        trying(`write ${path}`, () => {
          for (let at = 0; at < content.length;) {
            const count = file.write(content, at, content.length - at, position);
            at += count;
            position += count;
          }
        }),
      close: () => file.close(),
    };
  });
}
