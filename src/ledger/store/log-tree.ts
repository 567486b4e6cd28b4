/** The tree over a ledger that is being written: it follows the entries that are on the disk. */
import { createFrontier } from "#ledger/tree/frontier.ts";
import { hashBytes } from "#ledger/tree/hashes.ts";
import type { ReadTile } from "#ledger/tree/tile-hashes.ts";
import { segmentEntries } from "./layout.ts";
import { createTileReader, hashesInMemory } from "./tree-hashes.ts";

export interface LogTree {
  readonly size: number;
  /** Takes in the hashes of leaves up to before an index. */
  grow(size: number): void;
  root(): Buffer;
  readonly readTile: ReadTile;
}

/** @param leaves hashes of the leaves of unsealed segments. */
export function createLogTree(leaves: ReadonlyMap<number, Buffer>): LogTree {
  const frontier = createFrontier();
  const leavesOf = (segment: number): Buffer => leaves.get(segment) as Buffer;
  return {
    get size() {
      return frontier.size;
    },
    grow(size) {
      for (let index = frontier.size; index < size; index++) {
        const own = leavesOf(Math.floor(index / segmentEntries));
        frontier.append(own, (index % segmentEntries) * hashBytes);
      }
    },
    root: () => frontier.root(),
    readTile: createTileReader((segment) => hashesInMemory(leavesOf(segment))),
  };
}
