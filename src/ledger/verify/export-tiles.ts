/**
 * Writes a log as a tree of files that any reader of C2SP tlog-tiles understands: entry bundles,
 * tiles, and at last the checkpoint that covers them.
 */
import { join } from "node:path";
import type { Disk } from "#base/disk.ts";
import { isProblem, type Problem } from "#base/problem.ts";
import { encodeBundle } from "#ledger/tree/entry-bundle.ts";
import { tilePath, tilesOf, tileWidth, type Tile } from "#ledger/tree/tile.ts";
import type { LogSource } from "./log-source.ts";
import { newestCheckpoint } from "./newest-checkpoint.ts";
import { createNewFile } from "./write-new-file.ts";

export interface Exported {
  readonly origin: string;
  readonly entries: number;
  readonly files: number;
  /** Entries that are no longer there: their bundles are missing, their hashes are not. */
  readonly dropped: number;
}

/** @param onProgress hears how many entries are written, of how many. */
export function exportTiles(
  source: LogSource,
  disk: Disk,
  folder: string,
  onProgress?: (entries: number, size: number) => void,
): Exported | Problem {
  const newest = newestCheckpoint(source);
  if (isProblem(newest)) return newest;
  const { bytes: checkpoint, origin, size } = newest;
  let files = 0;
  let dropped = 0;
  for (const tile of tilesOf(size)) {
    const content = tileContent(source, tile);
    if (content === undefined) {
      dropped += tile.width;
      continue;
    }
    write(tilePath(tile), content);
    if (tile.level === "entries") onProgress?.(tile.index * tileWidth + tile.width, size);
  }
  write("checkpoint", checkpoint);
  return { origin, entries: size - dropped, files, dropped };

  function write(path: string, content: Buffer): void {
    const file = createNewFile(disk, join(folder, path));
    try {
      file.append(content);
    } finally {
      file.close();
    }
    files++;
  }
}

/** @returns undefined: its entries were dropped. */
export function tileContent(source: LogSource, { level, index, width }: Tile): Buffer | undefined {
  if (level !== "entries") return source.hashTile(level, index, width);
  const entries: Buffer[] = [];
  const from = index * tileWidth;
  source.scan(from, from + width, (_, bytes) => entries.push(Buffer.from(bytes)) > 0);
  return entries.length < width ? undefined : encodeBundle(entries);
}
