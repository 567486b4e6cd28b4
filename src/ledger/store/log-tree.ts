/**
 * The tree over a ledger that is being written. It follows the entries that are on the disk; hashes
 * of sealed segments are read from their files, the others stand in memory.
 */
import type { Disk } from "#base/disk.ts";
import { createFrontier, levelsOf } from "#ledger/tree/frontier.ts";
import { hashBytes } from "#ledger/tree/hashes.ts";
import { hashesFromTiles, subtreeRoot, type ReadTile } from "#ledger/tree/tile-hashes.ts";
import { tileWidth } from "#ledger/tree/tile.ts";
import { segmentEntries, type Layout } from "./layout.ts";
import { hashesInFile } from "./segment-hashes.ts";
import { createTileReader, hashesInMemory } from "./tree-hashes.ts";

export interface LogTree {
  readonly size: number;
  /** How many segments are sealed. */
  readonly sealed: number;
  /** Takes in the hashes of leaves up to before an index. */
  grow(size: number): void;
  root(): Buffer;
  readonly readTile: ReadTile;
  /** Of a full segment that is not sealed. */
  hashesOf(segment: number): {
    readonly leaves: Buffer;
    readonly roots: Buffer;
    readonly root: Buffer;
  };
  /** The lowest segment that was not sealed is it now; its hashes leave the memory. */
  noteSealed(): void;
}

export interface TreeOptions {
  readonly disk: Disk;
  readonly layout: Layout;
  /** Roots of the sealed segments. */
  readonly sealedRoots: Buffer[];
  /** Hashes of the leaves of unsealed segments. */
  readonly leaves: Map<number, Buffer>;
}

export function createLogTree({ disk, layout, sealedRoots, leaves }: TreeOptions): LogTree {
  /** Tiles of level 1 of unsealed segments, as far as they are filled. */
  const roots = new Map<number, Buffer>();
  const readTile = createTileReader((segment) => {
    const root = sealedRoots[segment];
    return root === undefined
      ? hashesInMemory(leaves.get(segment) as Buffer)
      : hashesInFile(disk, layout.hashes, segment, root);
  });
  const sealedSize = sealedRoots.length * segmentEntries;
  const frontier = createFrontier({
    size: sealedSize,
    subtrees: subtreesOf(sealedSize, readTile),
    onTileHash: (level, index, hash) => {
      if (level !== 1) return;
      const segment = Math.floor(index / tileWidth);
      const own = roots.get(segment) ?? Buffer.alloc(tileWidth * hashBytes);
      roots.set(segment, own);
      hash.copy(own, (index % tileWidth) * hashBytes);
    },
  });

  return {
    get size() {
      return frontier.size;
    },
    get sealed() {
      return sealedRoots.length;
    },
    grow(size) {
      for (let index = frontier.size; index < size; index++) {
        const own = leaves.get(Math.floor(index / segmentEntries)) as Buffer;
        frontier.append(own, (index % segmentEntries) * hashBytes);
      }
    },
    root: () => frontier.root(),
    readTile,
    hashesOf(segment) {
      const own = roots.get(segment) as Buffer;
      return { leaves: leaves.get(segment) as Buffer, roots: own, root: subtreeRoot(own) };
    },
    noteSealed() {
      const segment = sealedRoots.length;
      sealedRoots.push(Buffer.from(subtreeRoot(roots.get(segment) as Buffer)));
      leaves.delete(segment);
      roots.delete(segment);
    },
  };
}

function subtreesOf(size: number, readTile: ReadTile): readonly Buffer[] {
  const hashAt = hashesFromTiles(size, readTile);
  let start = 0;
  return levelsOf(size).map((level) => {
    const subtree = hashAt(level, start / 2 ** level);
    start += 2 ** level;
    return subtree;
  });
}
