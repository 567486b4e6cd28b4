/** The tree's hashes by tile, from what is kept of each segment. */
import { hashBytes } from "#ledger/tree/hashes.ts";
import { subtreeRoot, type ReadTile } from "#ledger/tree/tile-hashes.ts";
import { tileWidth } from "#ledger/tree/tile.ts";

/** Of the leaves of one segment, which may not be full. */
export interface SegmentHashes {
  /** The first `width` hashes of one of its 256 tiles of level 0. */
  leaves(tile: number, width: number): Buffer;
  /** The first `width` hashes of its tile of level 1. */
  roots(width: number): Buffer;
  /** Of a full segment. */
  root(): Buffer;
}

const tileBytes = tileWidth * hashBytes;

/** Of a segment whose hashes stand in memory. */
export function hashesInMemory(leaves: Buffer): SegmentHashes {
  const roots = (width: number): Buffer => {
    const result = Buffer.alloc(width * hashBytes);
    for (let tile = 0; tile < width; tile++) {
      const own = leaves.subarray(tile * tileBytes, (tile + 1) * tileBytes);
      subtreeRoot(own).copy(result, tile * hashBytes);
    }
    return result;
  };
  return {
    leaves: (tile, width) =>
      Buffer.from(leaves.subarray(tile * tileBytes, tile * tileBytes + width * hashBytes)),
    roots,
    root: () => Buffer.from(subtreeRoot(roots(tileWidth))),
  };
}

export function createTileReader(segment: (segment: number) => SegmentHashes): ReadTile {
  /** Full tiles above the segments never change. */
  const kept = new Map<string, Buffer>();

  function rootOfTile(level: number, index: number): Buffer {
    if (level === 1) return segment(index).root();
    const key = `${level}/${index}`;
    const known = kept.get(key) ?? Buffer.from(subtreeRoot(readTile(level, index, tileWidth)));
    kept.set(key, known);
    return known;
  }

  function readTile(level: number, index: number, width: number): Buffer {
    if (level === 0) {
      return segment(Math.floor(index / tileWidth)).leaves(index % tileWidth, width);
    }
    if (level === 1) return segment(index).roots(width);
    const roots: Buffer[] = [];
    for (let at = 0; at < width; at++) roots.push(rootOfTile(level - 1, index * tileWidth + at));
    return Buffer.concat(roots);
  }

  return readTile;
}
