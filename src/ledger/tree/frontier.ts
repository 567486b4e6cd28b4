/**
 * The right edge of a growing Merkle tree: the roots of its complete subtrees, which is all that is
 * needed to append leaves and to tell the root. Costs one hash per leaf on average.
 */
import { assert } from "#base/assert.ts";
import { copyHash, emptyRoot, hashBytes, nodeHashInto } from "./hashes.ts";

export interface Frontier {
  readonly size: number;
  /** Appends the leaf whose hash stands in `hashes` at `at`. */
  append(hashes: Buffer, at?: number): void;
  /** Of the tree as it stands. */
  root(): Buffer;
  /** Copies of the roots of the complete subtrees, the largest first: what `subtrees` takes. */
  subtrees(): readonly Buffer[];
}

export interface FrontierOptions {
  /** Leaves of the tree that is gone on with; their subtrees are wanted, too. */
  readonly size?: number;
  readonly subtrees?: readonly Uint8Array[];
  /**
   * Hears of every hash that belongs into a tile above level 0, in order: `level` is that of the
   * tile (1: of 256 entries, 2: of 65,536). The bytes of `hash` are good during the call only.
   */
  readonly onTileHash?: (level: number, index: number, hash: Buffer) => void;
}

/** Levels of a tree whose size is a safe integer. */
const levelsMax = 54;
const tileHeight = 8;

export function createFrontier(options: FrontierOptions = {}): Frontier {
  const { onTileHash } = options;
  let size = options.size ?? 0;
  /** The root of the complete subtree of 2^level leaves, where the size has that bit. */
  const slots = Buffer.alloc(levelsMax * hashBytes);
  const carry = Buffer.alloc(hashBytes);
  restore(options.subtrees ?? []);

  function restore(subtrees: readonly Uint8Array[]): void {
    const levels = levelsOf(size);
    assert(levels.length === subtrees.length, `${size} leaves make ${levels.length} subtrees`);
    levels.forEach((level, n) => slots.set(subtrees[n] as Uint8Array, level * hashBytes));
  }

  function append(hashes: Buffer, at = 0): void {
    let source = hashes;
    let from = at;
    let level = 0;
    let above = size;
    for (; above % 2 === 1; above = (above - 1) / 2) {
      nodeHashInto(slots, level * hashBytes, source, from, carry, 0);
      source = carry;
      from = 0;
      level++;
      if (level % tileHeight === 0 && onTileHash !== undefined) {
        onTileHash(level / tileHeight, (above - 1) / 2, carry);
      }
    }
    copyHash(source, from, slots, level * hashBytes);
    size++;
  }

  function root(): Buffer {
    const [lowest, ...higher] = levelsOf(size).toReversed();
    if (lowest === undefined) return Buffer.from(emptyRoot);
    const result = Buffer.from(slots.subarray(lowest * hashBytes, (lowest + 1) * hashBytes));
    for (const level of higher) nodeHashInto(slots, level * hashBytes, result, 0, result, 0);
    return result;
  }

  return {
    get size() {
      return size;
    },
    append,
    root,
    subtrees: () =>
      levelsOf(size).map((level) =>
        Buffer.from(slots.subarray(level * hashBytes, (level + 1) * hashBytes)),
      ),
  };
}

/** Levels of the complete subtrees that a tree of this size consists of, the largest first. */
export function levelsOf(size: number): readonly number[] {
  const levels: number[] = [];
  for (let rest = size, level = 0; rest > 0; rest = Math.floor(rest / 2), level++) {
    if (rest % 2 === 1) levels.unshift(level);
  }
  return levels;
}
