/** Writes the entries of a ledger as JSON, one a line: `entries.ndjson`. */
import { join } from "node:path";
import type { Disk } from "#base/disk.ts";
import { entryAsJson } from "./entry-as-json.ts";
import type { Exported } from "./export-tiles.ts";
import type { LogSource } from "./log-source.ts";
import { createNewFile } from "./write-new-file.ts";

const blockChars = 1 << 20;
const progressEntries = 16_384;

export function exportNdjson(
  source: LogSource,
  disk: Disk,
  folder: string,
  onProgress?: (entries: number, size: number) => void,
): Exported {
  const { origin, size } = source;
  const file = createNewFile(disk, join(folder, "entries.ndjson"));
  let block = "";
  let entries = 0;
  try {
    source.scan(0, size, (index, bytes) => {
      block += `${JSON.stringify({ index, ...entryAsJson(bytes) })}\n`;
      entries++;
      if (block.length > blockChars) flush();
      if (entries % progressEntries === 0) onProgress?.(index + 1, size);
      return true;
    });
    flush();
  } finally {
    file.close();
  }
  return { origin, entries, files: 1, dropped: size - entries };

  function flush(): void {
    file.append(Buffer.from(block));
    block = "";
  }
}
