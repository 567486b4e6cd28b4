/**
 * What a reader sees of a ledger's files, taken anew by `refresh`: sealed segments, and behind them
 * the parts that may be written at this moment.
 */
import { join } from "node:path";
import type { Disk } from "#base/disk.ts";
import type { Problem } from "#base/problem.ts";
import { hashBytes, leafHashInto } from "#ledger/tree/hashes.ts";
import type { ReadTile } from "#ledger/tree/tile-hashes.ts";
import { listFolder } from "./disk-files.ts";
import { sealedName, segmentEntries, type Layout } from "./layout.ts";
import { readLogFacts, type LogFacts } from "./log-file.ts";
import type { PartHead } from "./part-head.ts";
import { LedgerProblem, problems } from "./problems.ts";
import { partsOf, readHead, type NamedPart } from "./find-parts.ts";
import { createLeaves } from "./recover.ts";
import { openSealed, type SealedSegment, type VisitEntry } from "./sealed-reader.ts";
import { findSegmentFiles } from "./segment-files.ts";
import { hashesInFile, readSegmentRoot } from "./segment-hashes.ts";
import { createTileReader, hashesInMemory } from "./tree-hashes.ts";
import { createUnsealedIndex, type UnsealedIndex } from "./unsealed-index.ts";
import { openUnsealedPart, type UnsealedPart } from "./unsealed-reader.ts";

export interface ReaderView {
  readonly facts: LogFacts;
  readonly sealed: number;
  /** In order, each going on where the one before ends. */
  readonly parts: readonly UnsealedPart[];
  /** Index behind the last entry that is whole. */
  readonly valid: number;
  /** All before this index is known to be on the disk. */
  readonly proven: number;
  refresh(): void;
  sealedSegment(segment: number): SealedSegment;
  /** What its end says, for who looks at all of them. */
  sealedFacts(segment: number): Pick<SealedSegment, "facts" | "bytes">;
  /** @throws LedgerProblem when the entry was dropped. */
  requireKept(index: number): void;
  /** Without entries that were dropped. @returns false: no more are wanted. */
  scan(from: number, to: number, visit: VisitEntry): boolean;
  readonly readTile: ReadTile;
  /** What is kept in memory of an unsealed segment. */
  unsealedIndex(segment: number): UnsealedIndex;
  close(): void;
}

interface Unsealed {
  readonly leaves: Buffer;
  hashedTo: number;
  readonly index: UnsealedIndex;
}

const triesMax = 5;
/** Segments of which unpacked entries and the index of exchanges are remembered. */
const warmSegmentsMax = 8;

