/** Reads a ledger, also while another process or thread writes it. */
import { readStamp, type EntryStamp } from "#ledger/entry/entry-stamp.ts";
import { parseCheckpoint } from "#ledger/tree/checkpoint.ts";
import { leafHash } from "#ledger/tree/hashes.ts";
import { isProblem } from "#base/problem.ts";
import { readCheckpointFile } from "./checkpoint-store.ts";
import { layoutOf, segmentEntries } from "./layout.ts";
import { findHolder } from "./lock.ts";
import { currentEpoch, readLogFacts } from "./log-file.ts";
import type { LogReader, ReaderOptions, SegmentInfo } from "./log.ts";
import { LedgerProblem, problems, trying } from "./problems.ts";
import { partsOf, readHead } from "./recover.ts";
import { hashesInMemory } from "./tree-hashes.ts";
import { openUnsealedPart, type UnsealedPart } from "./unsealed-reader.ts";

export function openReader(options: ReaderOptions): LogReader {
  const { disk, processes } = options;
  const layout = layoutOf(options.path);
  return trying(`read the ledger in ${options.path}`, () => {
    const facts = readLogFacts(disk, layout);
    if (facts === undefined) {
      const detail = `there is no ledger in ${options.path}: it has no log.json`;
      throw new LedgerProblem(problems["ledger-foreign"](detail));
    }
    return createReader();
  });

  function createReader(): LogReader {
    let parts: UnsealedPart[] = [];
    let size = 0;
    const stamp: EntryStamp = { code: 0, timeUs: 0, exchangeAt: -1 };
    refresh();

    function refresh(synced = 0): void {
      const wanted = [...partsOf(disk, layout.segments).values()].flat();
      const kept = parts.filter(({ path }) => wanted.some((one) => one.path === path));
      for (const part of parts) if (!kept.includes(part)) part.close();
      parts = wanted.map(
        ({ path, name }) =>
          kept.find((one) => one.path === path) ??
          openUnsealedPart(disk, path, readHead(disk, path, name)),
      );
      for (const [at, part] of parts.entries()) {
        const end = (part.head.segment + 1) * segmentEntries;
        part.refresh(Math.min(end, parts[at + 1]?.head.first ?? Infinity));
      }
      const valid = parts.at(-1)?.end ?? 0;
      const proven = Math.max(synced, ...parts.map(({ place }) => place.proven), signedSize());
      const isOver = proven < valid && !findHolder(disk, processes, layout.lockFile);
      size = isOver ? valid : Math.min(proven, valid);
    }

    function signedSize(): number {
      const bytes = readCheckpointFile(disk, layout.checkpointFile);
      const checkpoint = bytes === undefined ? undefined : parseCheckpoint(bytes);
      return checkpoint === undefined || isProblem(checkpoint) ? 0 : checkpoint.size;
    }

    function scanRaw(
      from: number,
      to: number,
      visit: (index: number, bytes: Buffer, from: number, to: number) => boolean | undefined,
    ): void {
      for (const part of parts) {
        if (part.end <= from || part.head.first >= to) continue;
        if (!part.scan(Math.max(from, part.head.first), Math.min(to, part.end), visit)) return;
      }
    }

    function entry(index: number): Buffer {
      let found: Buffer | undefined;
      if (index >= 0 && index < size) {
        scanRaw(index, index + 1, (_, bytes, from, to) => {
          found = Buffer.from(bytes.subarray(from, to));
          return false;
        });
      }
      if (found !== undefined) return found;
      const detail = `there is no entry ${index}; the ledger has ${size}`;
      throw new LedgerProblem(problems["ledger-no-entry"](detail));
    }

    return {
      get origin() {
        const facts = readLogFacts(disk, layout);
        return facts === undefined ? "" : currentEpoch(facts).origin;
      },
      get size() {
        return size;
      },
      refresh,
      entry,
      scan: (from, to, visit) =>
        scanRaw(from, Math.min(to, size), (index, bytes, start, end) =>
          visit(index, bytes.subarray(start, end)),
        ),
      leafHash: (index) => leafHash(entry(index)),
      hashTile(level, index, width) {
        const leaves: Buffer[] = [];
        scanRaw(0, size, (_, bytes, from, to) => void leaves.push(leafHash(bytes, from, to)));
        const memory = Buffer.concat(leaves);
        const hashes = hashesInMemory(memory);
        return level === 0 ? hashes.leaves(index, width) : hashes.roots(width);
      },
      checkpoint: () => readCheckpointFile(disk, layout.checkpointFile),
      findExchange(id) {
        const wanted = Buffer.from(id, "hex");
        let found: number | undefined;
        scanRaw(0, size, (index, bytes, from, to) => {
          readStamp(bytes, from, to, stamp);
          const { exchangeAt } = stamp;
          if (exchangeAt < 0) return;
          if (bytes.subarray(exchangeAt, exchangeAt + 16).equals(wanted)) found = index;
        });
        return found;
      },
      segments(): readonly SegmentInfo[] {
        const groups = Map.groupBy(parts, ({ head }) => head.segment);
        return [...groups].map(([segment, own]) => ({
          segment,
          first: segment * segmentEntries,
          count: (own.at(-1) as UnsealedPart).end - segment * segmentEntries,
          sealed: false,
          minMs: undefined,
          maxMs: undefined,
          dropped: false,
          bytes: own.reduce((sum, { place }) => sum + place.position, 0),
        }));
      },
      close() {
        for (const part of parts) part.close();
        parts = [];
      },
    };
  }
}
