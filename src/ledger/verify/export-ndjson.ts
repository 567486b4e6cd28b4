/** Writes the entries of a ledger as JSON, one a line: `entries.ndjson`, or `ocsf.ndjson`. */
import { join } from "node:path";
import type { Disk } from "#base/disk.ts";
import { entryAsJson } from "./entry-as-json.ts";
import { entryAsOcsf } from "./entry-as-ocsf.ts";
import type { Exported } from "./export-tiles.ts";
import type { LogSource } from "./log-source.ts";
import { createNewFile } from "./write-new-file.ts";

const blockChars = 1 << 20;
const progressEntries = 16_384;

type OnProgress = (entries: number, size: number) => void;

export function exportNdjson(
  source: LogSource,
  disk: Disk,
  folder: string,
  onProgress?: OnProgress,
): Exported {
  const lineOf = (bytes: Buffer, index: number) => ({ index, ...entryAsJson(bytes) });
  return exportLines(source, disk, join(folder, "entries.ndjson"), lineOf, onProgress);
}

/** Exchanges only, as events of OCSF. */
export function exportOcsf(
  source: LogSource,
  disk: Disk,
  folder: string,
  onProgress?: OnProgress,
): Exported {
  const lineOf = (bytes: Buffer, index: number) => entryAsOcsf(bytes, index, source.origin);
  return exportLines(source, disk, join(folder, "ocsf.ndjson"), lineOf, onProgress);
}

/** @param lineOf gives undefined for an entry that has no line. */
function exportLines(
  source: LogSource,
  disk: Disk,
  path: string,
  lineOf: (bytes: Buffer, index: number) => object | undefined,
  onProgress?: OnProgress,
): Exported {
  const { origin, size } = source;
  const file = createNewFile(disk, path);
  let block = "";
  let seen = 0;
  let entries = 0;
  try {
    source.scan(0, size, (index, bytes) => {
      seen++;
      if (seen % progressEntries === 0) onProgress?.(index + 1, size);
      const line = lineOf(bytes, index);
      if (line === undefined) return true;
      entries++;
      block += `${JSON.stringify(line)}\n`;
      if (block.length > blockChars) flush();
      return true;
    });
    flush();
  } finally {
    file.close();
  }
  return { origin, entries, files: 1, dropped: size - seen };

  function flush(): void {
    file.append(Buffer.from(block));
    block = "";
  }
}