/** @param size entries that count at the moment of a call. */
export function createReaderView(
  disk: Disk,
  layout: Layout,
  size: () => number,
  warmMax = warmSegmentsMax,
): ReaderView {
  let facts = readFacts();
  let sealed = 0;
  let parts: UnsealedPart[] = [];
  let valid = 0;
  let proven = 0;
  const opened = new Map<number, SealedSegment>();
  /** Those that were used last, the last one at the end. */
  const warm = new Set<number>();
  let isClosed = false;
  const roots: (Buffer | undefined)[] = [];
  const unsealed = new Map<number, Unsealed>();

  function readFacts(): LogFacts {
    const found = readLogFacts(disk, layout);
    if (found !== undefined) return found;
    const detail = `there is no ledger in ${layout.root}: it has no log.json`;
    throw new LedgerProblem(problems["ledger-foreign"](detail));
  }

  /** Files come and go while they are looked at: what has just gone is looked for again. */
  function refresh(): void {
    for (let attempt = 1; ; attempt++) {
      try {
        return look();
      } catch (error) {
        if (!hasGone(error) || attempt === triesMax) throw error;
      }
    }
  }

  function look(): void {
    const names = listFolder(disk, layout.segments);
    facts = readFacts();
    ({ sealed } = findSegmentFiles(disk, layout, facts, names));
    const wanted = [...partsOf(layout.segments, names).values()]
      .flat()
      .filter(({ name }) => name.segment >= sealed);
    const before = parts;
    parts = [];
    valid = sealed * segmentEntries;
    proven = valid;
    for (const [at, { path, name }] of wanted.entries()) {
      const known = before.find((part) => part.path === path);
      const part = known ?? openUnsealedPart(disk, path, readHead(disk, path, name));
      // Prepared for later, or left over from a group that failed.
      if (part.head.first > valid) part.close();
      else {
        parts.push(part);
        const next = wanted[at + 1];
        const follows = next?.name.segment === name.segment ? headOf(before, next) : undefined;
        part.refresh(Math.min(follows?.first ?? Infinity, (name.segment + 1) * segmentEntries));
        valid = part.end;
        proven = Math.max(proven, Math.min(part.place.proven, valid));
      }
    }
    for (const part of before) if (!parts.includes(part)) part.close();
    for (const segment of unsealed.keys()) if (segment < sealed) unsealed.delete(segment);
    for (const segment of opened.keys()) if (segment < facts.keptFrom) opened.delete(segment);
  }

  function headOf(known: readonly UnsealedPart[], { path, name }: NamedPart): PartHead {
    return known.find((part) => part.path === path)?.head ?? readHead(disk, path, name);
  }

  function sealedSegment(segment: number): SealedSegment {
    const found = openedSegment(segment);
    warm.delete(segment);
    warm.add(segment);
    for (const oldest of warm) {
      if (warm.size <= warmMax) break;
      warm.delete(oldest);
      opened.get(oldest)?.forget();
    }
    return found;
  }

  function openedSegment(segment: number): SealedSegment {
    if (segment < facts.keptFrom) throw dropped(segment);
    const path = join(layout.segments, sealedName(segment));
    return unlessDropped(segment, () => {
      const known = opened.get(segment) ?? openSealed(disk, path, segment);
      opened.set(segment, known);
      return known;
    });
  }

  /** A file that has gone since the last look was dropped by the writer. */
  function unlessDropped<Result>(segment: number, run: () => Result): Result {
    try {
      return run();
    } catch (error) {
      if (!hasGone(error)) throw error;
      facts = readFacts();
      if (segment < facts.keptFrom) throw dropped(segment);
      throw error;
    }
  }

  function unsealedOf(segment: number): Unsealed {
    const known = unsealed.get(segment) ?? {
      leaves: createLeaves(),
      hashedTo: segment * segmentEntries,
      index: createUnsealedIndex(),
    };
    unsealed.set(segment, known);
    return known;
  }

  function scan(from: number, to: number, visit: VisitEntry): boolean {
    // Less than there is would be believed to be all.
    if (isClosed) throw new LedgerProblem(closed());
    const end = Math.min(to, sealed * segmentEntries);
    for (let at = Math.max(from, facts.keptFrom * segmentEntries); at < end;) {
      const segment = Math.floor(at / segmentEntries);
      const start = at;
      at = (segment + 1) * segmentEntries;
      try {
        const own = sealedSegment(segment);
        if (!unlessDropped(segment, () => own.scan(start, end, visit))) return false;
      } catch (error) {
        // Since the last look; those that were dropped before it are passed over as well.
        if (!isDropped(error)) throw error;
      }
    }
    for (const part of parts) {
      if (part.end <= from || part.head.first >= to) continue;
      const start = Math.max(from, part.head.first);
      if (!part.scan(start, Math.min(to, part.end), visit)) return false;
    }
    return true;
  }

  function leavesOf(segment: number): Buffer {
    const own = unsealedOf(segment);
    const end = Math.min(size(), (segment + 1) * segmentEntries);
    scan(own.hashedTo, end, (index, bytes, from, to) => {
      leafHashInto(bytes, from, to, own.leaves, (index % segmentEntries) * hashBytes);
      own.hashedTo = index + 1;
      return undefined;
    });
    return own.leaves;
  }

  refresh();
  return {
    get facts() {
      return facts;
    },
    get sealed() {
      return sealed;
    },
    get parts() {
      return parts;
    },
    get valid() {
      return valid;
    },
    get proven() {
      return proven;
    },
    refresh,
    sealedSegment,
    sealedFacts: openedSegment,
    requireKept(index) {
      const segment = Math.floor(index / segmentEntries);
      if (segment < facts.keptFrom) throw dropped(segment);
    },
    scan,
    readTile: createTileReader((segment) => {
      if (segment >= sealed) return hashesInMemory(leavesOf(segment));
      const root = (roots[segment] ??= readSegmentRoot(disk, layout.hashes, segment));
      return hashesInFile(disk, layout.hashes, segment, root);
    }),
    unsealedIndex: (segment) => unsealedOf(segment).index,
    close() {
      isClosed = true;
      for (const part of parts) part.close();
      parts = [];
    },
  };
}

function closed(): Problem {
  return problems["ledger-disk-failed"]("the ledger was closed while it was read; ask again");
}

function dropped(segment: number): LedgerProblem {
  const first = segment * segmentEntries;
  const range = `${first} to ${first + segmentEntries - 1}`;
  const detail = `entries ${range} were dropped when their time of keeping was over`;
  return new LedgerProblem(problems["ledger-dropped"](detail));
}

function isDropped(error: unknown): boolean {
  return error instanceof LedgerProblem && error.problem.definition.code === "ledger-dropped";
}

function hasGone(error: unknown): boolean {
  const cause = error instanceof LedgerProblem ? error.problem.cause : error;
  return (cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
}
