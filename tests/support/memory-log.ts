/** A log in memory, tiles and all, built by the frontier as the ledger's thread does it. */
import { createFrontier } from "#ledger/tree/frontier.ts";
import { hashBytes, leafHash } from "#ledger/tree/hashes.ts";
import type { HashAt } from "#ledger/tree/merkle-proofs.ts";
import { hashesFromTiles, type ReadTile } from "#ledger/tree/tile-hashes.ts";
import { tileWidth } from "#ledger/tree/tile.ts";

export interface MemoryLog {
  readonly entries: readonly Buffer[];
  readonly root: Buffer;
  readonly readTile: ReadTile;
  /** Of the tree of the first so many entries. */
  readonly hashesOf: (size: number) => HashAt;
}

export function memoryLog(entries: readonly Buffer[]): MemoryLog {
  const levels: Buffer[][] = [[]];
  const frontier = createFrontier({
    onTileHash: (level, index, hash) => ((levels[level] ??= [])[index] = Buffer.from(hash)),
  });
  for (const entry of entries) {
    const hash = leafHash(entry);
    (levels[0] as Buffer[]).push(hash);
    frontier.append(hash);
  }
  const readTile: ReadTile = (level, index, width) => {
    const from = index * tileWidth;
    const tile = Buffer.concat((levels[level] ?? []).slice(from, from + width));
    if (tile.length !== width * hashBytes) throw new Error(`no tile ${level}/${index} of ${width}`);
    return tile;
  };
  return {
    entries,
    root: frontier.root(),
    readTile,
    hashesOf: (size) => hashesFromTiles(size, readTile),
  };
}

/** Entries that differ in content and length. */
export function someEntries(count: number): readonly Buffer[] {
  return Array.from({ length: count }, (_, n) => Buffer.from(`entry ${n} ${"x".repeat(n % 7)}`));
}
