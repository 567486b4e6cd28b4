/**
 * Hashes of a tree that is kept as tiles: those between the levels of tiles are computed when they
 * are wanted. Tiles are remembered while proofs of one tree are made.
 */
import { assert } from "#base/assert.ts";
import { hashBytes, nodeHashInto } from "./hashes.ts";
import type { HashAt } from "./merkle-proofs.ts";
import { tileWidth, widthOfTile } from "./tile.ts";

/** Bytes of a tile, exactly `width` hashes. */
export type ReadTile = (level: number, index: number, width: number) => Buffer;

const tileHeight = 8;
const tilesKeptMax = 256;

/** @param size of the tree whose tiles are read; decides which ones are partial. */
export function hashesFromTiles(size: number, readTile: ReadTile): HashAt {
  const kept = new Map<string, Buffer>();
  return (level, index) => {
    const tileLevel = Math.floor(level / tileHeight);
    const span = 2 ** (level % tileHeight);
    const first = index * span;
    const tileIndex = Math.floor(first / tileWidth);
    const tile = tileAt(tileLevel, tileIndex);
    const at = (first % tileWidth) * hashBytes;
    assert(at + span * hashBytes <= tile.length, "a hash that is asked for is in the tree");
    return subtreeRoot(tile.subarray(at, at + span * hashBytes));
  };

  function tileAt(level: number, index: number): Buffer {
    const key = `${level}/${index}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const tile = readTile(level, index, widthOfTile(level, index, size));
    if (kept.size >= tilesKeptMax) kept.clear();
    kept.set(key, tile);
    return tile;
  }
}

/** Root of the tree whose leaves are these hashes, a power of two of them. */
export function subtreeRoot(hashes: Buffer): Buffer {
  const row = Buffer.from(hashes);
  for (let width = row.length / hashBytes; width > 1; width /= 2) {
    for (let pair = 0; pair < width / 2; pair++) {
      const left = 2 * pair * hashBytes;
      nodeHashInto(row, left, row, left + hashBytes, row, pair * hashBytes);
    }
  }
  return row.subarray(0, hashBytes);
}
