/**
 * Verifies one segment by itself: reads every entry, and holds its leaf hash and all hashes above
 * it against those that the log keeps. Whether the segment belongs to the log is for `verifyLog`.
 */
import { endOfDrop } from "#ledger/entry/drop-notice.ts";
import { segmentEntries } from "#ledger/store/layout.ts";
import { LedgerProblem } from "#ledger/store/problems.ts";
import {
  buildSearchFacts,
  isSameSearch,
  type SearchFactsBuilder,
} from "#ledger/store/search-facts.ts";
import { createFrontier } from "#ledger/tree/frontier.ts";
import { hashBytes, leafHashInto } from "#ledger/tree/hashes.ts";
import { tilePath, tileWidth } from "#ledger/tree/tile.ts";
import type { LogSegment, LogSource } from "./log-source.ts";

export interface Damage {
  /** The first entry that is damaged, or of which it cannot be said that it is not. */
  readonly entry: number;
  /** What is wrong, and with what. */
  readonly detail: string;
}

export interface SegmentReport extends LogSegment {
  /** Bytes of entries that were read. */
  readonly bytes: number;
  /** Roots of the complete subtrees of its leaves, the largest first. */
  readonly subtrees: readonly Uint8Array[];
  /** The same for smaller trees that end in this segment, by their size. */
  readonly marks: ReadonlyMap<number, readonly Uint8Array[]>;
  /** Index behind the last entry that entries in it say goes; 0: they say it of none. */
  readonly toldTo: number;
  readonly damage: Damage | undefined;
}

/** @param marks sizes of trees whose subtrees in this segment are wanted. */
export function verifySegment(
  source: LogSource,
  segment: LogSegment,
  marks: ReadonlySet<number>,
): SegmentReport {
  const { first } = segment;
  const read = (segment.dropped ? readKeptLeaves : readLeaves)(source, segment);
  const found = new Map<number, readonly Buffer[]>();
  const level1: Buffer[] = [];
  const frontier = createFrontier({
    onTileHash: (level, _, hash) => void (level === 1 && level1.push(Buffer.from(hash))),
  });
  for (let leaf = 0; leaf <= read.count; leaf++) {
    if (marks.has(first + leaf)) found.set(first + leaf, frontier.subtrees());
    if (leaf < read.count) frontier.append(read.leaves, leaf * hashBytes);
  }
  return {
    ...{ first, count: segment.count, dropped: segment.dropped, bytes: read.bytes },
    ...{ subtrees: frontier.subtrees(), marks: found, toldTo: read.toldTo },
    damage:
      leafDamage(source, first, read.leaves.subarray(0, read.count * hashBytes)) ??
      read.damage ??
      level1Damage(source, first, Buffer.concat(level1)) ??
      searchDamage(source, first, read.search),
  };
}

interface ReadLeaves {
  readonly leaves: Buffer;
  /** How many there are up to the damage, if any. */
  readonly count: number;
  readonly bytes: number;
  readonly toldTo: number;
  readonly damage: Damage | undefined;
  /** What searches are to go by; undefined: the entries are gone. */
  readonly search: SearchFactsBuilder | undefined;
}

function readLeaves(source: LogSource, { first, count }: LogSegment): ReadLeaves {
  const leaves = Buffer.allocUnsafeSlow(count * hashBytes);
  const end = first + count;
  const search = buildSearchFacts();
  let next = first;
  let bytes = 0;
  let toldTo = 0;
  const damage = damageOf(
    () => next,
    () => {
      source.scan(first, end, (index, entry) => {
        if (index !== next) return false;
        leafHashInto(entry, 0, entry.length, leaves, (index - first) * hashBytes);
        search.note(entry, 0, entry.length, index - first);
        toldTo = Math.max(toldTo, endOfDrop(entry));
        bytes += entry.length;
        next++;
        return true;
      });
      return next < end ? `entry ${next} is missing, where there are said to be ${end}` : undefined;
    },
  );
  return { leaves, count: next - first, bytes, toldTo, damage, search };
}

/** The entries are gone: their hashes must at least make up those above them. */
function readKeptLeaves(source: LogSource, { first, count }: LogSegment): ReadLeaves {
  const leaves = Buffer.allocUnsafeSlow(count * hashBytes);
  let next = first;
  const damage = damageOf(
    () => next,
    () => {
      while (next < first + count) {
        const width = Math.min(tileWidth, first + count - next);
        source.hashTile(0, next / tileWidth, width).copy(leaves, (next - first) * hashBytes);
        next += width;
      }
      return undefined;
    },
  );
  return { leaves, count: next - first, bytes: 0, toldTo: 0, damage, search: undefined };
}

function leafDamage(source: LogSource, first: number, leaves: Buffer): Damage | undefined {
  const step = tileWidth * hashBytes;
  for (let at = 0; at < leaves.length; at += step) {
    const made = leaves.subarray(at, at + step);
    const width = made.length / hashBytes;
    const entry = first + at / hashBytes;
    const tile = { level: 0, index: entry / tileWidth, width };
    let differs = 0;
    const damage = damageOf(
      () => entry + differs,
      () => {
        const kept = source.hashTile(0, tile.index, width);
        if (made.equals(kept)) return undefined;
        differs = differsAt(made, kept);
        return `entry ${entry + differs} does not have the hash that ${tilePath(tile)} keeps of it`;
      },
    );
    if (damage !== undefined) return damage;
  }
  return undefined;
}

/** The tile of level 1 against what the leaves make. */
function level1Damage(source: LogSource, first: number, made: Buffer): Damage | undefined {
  if (made.length === 0) return undefined;
  const width = made.length / hashBytes;
  const tile = { level: 1, index: Math.floor(first / tileWidth ** 2), width };
  let differs = 0;
  return damageOf(
    () => first + differs * tileWidth,
    () => {
      const kept = source.hashTile(1, tile.index, width);
      if (made.equals(kept)) return undefined;
      differs = differsAt(made, kept);
      return `hash ${differs} of ${tilePath(tile)} is not the one that its entries make`;
    },
  );
}

/** What searches go by is signed by nobody: whoever changed it could hide entries from them. */
function searchDamage(
  source: LogSource,
  first: number,
  search: SearchFactsBuilder | undefined,
): Damage | undefined {
  if (search === undefined) return undefined;
  const segment = Math.floor(first / segmentEntries);
  return damageOf(
    () => first,
    () => {
      const kept = source.searchFacts(segment);
      if (kept === undefined || isSameSearch(kept, search.finish())) return undefined;
      return `what is searched by in segment ${segment} does not fit its entries, which are whole`;
    },
  );
}

/** What a check finds, or the store while it reads for the check. */
export function damageOf(entry: () => number, check: () => string | undefined): Damage | undefined {
  try {
    const detail = check();
    return detail === undefined ? undefined : { entry: entry(), detail };
  } catch (error) {
    if (!(error instanceof LedgerProblem)) throw error;
    // What may not be read can be whole.
    if (error.problem.definition.code === "ledger-not-permitted") throw error;
    return { entry: entry(), detail: error.problem.detail };
  }
}

/** Which of the hashes is the first that differs. */
export function differsAt(one: Buffer, other: Buffer): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return Math.floor(at / hashBytes);
}
